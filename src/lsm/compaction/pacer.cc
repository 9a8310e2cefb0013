#include "lsm/compaction/pacer.h"

#include <algorithm>
#include <chrono>
#include <thread>

namespace lsm {

int64_t Pacer::Charge(uint64_t bytes) {
  spent_.fetch_add(bytes, std::memory_order_relaxed);
  const uint64_t rate = rate_.load();
  if (rate == 0) return 0;
  base::MutexLock lock(mutex_);
  const int64_t now_us = clock_->MonotonicMicros();
  const int64_t earliest_us =
      now_us - static_cast<int64_t>(1'000'000 / kBurstsPerSecond);
  paid_until_us_ = std::max(paid_until_us_, earliest_us) +
                   static_cast<int64_t>(bytes * 1'000'000 / rate);
  return std::max<int64_t>(0, paid_until_us_ - now_us);
}

void Pacer::Spend(uint64_t bytes) {
  const int64_t wait_us = Charge(bytes);
  if (wait_us == 0) return;
  std::this_thread::sleep_for(std::chrono::microseconds(wait_us));
}

}  // namespace lsm
