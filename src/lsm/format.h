// The words that every room of the engine shares: sequences, kinds of row,
// and the order of versions.
//
// A sequence is a hybrid timestamp, one per atomic batch: the larger of the
// previous one plus 1 and the wall clock in microseconds. 56 bits, so that it
// packs with a kind into one word:
//
//   packed = sequence << 8 | kind
//
// Versions of one key sort by packed, newest first; keys sort as memcmp does.
//
// Threads: any.

#pragma once

#include <cstdint>
#include <string_view>

#include "base/checksum.h"

namespace lsm {

using Sequence = uint64_t;

// 2200-01-01 in microseconds. A sequence beyond it, from clock or file, is
// refused: the number could not grow for long, and the clock is wrong.
inline constexpr Sequence kSequenceMax = 7258118400000000;
static_assert(kSequenceMax < Sequence{1} << 56);

// On disk; never renumber.
enum class Kind : uint8_t {
  kTombstone = 0,
  kValue = 1,
  // Of tables only: the row holds a reference, the value lies in a blob file
  // (lsm/blob). Whoever reads through a version is given a kValue.
  kBlobValue = 2,
};

inline constexpr uint64_t Pack(Sequence sequence, Kind kind) {
  return sequence << 8 | static_cast<uint64_t>(kind);
}
inline constexpr Sequence SequenceOf(uint64_t packed) { return packed >> 8; }
inline constexpr Kind KindOf(uint64_t packed) {
  return static_cast<Kind>(packed & 0xff);
}

// One hash serves the hash index in memory and the Bloom filters on disk, so
// its seed is fixed for good. (Collisions are an attacker's tool only against
// chains; the index bounds its probes and the filters lose nothing but time.)
inline constexpr uint64_t kKeyHashSeed = 0x52656462656421;
inline uint64_t HashKey(std::string_view key) {
  return base::Xxh3(key, kKeyHashSeed);
}

// Keys are at most this long, values below 2^32: what the formats can hold.
inline constexpr size_t kKeyBytesMax = (size_t{1} << 30) - 1;
inline constexpr size_t kValueBytesMax = (size_t{1} << 30) - 1;

}  // namespace lsm
