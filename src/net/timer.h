// Timer calls a function on the loop after a while, once or again and again.
//
// Threads: loop-bound.

#pragma once

#include <uv.h>

#include <cstdint>
#include <functional>

#include "net/loop.h"

namespace net {

class Timer {
 public:
  Timer(Loop* loop, std::function<void()> on_time);
  // May be called from within on_time.
  ~Timer();
  Timer(const Timer&) = delete;
  Timer& operator=(const Timer&) = delete;

  void Once(int64_t delay_ms) { Start(delay_ms, 0); }
  void Every(int64_t period_ms) { Start(period_ms, period_ms); }
  void Stop();

 private:
  // Outlives the timer until libuv lets go of it.
  struct Handle {
    uv_timer_t timer;
    std::function<void()> on_time;
  };
  void Start(int64_t delay_ms, int64_t period_ms);

  Handle* const handle_;
};

}  // namespace net
