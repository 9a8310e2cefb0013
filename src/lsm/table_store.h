// TableStore turns what the MANIFEST says about tables into open ones, and
// removes the files that nobody needs any more.
//
// Invariants
//   - A file is removed only after its TableFile was retired and let go of:
//     no version names it, no reader holds it, and the edit that removed it
//     is witnessed.
//
// Threads: shared.

#pragma once

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

  // Opens the table, and checks footer, size and identity.
  base::Result<TableFilePtr> Open(const TableInfo& info);

  // Numbers of files to remove; each is given out once.
  std::vector<uint64_t> TakeObsolete();
  // Removes the files; goes on after an error and returns the first one.
  base::Status Remove(const std::vector<uint64_t>& numbers);

  BlockCache& cache() { return cache_; }
  // Tables that have a file descriptor now.
  size_t open_handles() const { return handles_->open_count(); }
  // Filters and indexes of all open tables.
  uint64_t memory_bytes() const { return memory_bytes_.load(); }
  std::string PathOf(uint64_t number) const;

 private:
  void NoteObsolete(uint64_t number);

  // Immutable.
  base::FileSystem* const fs_;
  const std::shared_ptr<HandleCache> handles_;
  const std::string directory_;
  const Uuid uuid_;

  // Shared.
  BlockCache cache_;
  std::atomic<uint64_t> memory_bytes_ = 0;

  // Guarded.
  base::Mutex mutex_;
  std::vector<uint64_t> obsolete_ GUARDED_BY(mutex_);
};

}  // namespace lsm
