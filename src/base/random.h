// Random is a small generator with a seed: splitmix64 (Steele, Lea, Flood,
// "Fast splittable pseudorandom number generators", 2014). Not for secrets;
// those come from SecureRandom.
//
// Threads: a value; one holder at a time.

#pragma once

#include <cstdint>

namespace base {

class Random {
 public:
  explicit Random(uint64_t seed) : state_(seed) {}

  uint64_t Next() {
    uint64_t z = (state_ += 0x9e3779b97f4a7c15);
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
    z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
    return z ^ (z >> 31);
  }
  // Uniform in [0, limit). REQUIRES: limit > 0.
  uint64_t Below(uint64_t limit) {
    return static_cast<uint64_t>(
        (static_cast<unsigned __int128>(Next()) * limit) >> 64);
  }
  bool OneIn(uint64_t n) { return Below(n) == 0; }

 private:
  uint64_t state_;
};

// 64 bits from the kernel's generator: salts, identities, hash seeds.
uint64_t SecureRandom();

}  // namespace base
