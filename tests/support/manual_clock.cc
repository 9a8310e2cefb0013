#include "support/manual_clock.h"

namespace support {

int64_t ManualClock::WallMicros() { return wall_us_.load(); }

int64_t ManualClock::MonotonicMicros() { return monotonic_us_.load(); }

int64_t ManualClock::ThreadMicros() { return thread_us_.load(); }

void ManualClock::Advance(int64_t us) {
  AdvanceAsleep(us);
  thread_us_ += us;
}

void ManualClock::AdvanceAsleep(int64_t us) {
  wall_us_ += us;
  monotonic_us_ += us;
}

void ManualClock::SetWall(int64_t wall_us) { wall_us_ = wall_us; }

}  // namespace support
