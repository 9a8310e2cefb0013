// BlobReference is what a row of a table holds where its value lies apart, in
// a blob file: where that is, and what must be known without reading it.
//
// A row with one has Kind::kBlobValue. The format is drawn in README.md beside
// this file.
//
// Threads: a value; `head` is a view.

#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/status.h"
#include "lsm/table/block_format.h"

namespace lsm {

// So much of each value stays with its key: what a look at many keys needs.
inline constexpr size_t kBlobHeadBytes = 32;

struct BlobReference {
  uint64_t file = 0;  // its number
  Extent record;
  uint64_t value_bytes = 0;
  int64_t expires_ms = 0;  // since 1970; 0: never
  std::string_view head;   // of the value

  // What of the file is there for this row.
  uint64_t stored_bytes() const { return record.size + kBlockTrailerBytes; }
  // The head is all that is asked for.
  bool Suffices(size_t bytes) const {
    return head.size() >= bytes || head.size() == value_bytes;
  }

  std::string Encode() const;
  // Corruption, naming no file.
  static base::Result<BlobReference> Decode(std::string_view bytes);
};

// The value of a table's row, or its beginning if the row only refers to it;
// empty where the reference is malformed.
std::string_view HeadOfValue(uint64_t packed, std::string_view value);

// The records of a blob file that the rows of a table, or of many, refer to.
struct BlobUse {
  uint64_t file = 0;  // its number
  uint64_t bytes = 0;
  uint64_t all_bytes = 0;  // of all its records

  bool operator==(const BlobUse&) const = default;
};

}  // namespace lsm
