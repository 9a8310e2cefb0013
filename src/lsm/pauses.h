// Pauses says how long the owner was kept from its own work, by cause: every
// part of a Tick must be short whatever the size of the store, and here is
// where it shows.
//
//   pauses.Begin();  Drain();  pauses.End(PauseCause::kInstall); ...
//
// Threads: owner-bound.

#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>

#include "base/clock.h"
#include "lsm/stats.h"

namespace lsm {

class Pauses {
 public:
  explicit Pauses(base::Clock* clock) : clock_(clock) {}

  void Begin() { begun_us_ = clock_->MonotonicMicros(); }
  // All since Begin, or since the last End, was for this.
  void End(PauseCause cause) {
    const int64_t now_us = clock_->MonotonicMicros();
    const auto micros =
        static_cast<uint64_t>(std::max<int64_t>(now_us - begun_us_, 0));
    begun_us_ = now_us;
    PauseStats& stats = stats_[static_cast<size_t>(cause)];
    stats.total_us += micros;
    stats.long_ones += micros > kLongPauseUs;
    stats.longest_us = std::max(stats.longest_us, micros);
  }

  const PausesByCause& stats() const { return stats_; }

 private:
  base::Clock* const clock_;
  int64_t begun_us_ = 0;
  PausesByCause stats_ = {};
};

}  // namespace lsm
