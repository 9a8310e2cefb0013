// GhostPair remembers two things that a cache has evicted lately, by tags of
// 16 bits of their hashes, where the rest of the hash has led to this pair. A
// table of pairs is a bounded memory of evictions: an array, of which each
// operation touches one word.
//
// One in some 30000 that were never added is taken for one that was: a ghost
// decides how something begins in a cache, and nothing else.
//
// Threads: a value; one holder at a time.

#pragma once

#include <cstdint>

namespace lsm {

class GhostPair {
 public:
  // The elder of the two makes room.
  void Add(uint16_t tag) { tags_ = tags_ << 16 | tag; }

  // Whether the tag is here; it then goes. An empty place looks like tag 0.
  bool Take(uint16_t tag) {
    if ((tags_ & 0xffff) == tag) {
      tags_ >>= 16;
      return true;
    }
    if (tags_ >> 16 != tag) return false;
    tags_ &= 0xffff;
    return true;
  }

 private:
  // The younger one below. No initializer, so that it fits into a union; made
  // as GhostPair() it is empty.
  uint32_t tags_;
};
static_assert(sizeof(GhostPair) == 4);

}  // namespace lsm
