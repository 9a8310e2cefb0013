// Rates turns counters that only grow into "per second", averaged over the
// last seconds: INFO's instantaneous_ops_per_sec and its like.
//
// Threads: loop-bound.

#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

namespace commands {

class Rate {
 public:
  // Several times a second, with the counter's value.
  void Sample(uint64_t count, int64_t now_us);
  // Events in a second, on average over the last samples.
  double per_second() const;

 private:
  static constexpr size_t kSamples = 16;
  static constexpr int64_t kSampleUs = 100'000;

  bool began_ = false;
  uint64_t last_count_ = 0;
  int64_t last_us_ = 0;
  size_t next_ = 0;
  std::array<double, kSamples> samples_ = {};
};

struct Rates {
  Rate commands;
  Rate input_bytes;
  Rate output_bytes;
};

}  // namespace commands
