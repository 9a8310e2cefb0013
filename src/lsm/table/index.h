// Index finds the data block that can hold a key: for each block a separator,
// at least its last key and less than the first key of the next (the same
// where one key's versions fill several blocks).
//
//   index block = kind u8 | blocks varint | prefix size varint | prefix |
//                 entry ...
//   entry       = tail size varint | tail | stored size varint
//   separator   = prefix | tail
//
// Data blocks lie back to back from offset 0, so that sizes are enough. The
// kind leaves room for an index in partitions.
//
// In memory the first 8 bytes of each tail are kept as an integer apart: a
// binary search touches little but one dense array.
//
// Threads: an Index is immutable; a builder has one holder at a time.

#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/status.h"
#include "lsm/table/block_format.h"

namespace lsm {

// A short string s with last <= s < next. REQUIRES: last < next.
std::string_view ShortestSeparator(std::string_view last,
                                   std::string_view next);

class IndexBuilder {
 public:
  // `stored_size` is that of the payload, without the trailer.
  void Add(std::string_view separator, uint64_t stored_size);
  uint64_t EstimatedBytes() const {
    return separators_.size() + 4 * ends_.size();
  }
  std::string Finish() const;

 private:
  std::string separators_;      // back to back
  std::vector<uint64_t> ends_;  // of each separator
  std::vector<uint64_t> stored_sizes_;
};

class Index {
 public:
  Index() = default;
  // `data_bytes` is where the last data block must end. Corruption (naming no
  // file) when the entries are malformed, out of order, or end elsewhere.
  static base::Result<Index> Parse(std::string_view block, uint64_t data_bytes);

  size_t blocks() const { return heads_.size(); }
  // The first block whose separator is >= `key`: the only one that can hold
  // its newest version. blocks() when there is none.
  size_t Find(std::string_view key) const;
  Extent extent(size_t block) const;
  std::string Separator(size_t block) const;
  // True if the separator of `block` is `key`: its versions may go on in the
  // next.
  bool EndsWith(size_t block, std::string_view key) const;
  size_t memory_bytes() const;

 private:
  // The separator of `block`, without the common prefix.
  std::string_view tail(size_t block) const;

  std::string prefix_;
  std::vector<uint64_t> heads_;    // first 8 bytes of each tail, big endian
  std::vector<uint64_t> offsets_;  // of each block, and where the last ends
  std::vector<uint64_t> tail_ends_;
  std::string tails_;
};

}  // namespace lsm
