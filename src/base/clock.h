// Clock is where time comes from, so that a test can own it.
//
// Threads: shared; every implementation may be asked from any thread.

#pragma once

#include <cstdint>

namespace base {

class Clock {
 public:
  virtual ~Clock() = default;
  // Microseconds since 1970. May jump in either direction.
  virtual int64_t WallMicros() = 0;
  // Microseconds since some fixed point. Never goes back.
  virtual int64_t MonotonicMicros() = 0;
  // What the calling thread has had of the processor, in microseconds. A
  // system call.
  virtual int64_t ThreadMicros() = 0;

  int64_t WallMillis() { return WallMicros() / 1000; }
};

// The clocks of the machine. Lives as long as the process.
Clock* SystemClock();

}  // namespace base
