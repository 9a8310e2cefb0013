// Filter says of a key that it is surely absent, or may be there: a Bloom
// filter whose probes for one key all fall into one cache line.
//
//   filter block = kind u8 | probes u8 | line 64 B ...
//
// The high half of the key's stored hash chooses the line; the probes are
// 9-bit pieces of the hash multiplied by an odd constant. With 10 bits a key
// and 6 probes, 0.96 % of absent keys pass.
//
// Threads: a Filter is immutable; a builder has one holder at a time.

#pragma once

#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
#include <vector>

#include "base/status.h"
#include "lsm/table/block_format.h"

namespace lsm {

class FilterBuilder {
 public:
  // 0 bits: makes no filter.
  explicit FilterBuilder(uint32_t bits_per_key);

  void Add(uint64_t hash) {
    if (bits_per_key_ != 0) hashes_.push_back(hash);
  }
  // Of the block that Finish will make.
  uint64_t EstimatedBytes() const;
  // Empty when there is no filter.
  std::string Finish() const;

 private:
  const uint32_t bits_per_key_;
  // In pieces, because a vector of some million would hold them twice while it
  // grows.
  std::deque<uint64_t> hashes_;
};

class Filter {
 public:
  // Lets every key pass.
  Filter() = default;
  // Corruption (naming no file) when the outline is wrong.
  static base::Result<Filter> Parse(std::string_view block);

  bool MayContain(uint64_t hash) const;
  size_t memory_bytes() const { return lines_.capacity() * sizeof(Line); }

 private:
  friend class FilterBuilder;
  struct alignas(64) Line {
    uint64_t words[8];
  };

  std::vector<Line> lines_;
  uint32_t probes_ = 0;
};

}  // namespace lsm
