// Histogram counts values in buckets that are narrow where values are small
// and wide where they are large: sixteen for each power of two, so that a
// percentile is never more than 1/16 too high, from a nanosecond to a day.
//
//   value    0 1 2 ... 15 | 16 17 ... 31 | 32 34 ... 62 | 64 68 ... | ...
//   width    1            | 1            | 2            | 4         |
//
// Values are whole numbers of the user's own unit; those from 2^40 on count
// as 2^40 - 1.
//
// Threads: shared. Record has one writer at a time and costs two plain adds;
// RecordShared may be called from any thread. One histogram uses one of the
// two. A snapshot may miss what is being recorded while it is taken.

#pragma once

#include <array>
#include <atomic>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace base {

// What a histogram held at one moment. A value; snapshots of several
// histograms may be added up.
class HistogramSnapshot {
 public:
  static constexpr int kStepBits = 4;
  static constexpr int kValueBits = 40;
  static constexpr uint64_t kValueMax = (uint64_t{1} << kValueBits) - 1;
  static constexpr size_t kBuckets = (kValueBits - kStepBits + 1) << kStepBits;

  static size_t BucketOf(uint64_t value) {
    if (value > kValueMax) value = kValueMax;
    if (value < (uint64_t{1} << kStepBits)) return value;
    const int shift = std::bit_width(value) - 1 - kStepBits;
    return (static_cast<size_t>(shift) << kStepBits) + (value >> shift);
  }
  // The largest value that falls into the bucket.
  static uint64_t BucketMax(size_t bucket);

  HistogramSnapshot() : counts(kBuckets) {}

  void Add(const HistogramSnapshot& other);
  uint64_t count() const;
  // The value that `percent` of 100 values do not exceed, as the upper end
  // of its bucket. 0 when nothing was recorded.
  uint64_t Percentile(double percent) const;
  // How many values are below 2^power. REQUIRES: power <= kValueBits.
  uint64_t CountBelowPower(int power) const;

  std::vector<uint64_t> counts;
  uint64_t sum = 0;
};

class Histogram {
 public:
  void Record(uint64_t value) {
    AddPlain(&counts_[HistogramSnapshot::BucketOf(value)], 1);
    AddPlain(&sum_, value);
  }
  void RecordShared(uint64_t value) {
    counts_[HistogramSnapshot::BucketOf(value)].fetch_add(
        1, std::memory_order_relaxed);
    sum_.fetch_add(value, std::memory_order_relaxed);
  }

  HistogramSnapshot Snapshot() const;
  // What is recorded at the same time may or may not be forgotten too.
  void Reset();

 private:
  // A load and a store cost a fifth of a locked add.
  static void AddPlain(std::atomic<uint64_t>* number, uint64_t n) {
    number->store(number->load(std::memory_order_relaxed) + n,
                  std::memory_order_relaxed);
  }

  // Shared. Relaxed: each number stands for itself.
  std::array<std::atomic<uint64_t>, HistogramSnapshot::kBuckets> counts_ = {};
  std::atomic<uint64_t> sum_ = 0;
};

}  // namespace base
