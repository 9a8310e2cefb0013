#include "base/clock.h"

#include <gtest/gtest.h>

#include "support/manual_clock.h"

namespace base {
namespace {

TEST(Clock, KnowsTheYearAndNeverGoesBack) {
  Clock* const clock = SystemClock();
  EXPECT_GT(clock->WallMicros(), 1'600'000'000'000'000);
  EXPECT_LT(clock->WallMicros(), 7'258'118'400'000'000);
  int64_t last = clock->MonotonicMicros();
  for (int i = 0; i < 1000; ++i) {
    const int64_t now = clock->MonotonicMicros();
    ASSERT_GE(now, last);
    last = now;
  }
}

TEST(Clock, StandsStillInTestsUntilItIsMoved) {
  support::ManualClock clock(5'000'000);
  EXPECT_EQ(clock.WallMillis(), 5000);
  const int64_t before = clock.MonotonicMicros();
  clock.Advance(7);
  EXPECT_EQ(clock.WallMicros(), 5'000'007);
  EXPECT_EQ(clock.MonotonicMicros(), before + 7);
  clock.SetWall(1);
  EXPECT_EQ(clock.WallMicros(), 1);
  EXPECT_EQ(clock.MonotonicMicros(), before + 7);
}

}  // namespace
}  // namespace base
