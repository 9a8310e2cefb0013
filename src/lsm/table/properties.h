// TableProperties is what a table says about itself: the range of its keys
// and sequences, and counts for choosing compactions.
//
// Stored as tagged fields, so that a later version can add some: a reader
// skips a tag that it does not know.
//
// Threads: a value.

#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>

#include "base/status.h"
#include "lsm/format.h"
#include "lsm/table/block_format.h"

namespace lsm {

struct TableProperties {
  // Of the rows; a table has at least one.
  std::string smallest_key;
  std::string largest_key;
  Sequence smallest_sequence = 0;
  Sequence largest_sequence = 0;

  uint64_t rows = 0;        // versions and tombstones alike
  uint64_t keys = 0;        // different keys
  uint64_t tombstones = 0;  // among the rows
  uint64_t raw_bytes = 0;   // keys, packed words and values
  uint64_t data_bytes = 0;  // data blocks as stored, trailers included
  uint64_t data_blocks = 0;
  // Blocks in which tombstones are 100 or more, or half of the rows.
  uint64_t dense_blocks = 0;
  // The whole file. Not stored: known from writing or opening it.
  uint64_t file_bytes = 0;

  // Where it was made for; 0 for a flush.
  uint32_t level = 0;
  // In ms since 1970, of the rows that die at a known time; 0: none does.
  int64_t earliest_expiry_ms = 0;
  int64_t latest_expiry_ms = 0;

  // Blob files, by number, and the bytes of them that the rows refer to.
  std::map<uint64_t, uint64_t> blobs;

  // Parts of the file.
  Extent filter;  // size 0: there is none
  Extent index;

  bool operator==(const TableProperties&) const = default;

  std::string Encode() const;
  // Corruption (naming no file) if a field is malformed or missing.
  static base::Result<TableProperties> Decode(std::string_view bytes);

  // Counts a row that dies at `dies_ms`, or never if that is 0.
  void CountExpiry(int64_t dies_ms);
  // Counts the value of a row with Kind::kBlobValue. Corruption if it is none.
  base::Status CountReference(std::string_view value);
};

// A block of these many rows counts among the dense_blocks.
bool IsDense(uint64_t tombstones, uint64_t rows);

}  // namespace lsm
