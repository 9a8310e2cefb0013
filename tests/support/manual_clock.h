// ManualClock stands still until a test moves it.
//
// Threads: shared.

#pragma once

#include <atomic>

#include "base/clock.h"

namespace support {

class ManualClock : public base::Clock {
 public:
  explicit ManualClock(int64_t wall_us = 1'700'000'000'000'000)
      : wall_us_(wall_us) {}

  int64_t WallMicros() override;
  int64_t MonotonicMicros() override;
  int64_t ThreadMicros() override;

  // All clocks go on by `us`.
  void Advance(int64_t us);
  // The same for a thread that sleeps.
  void AdvanceAsleep(int64_t us);
  // Only the wall clock changes, in either direction.
  void SetWall(int64_t wall_us);

 private:
  std::atomic<int64_t> wall_us_;
  std::atomic<int64_t> monotonic_us_ = 1'000'000;
  std::atomic<int64_t> thread_us_ = 0;
};

}  // namespace support
