#include "base/histogram.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <thread>
#include <vector>

#include "base/random.h"

namespace base {
namespace {

TEST(Histogram, PutsEveryValueIntoABucketThatHoldsIt) {
  using S = HistogramSnapshot;
  for (uint64_t value = 0; value < 100'000; ++value) {
    const size_t bucket = S::BucketOf(value);
    ASSERT_LT(bucket, S::kBuckets);
    ASSERT_LE(value, S::BucketMax(bucket));
    ASSERT_TRUE(bucket == 0 || value > S::BucketMax(bucket - 1));
  }
  EXPECT_EQ(S::BucketOf(S::kValueMax), S::kBuckets - 1);
  EXPECT_EQ(S::BucketOf(UINT64_MAX), S::kBuckets - 1);
  EXPECT_EQ(S::BucketMax(S::kBuckets - 1), S::kValueMax);
}

TEST(Histogram, AnswersPercentilesWithinASixteenth) {
  Histogram histogram;
  Random random(1);
  std::vector<uint64_t> values;
  for (int i = 0; i < 10'000; ++i) {
    values.push_back(random.Next() >> (24 + random.Below(40)));
    histogram.Record(values.back());
  }
  std::sort(values.begin(), values.end());
  const HistogramSnapshot snapshot = histogram.Snapshot();
  EXPECT_EQ(snapshot.count(), values.size());
  for (const double percent : {0.0, 1.0, 50.0, 99.0, 99.9, 100.0}) {
    SCOPED_TRACE(percent);
    const size_t rank = static_cast<size_t>(percent * 100);
    const uint64_t exact = values[rank == 0 ? 0 : rank - 1];
    const uint64_t answer = snapshot.Percentile(percent);
    EXPECT_GE(answer, exact);
    EXPECT_LE(answer, exact + exact / 16);
  }
}

TEST(Histogram, AnswersZeroWhenItIsEmpty) {
  EXPECT_EQ(Histogram().Snapshot().Percentile(99), 0u);
}

TEST(Histogram, CountsWhatIsBelowAPowerOfTwo) {
  Histogram histogram;
  for (uint64_t value = 0; value < 1000; ++value) histogram.Record(value);
  const HistogramSnapshot snapshot = histogram.Snapshot();
  EXPECT_EQ(snapshot.CountBelowPower(0), 1u);
  EXPECT_EQ(snapshot.CountBelowPower(5), 32u);
  EXPECT_EQ(snapshot.CountBelowPower(9), 512u);
  EXPECT_EQ(snapshot.CountBelowPower(40), 1000u);
  EXPECT_EQ(snapshot.sum, 999u * 1000 / 2);
}

TEST(Histogram, AddsUpSeveral) {
  Histogram a, b;
  a.Record(1);
  b.Record(100);
  HistogramSnapshot sum = a.Snapshot();
  sum.Add(b.Snapshot());
  EXPECT_EQ(sum.count(), 2u);
  EXPECT_EQ(sum.sum, 101u);
  EXPECT_EQ(sum.Percentile(50), 1u);
}

TEST(Histogram, LosesNothingThatSeveralThreadsRecord) {
  Histogram histogram;
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&] {
      for (int n = 0; n < 10'000; ++n) histogram.RecordShared(n);
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(histogram.Snapshot().count(), 40'000u);
  histogram.Reset();
  EXPECT_EQ(histogram.Snapshot().count(), 0u);
  EXPECT_EQ(histogram.Snapshot().sum, 0u);
}

}  // namespace
}  // namespace base
