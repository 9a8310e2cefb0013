// Loop is the one thread that executes: it waits for sockets and timers, runs
// what they ask for, and then ends the tick.
//
//   wait for events --> their handlers --> posted work --> end of tick --.
//        ^                                                               |
//        '---------------------------------------------------------------'
//
// Other threads reach it in two ways only: Wake, which says that some number
// has grown (any number of wakes may melt into one), and Post, a queue that is
// drained whole. Both end up in the same pass.
//
// Invariants
//   - The end of the tick comes after every event of its pass and before the
//     loop waits again.
//   - While StayAwake is on, waiting ends at once: ready events are handled,
//     then the tick ends. So the loop polls without blocking.
//
// Threads: loop-bound, except Wake, Post and IsCurrent (any). Work posted
// after the loop has stopped is dropped with it, unrun.

#pragma once

#include <uv.h>

#include <atomic>
#include <cstdint>
#include <functional>
#include <vector>

#include "base/mutex.h"

namespace net {

// How long the loop was busy between two waits.
struct LoopStats {
  uint64_t ticks = 0;
  uint64_t busy_us_total = 0;
  uint64_t busy_us_max = 0;
};

class Loop {
 public:
  Loop();
  // REQUIRES: everything that watches through this loop is gone.
  ~Loop();
  Loop(const Loop&) = delete;
  Loop& operator=(const Loop&) = delete;

  // Runs until Stop. The calling thread becomes the loop's thread.
  void Run();
  // One pass; for tests. Waits for an event only if `may_wait`.
  void RunOnce(bool may_wait);
  // Run returns at the end of this tick.
  void Stop();

  // Any thread, also a signal's. Many before the loop looks are one.
  void Wake() { uv_async_send(&async_); }
  void Post(std::function<void()> work) EXCLUDES(mutex_);
  // Whether the caller runs on the loop's thread, or nobody does yet.
  bool IsCurrent() const;

  void set_on_tick_end(std::function<void()> on_tick_end) {
    on_tick_end_ = std::move(on_tick_end);
  }
  void StayAwake(bool awake);

  // Monotonic, as of the beginning of this pass.
  // Read anew at each call; now_ms() once a tick.
  static int64_t clock_us() { return static_cast<int64_t>(uv_hrtime() / 1000); }
  int64_t now_ms() const { return static_cast<int64_t>(uv_now(&loop_)); }

  const LoopStats& stats() const { return stats_; }
  void ResetStats() { stats_ = {}; }

  uv_loop_t* handle() { return &loop_; }

 private:
  static void OnPrepare(uv_prepare_t* handle);
  static void OnCheck(uv_check_t* handle);
  void RunPosted() EXCLUDES(mutex_);

  // Loop-bound.
  uv_loop_t loop_;
  uv_prepare_t prepare_;
  uv_check_t check_;
  uv_idle_t idle_;
  std::function<void()> on_tick_end_;
  bool awake_ = false;
  uint64_t prepared_ns_ = 0;  // When the last wait began.
  uint64_t idle_ns_ = 0;      // Time waited until then, since the start.
  LoopStats stats_;
  std::vector<std::function<void()>> running_;

  // Shared: libuv allows sending from anywhere; set before the first Run.
  uv_async_t async_;
  std::atomic<uint64_t> thread_ = 0;

  // Guarded.
  base::Mutex mutex_;
  std::vector<std::function<void()>> posted_ GUARDED_BY(mutex_);
};

}  // namespace net
