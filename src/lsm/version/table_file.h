// TableFile is a table that a version names: what the MANIFEST knows about
// it, and the open table itself.
//
// Versions share it by reference. When the last reference goes away it tells
// its owner, but only if it was retired before: closing the engine lets go of
// everything and removes nothing.
//
//   edit removes it -> edit synced -> edit witnessed -> Retire()
//        the last Version or reader lets go      '--> on_obsolete(number)
//
// So a file is removed when no Version holds it and the edit that removed it
// is witnessed, whichever comes last. Whoever appends the edit keeps its
// references to the removed files until it has called Retire on them.
//
// It holds the blob files that its rows refer to, and reads the values there:
// who asks here, and not the table, need not know of them.
//
// Threads: immutable, except the retired flag, which is shared: a lone
// atomic, ordered by the reference count.

#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "lsm/blob/blob_file.h"
#include "lsm/format.h"
#include "lsm/table/blob_reference.h"
#include "lsm/table/table.h"

namespace lsm {

// What the MANIFEST says about one table.
struct TableInfo {
  uint64_t number = 0;
  uint64_t bytes = 0;  // of the file
  std::string smallest;
  std::string largest;
  Sequence min_sequence = 0;
  Sequence max_sequence = 0;
  uint64_t rows = 0;  // tombstones included
  uint64_t tombstones = 0;
  uint64_t raw_bytes = 0;  // of keys and values before compression
  uint8_t created_level = 0;
  // What its rows refer to, by ascending number; `bytes` does not count it.
  std::vector<BlobUse> blobs;

  bool operator==(const TableInfo&) const = default;
};

class TableFile {
 public:
  using OnObsolete = std::function<void(uint64_t number)>;

  // `table` may be null where nothing is read through it: in tests of shapes.
  // `on_obsolete` runs on whatever thread lets go last, and may only note the
  // number for somebody else to remove. `blobs` are those of the info, in that
  // order.
  TableFile(TableInfo info, std::shared_ptr<const Table> table,
            OnObsolete on_obsolete, std::vector<BlobFilePtr> blobs = {});
  ~TableFile();
  TableFile(const TableFile&) = delete;
  TableFile& operator=(const TableFile&) = delete;

  const TableInfo& info() const { return info_; }
  uint64_t number() const { return info_.number; }
  const Table* table() const { return table_.get(); }
  const std::vector<BlobFilePtr>& blobs() const { return blobs_; }

  // As Table::Get, but with the value itself, or its beginning if that is
  // enough by `options`, wherever it lies.
  base::Result<std::optional<TableRow>> Get(std::string_view key, uint64_t hash,
                                            Sequence upto,
                                            const ReadOptions& options) const;
  // What the row's `value`, a reference, stands for: all of it, or its
  // beginning if that has `bytes` bytes.
  base::Result<std::string_view> LoadValue(std::string_view key,
                                           std::string_view value, size_t bytes,
                                           bool cached_only,
                                           Buffer* buffer) const;

  // No edit will ever name this file again, and a synced frame proves it.
  void Retire() const { retired_.store(true, std::memory_order_relaxed); }

 private:
  const TableInfo info_;
  const std::shared_ptr<const Table> table_;
  const OnObsolete on_obsolete_;
  const std::vector<BlobFilePtr> blobs_;

  mutable std::atomic<bool> retired_ = false;
};

using TableFilePtr = std::shared_ptr<const TableFile>;

}  // namespace lsm
