// Pauses says how long the owner was kept from its own work, by cause: every
// part of a Tick must be short whatever the size of the store, and here is
// where it shows. What counts is processor time: on a busy machine a step of a
// microsecond may take ten milliseconds, and no smaller step would help.
//
//   pauses.Begin();  Drain();  pauses.End(PauseCause::kInstall); ...
//
// Threads: owner-bound.

#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <utility>

#include "base/clock.h"
#include "lsm/stats.h"

namespace lsm {

class Pauses {
 public:
  explicit Pauses(base::Clock* clock) : clock_(clock) {}

  void Begin() {
    begun_us_ = clock_->MonotonicMicros();
    worked_us_ = clock_->ThreadMicros();
  }
  // All since Begin, or since the last End, was for this.
  void End(PauseCause cause) {
    const int64_t now_us = clock_->MonotonicMicros();
    const uint64_t wall_us = Between(begun_us_, now_us);
    begun_us_ = now_us;
    PauseStats& stats = stats_[static_cast<size_t>(cause)];
    stats.total_us += wall_us;
    stats.longest_wall_us = std::max(stats.longest_wall_us, wall_us);
    const uint64_t own_us = OwnMicros(wall_us);
    stats.long_ones += own_us > kLongPauseUs;
    stats.longest_us = std::max(stats.longest_us, own_us);
  }

  const PausesByCause& stats() const { return stats_; }

 private:
  static uint64_t Between(int64_t begin_us, int64_t end_us) {
    return static_cast<uint64_t>(std::max<int64_t>(end_us - begin_us, 0));
  }
  // Its processor time, which is asked for only where it matters. That of the
  // short steps before it in this Tick is counted in.
  uint64_t OwnMicros(uint64_t wall_us) {
    if (wall_us <= kLongPauseUs) return wall_us;
    const int64_t now_us = clock_->ThreadMicros();
    return std::min(wall_us,
                    Between(std::exchange(worked_us_, now_us), now_us));
  }

  base::Clock* const clock_;
  int64_t begun_us_ = 0;   // monotonic
  int64_t worked_us_ = 0;  // of the thread, when it was last asked for
  PausesByCause stats_ = {};
};

}  // namespace lsm
