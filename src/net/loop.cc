#include "net/loop.h"

#include <algorithm>
#include <utility>

#include "base/check.h"

namespace net {
namespace {

// A number for the calling thread; never 0.
uint64_t CurrentThread() {
  static thread_local char address;
  return reinterpret_cast<uint64_t>(&address);
}

void DoNothing(uv_idle_t*) {}

}  // namespace

Loop::Loop() {
  CHECK(uv_loop_init(&loop_) == 0);
  loop_.data = this;
  // For the share of a pass that was waiting.
  CHECK(uv_loop_configure(&loop_, UV_METRICS_IDLE_TIME) == 0);
  CHECK(uv_prepare_init(&loop_, &prepare_) == 0);
  CHECK(uv_check_init(&loop_, &check_) == 0);
  CHECK(uv_idle_init(&loop_, &idle_) == 0);
  // The wake itself carries nothing: posted work and grown numbers are looked
  // at in every pass.
  CHECK(uv_async_init(&loop_, &async_, [](uv_async_t*) {}) == 0);
  CHECK(uv_prepare_start(&prepare_, OnPrepare) == 0);
  CHECK(uv_check_start(&check_, OnCheck) == 0);
}

Loop::~Loop() {
  for (uv_handle_t* handle : {reinterpret_cast<uv_handle_t*>(&prepare_),
                              reinterpret_cast<uv_handle_t*>(&check_),
                              reinterpret_cast<uv_handle_t*>(&idle_),
                              reinterpret_cast<uv_handle_t*>(&async_)}) {
    uv_close(handle, nullptr);
  }
  uv_run(&loop_, UV_RUN_DEFAULT);
  CHECK(uv_loop_close(&loop_) == 0);
}

void Loop::Run() {
  thread_.store(CurrentThread(), std::memory_order_relaxed);
  uv_run(&loop_, UV_RUN_DEFAULT);
  thread_.store(0, std::memory_order_relaxed);
}

void Loop::RunOnce(bool may_wait) {
  thread_.store(CurrentThread(), std::memory_order_relaxed);
  uv_run(&loop_, may_wait ? UV_RUN_ONCE : UV_RUN_NOWAIT);
  thread_.store(0, std::memory_order_relaxed);
}

void Loop::Stop() { uv_stop(&loop_); }

void Loop::Post(std::function<void()> work) {
  {
    base::MutexLock lock(mutex_);
    posted_.push_back(std::move(work));
  }
  Wake();
}

bool Loop::IsCurrent() const {
  const uint64_t thread = thread_.load(std::memory_order_relaxed);
  return thread == 0 || thread == CurrentThread();
}

void Loop::StayAwake(bool awake) {
  if (awake == awake_) return;
  awake_ = awake;
  // libuv does not block while an idle handle is active.
  if (awake) {
    uv_idle_start(&idle_, DoNothing);
  } else {
    uv_idle_stop(&idle_);
  }
}

// The last thing before the loop waits: what passed since the previous wait
// began, without the waiting itself, was work.
void Loop::OnPrepare(uv_prepare_t* handle) {
  Loop* const loop = static_cast<Loop*>(handle->loop->data);
  const uint64_t now_ns = uv_hrtime();
  const uint64_t idle_ns = uv_metrics_idle_time(&loop->loop_);
  if (loop->prepared_ns_ != 0) {
    const uint64_t passed_ns = now_ns - loop->prepared_ns_;
    const uint64_t waited_ns = idle_ns - loop->idle_ns_;
    const uint64_t busy_us =
        passed_ns > waited_ns ? (passed_ns - waited_ns) / 1000 : 0;
    ++loop->stats_.ticks;
    loop->stats_.busy_us_total += busy_us;
    loop->stats_.busy_us_max = std::max(loop->stats_.busy_us_max, busy_us);
  }
  loop->prepared_ns_ = now_ns;
  loop->idle_ns_ = idle_ns;
}

void Loop::OnCheck(uv_check_t* handle) {
  Loop* const loop = static_cast<Loop*>(handle->loop->data);
  loop->RunPosted();
  if (loop->on_tick_end_) loop->on_tick_end_();
}

void Loop::RunPosted() {
  DCHECK(running_.empty());
  {
    base::MutexLock lock(mutex_);
    running_.swap(posted_);
  }
  for (const std::function<void()>& work : running_) work();
  running_.clear();
}

}  // namespace net
