// BlobFile reads values that lie apart from their keys.
//
//   table row --BlobReference--> record     one read, verified, unpacked
//
// The tables that refer to a file hold it open, and when the last of them has
// gone it tells its owner; but only if each of them was retired before
// (version/table_file.h). So a file is removed when no version names it, no
// reader holds it, and every edit that removed a table that referred to it is
// witnessed. Nobody counts what is garbage to know that.
//
// Threads: immutable, except the counts of tables, which are shared: lone
// atomics, ordered by the reference count.

#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "base/file_system.h"
#include "base/status.h"
#include "lsm/table/blob_reference.h"
#include "lsm/table/block_format.h"
#include "lsm/uuid.h"

namespace lsm {

// A value and the memory in which it is.
struct BlobValue {
  Buffer bytes;
  std::string_view view;  // into `bytes`
};

// Reads the record from a file that need not be sound elsewhere; `seed` is
// TableSeed of the file. Corruption, naming file and place, when it is not the
// value that `key` was given.
base::Result<BlobValue> ReadBlob(base::ReadableFile* file, uint64_t seed,
                                 const BlobReference& reference,
                                 std::string_view key);

class BlobFile {
 public:
  using OnObsolete = std::function<void(uint64_t number)>;

  // Corruption when the file is not the one that number, database and bytes of
  // records promise; Invalid when it needs a newer program. `on_obsolete` runs
  // on whatever thread lets go last, and may only note the number.
  static base::Result<std::shared_ptr<const BlobFile>> Open(
      std::unique_ptr<base::ReadableFile> file, uint64_t number,
      const Uuid& uuid, uint64_t record_bytes, OnObsolete on_obsolete);
  ~BlobFile();
  BlobFile(const BlobFile&) = delete;
  BlobFile& operator=(const BlobFile&) = delete;

  base::Result<BlobValue> Read(const BlobReference& reference,
                               std::string_view key) const;

  uint64_t number() const { return number_; }
  uint64_t record_bytes() const { return record_bytes_; }

  // A table refers to it; one that did was retired, and nobody reads it.
  void NoteTable() const { tables_.fetch_add(1, std::memory_order_relaxed); }
  void NoteTableGone() const { gone_.fetch_add(1, std::memory_order_relaxed); }

 private:
  BlobFile(std::unique_ptr<base::ReadableFile> file, uint64_t number,
           uint64_t seed, uint64_t record_bytes, OnObsolete on_obsolete);

  const std::unique_ptr<base::ReadableFile> file_;
  const uint64_t number_;
  const uint64_t seed_;
  const uint64_t record_bytes_;
  const OnObsolete on_obsolete_;

  mutable std::atomic<uint64_t> tables_ = 0;
  mutable std::atomic<uint64_t> gone_ = 0;
};

using BlobFilePtr = std::shared_ptr<const BlobFile>;

}  // namespace lsm
