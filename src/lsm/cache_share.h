// CacheShare says how much of the memory budget blocks may have; the rest is
// for records.
//
// Single keys are served best by records, which hold nothing but what was
// asked for; ranges by blocks, since records say nothing about what lies
// between them. Which of the two a store needs shows in ghosts: a miss of what
// was evicted a short time ago would have been a hit with more memory. So
// memory goes, in small steps, to where a byte would have spared more misses,
// after the idea of ARC (Megiddo and Modha, FAST 2003).
//
// A record found costs less than a block found, which is then searched; and
// records that are evicted to make room leave holes. So their ghosts count
// kRecordWeight times.
//
// Threads: owner-bound.

#pragma once

#include <cstdint>

namespace lsm {

class CacheShare {
 public:
  // `adapts`: else it is always the least share, an eighth.
  explicit CacheShare(bool adapts) : adapts_(adapts) {}

  // Keeps its part of the budget.
  void SetBudget(uint64_t bytes);

  // So many ghosts were met so far; records and their index occupy so many
  // bytes. True if bytes() is another now.
  bool Update(uint64_t block_ghosts, uint64_t record_ghosts,
              uint64_t record_bytes);

  // What is set aside for blocks.
  uint64_t bytes() const { return budget_ / kParts * parts_; }
  // What the block cache may take: enough for some blocks, however small the
  // budget.
  uint64_t capacity() const;

 private:
  static constexpr uint64_t kRecordWeight = 4;
  // In parts of the budget.
  static constexpr uint64_t kParts = 32;
  static constexpr uint64_t kPartsMin = 4;
  static constexpr uint64_t kPartsMax = 16;
  // Ghosts between two steps.
  static constexpr uint64_t kWindow = 64;

  const bool adapts_;
  uint64_t budget_ = 0;
  uint64_t parts_ = kPartsMin;
  // As of the last step.
  uint64_t block_ghosts_ = 0;
  uint64_t record_ghosts_ = 0;
};

}  // namespace lsm
