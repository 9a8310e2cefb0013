#include "net/timer.h"

#include <utility>

#include "base/check.h"

namespace net {

Timer::Timer(Loop* loop, std::function<void()> on_time)
    : handle_(new Handle{{}, std::move(on_time)}) {
  CHECK(uv_timer_init(loop->handle(), &handle_->timer) == 0);
  handle_->timer.data = handle_;
}

Timer::~Timer() {
  // The function object lives on: this may be a call from within it.
  uv_close(
      reinterpret_cast<uv_handle_t*>(&handle_->timer),
      [](uv_handle_t* handle) { delete static_cast<Handle*>(handle->data); });
}

void Timer::Stop() { uv_timer_stop(&handle_->timer); }

void Timer::Start(int64_t delay_ms, int64_t period_ms) {
  CHECK(uv_timer_start(
            &handle_->timer,
            [](uv_timer_t* timer) {
              static_cast<Handle*>(timer->data)->on_time();
            },
            static_cast<uint64_t>(delay_ms),
            static_cast<uint64_t>(period_ms)) == 0);
}

}  // namespace net
