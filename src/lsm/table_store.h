// TableStore turns what the MANIFEST says about tables into open ones, with the
// blob files that they refer to, and removes the files that nobody needs any
// more.
//
// Invariants
//   - A table is removed only after its TableFile was retired and let go of:
//     no version names it, no reader holds it, and the edit that removed it
//     is witnessed. A blob file only after every table that referred to it.
//   - A blob file is opened once, for all tables that refer to it.
//
// Threads: shared.

#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "base/file_system.h"
#include "base/mutex.h"
#include "base/status.h"
#include "lsm/table/block_cache.h"
#include "lsm/table/handle_cache.h"
#include "lsm/uuid.h"
#include "lsm/version/table_file.h"

namespace lsm {

class TableStore : public std::enable_shared_from_this<TableStore> {
 public:
  TableStore(base::FileSystem* fs, std::string directory, const Uuid& uuid,
             uint64_t cache_bytes, size_t handles_max);

  // Opens the table and its blob files, and checks footer, size and identity
  // of each.
  base::Result<TableFilePtr> Open(const TableInfo& info);

  bool has_obsolete() const;
  // Names of files to remove; each is given out once.
  std::vector<std::string> TakeObsolete();
  // Removes the files; goes on after an error and returns the first one.
  base::Status Remove(const std::vector<std::string>& names);

  BlockCache& cache() { return cache_; }
  // Tables that have a file descriptor now.
  size_t open_handles() const { return handles_->open_count(); }
  // Filters and indexes of all open tables.
  uint64_t memory_bytes() const { return memory_bytes_.load(); }
  // Of a table.
  std::string PathOf(uint64_t number) const;

 private:
  base::Result<std::unique_ptr<base::ReadableFile>> OpenNamed(
      const std::string& path);
  base::Result<BlobFilePtr> OpenBlob(const BlobUse& use);
  void NoteObsolete(std::string name);

  // Immutable.
  base::FileSystem* const fs_;
  const std::shared_ptr<HandleCache> handles_;
  const std::string directory_;
  const Uuid uuid_;

  // Shared.
  BlockCache cache_;
  std::atomic<uint64_t> memory_bytes_ = 0;

  // Guarded.
  mutable base::Mutex mutex_;
  std::vector<std::string> obsolete_ GUARDED_BY(mutex_);
  // Those that may be open.
  std::map<uint64_t, std::weak_ptr<const BlobFile>> blobs_ GUARDED_BY(mutex_);
};

}  // namespace lsm
