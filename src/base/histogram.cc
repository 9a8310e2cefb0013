#include "base/histogram.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "base/check.h"

namespace base {

uint64_t HistogramSnapshot::BucketMax(size_t bucket) {
  constexpr size_t kSteps = size_t{1} << kStepBits;
  if (bucket < kSteps) return bucket;
  const size_t shift = bucket / kSteps - 1;
  const uint64_t step = bucket % kSteps + kSteps;
  return ((step + 1) << shift) - 1;
}

void HistogramSnapshot::Add(const HistogramSnapshot& other) {
  for (size_t i = 0; i < kBuckets; ++i) counts[i] += other.counts[i];
  sum += other.sum;
}

uint64_t HistogramSnapshot::count() const {
  return std::accumulate(counts.begin(), counts.end(), uint64_t{0});
}

uint64_t HistogramSnapshot::Percentile(double percent) const {
  const uint64_t all = count();
  if (all == 0) return 0;
  const double wanted = std::ceil(static_cast<double>(all) * percent / 100);
  const uint64_t rank = std::clamp<uint64_t>(
      static_cast<uint64_t>(std::max(wanted, 1.0)), 1, all);
  uint64_t seen = 0;
  for (size_t i = 0; i < kBuckets; ++i) {
    seen += counts[i];
    if (seen >= rank) return BucketMax(i);
  }
  return kValueMax;
}

uint64_t HistogramSnapshot::CountBelowPower(int power) const {
  CHECK(power >= 0 && power <= kValueBits);
  const uint64_t largest = (uint64_t{1} << power) - 1;
  return std::accumulate(counts.begin(), counts.begin() + BucketOf(largest) + 1,
                         uint64_t{0});
}

HistogramSnapshot Histogram::Snapshot() const {
  HistogramSnapshot snapshot;
  for (size_t i = 0; i < HistogramSnapshot::kBuckets; ++i) {
    snapshot.counts[i] = counts_[i].load(std::memory_order_relaxed);
  }
  snapshot.sum = sum_.load(std::memory_order_relaxed);
  return snapshot;
}

void Histogram::Reset() {
  for (std::atomic<uint64_t>& count : counts_) {
    count.store(0, std::memory_order_relaxed);
  }
  sum_.store(0, std::memory_order_relaxed);
}

}  // namespace base
