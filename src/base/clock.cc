#include "base/clock.h"

#include <ctime>

namespace base {
namespace {

int64_t Micros(clockid_t id) {
  timespec now;
  clock_gettime(id, &now);
  return now.tv_sec * int64_t{1000000} + now.tv_nsec / 1000;
}

class MachineClock : public Clock {
 public:
  int64_t WallMicros() override { return Micros(CLOCK_REALTIME); }
  int64_t MonotonicMicros() override { return Micros(CLOCK_MONOTONIC); }
  int64_t ThreadMicros() override { return Micros(CLOCK_THREAD_CPUTIME_ID); }
};

}  // namespace

Clock* SystemClock() {
  static MachineClock clock;
  return &clock;
}

}  // namespace base
