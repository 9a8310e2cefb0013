// Histogram counts times in buckets 1/32 of their size wide, so that any
// percentile is right to 3 %.
//
// Threads: one holder at a time.

#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>

namespace bench {

class Histogram {
 public:
  void Add(uint64_t ns) {
    ++buckets_[BucketOf(ns)];
    ++count_;
  }
  void Merge(const Histogram& other) {
    for (size_t i = 0; i < kBuckets; ++i) buckets_[i] += other.buckets_[i];
    count_ += other.count_;
  }
  uint64_t count() const { return count_; }
  // In microseconds; `share` from 0 to 1.
  double Percentile(double share) const {
    const auto rank =
        static_cast<uint64_t>(share * static_cast<double>(count_));
    uint64_t seen = 0;
    for (size_t i = 0; i < kBuckets; ++i) {
      seen += buckets_[i];
      if (seen > rank) return static_cast<double>(LowerBound(i)) / 1000;
    }
    return 0;
  }

 private:
  static constexpr int kBits = 5;
  static constexpr size_t kSteps = size_t{1} << kBits;
  static constexpr size_t kBuckets = kSteps * (64 - kBits + 1);

  static size_t BucketOf(uint64_t ns) {
    if (ns < kSteps) return ns;
    const int shift = 63 - std::countl_zero(ns) - kBits;
    return kSteps * static_cast<size_t>(shift + 1) + (ns >> shift) - kSteps;
  }
  static uint64_t LowerBound(size_t bucket) {
    if (bucket < kSteps) return bucket;
    const size_t shift = bucket / kSteps - 1;
    return (kSteps + bucket % kSteps) << shift;
  }

  std::array<uint64_t, kBuckets> buckets_ = {};
  uint64_t count_ = 0;
};

}  // namespace bench
