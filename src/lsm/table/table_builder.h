// TableBuilder writes one table: rows in order, then what helps to find them.
//
//   data block ... | filter | index | properties | footer 64 B
//
// Rows go to a block until it is full, blocks to a chunk of 256 KiB, chunks
// to the file: a file that paces its writer sees even steps. The format is
// drawn in README.md.
//
// Invariants
//   - Keys ascend as memcmp does; versions of one key descend by packed.
//   - After an error every later call fails with it; the file is worthless.
//
// Threads: one holder at a time.

#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "base/file_system.h"
#include "base/status.h"
#include "lsm/format.h"
#include "lsm/table/block_builder.h"
#include "lsm/table/filter.h"
#include "lsm/table/index.h"
#include "lsm/table/properties.h"
#include "lsm/uuid.h"

namespace lsm {

struct TableOptions {
  // A block is closed when it has grown to this many bytes.
  size_t block_bytes = 4096;
  Compression compression = Compression::kLz4;
  // 10 lets 1 % of absent keys through; 0 makes no filter.
  uint32_t filter_bits_per_key = 10;
  uint32_t restart_interval = 16;
  // Noted in the properties.
  uint32_t level = 0;
  // The time of death of a row in ms since 1970, or 0; may be empty. Noted
  // in the properties, never acted upon.
  std::function<int64_t(std::string_view key, std::string_view value)>
      expiry_of;
};

class TableBuilder {
 public:
  // `file` is empty and must outlive the builder.
  TableBuilder(const TableOptions& options, base::WritableFile* file,
               uint64_t file_number, const Uuid& uuid);
  TableBuilder(const TableBuilder&) = delete;
  TableBuilder& operator=(const TableBuilder&) = delete;

  // REQUIRES: the row comes after the one before it. The value of a
  // Kind::kBlobValue is a BlobReference.
  base::Status Add(std::string_view key, uint64_t packed,
                   std::string_view value);

  uint64_t rows() const { return properties_.rows; }
  std::string_view last_key() const { return last_key_; }
  // What Finish would leave on disk, roughly.
  uint64_t EstimatedBytes() const;

  // Writes the rest. Does not sync: the caller syncs file and directory.
  // REQUIRES: at least one row.
  base::Result<TableProperties> Finish();

 private:
  // The open block ends before a row of this many bytes.
  bool IsBlockFull(size_t row_bytes) const;
  base::Status CountRow(std::string_view key, uint64_t packed,
                        std::string_view value);
  // Ends the open block; the row after it has `next_key`, or there is none.
  base::Status FlushBlock(const std::string_view* next_key);
  // Adds a part of the table after the data; returns where it lies.
  Extent AppendPart(std::string_view payload, Compression compression);
  base::Status WriteChunk();

  const TableOptions options_;
  base::WritableFile* const file_;
  const uint64_t file_number_;
  const Uuid uuid_;
  const uint64_t seed_;

  BlockBuilder block_;
  FilterBuilder filter_;
  IndexBuilder index_;
  TableProperties properties_;
  std::string last_key_;
  uint64_t last_packed_ = 0;
  uint64_t block_tombstones_ = 0;
  uint64_t block_rows_ = 0;

  std::string chunk_;    // stored blocks not yet given to the file
  uint64_t offset_ = 0;  // of the next block
  base::Status status_;
};

}  // namespace lsm
