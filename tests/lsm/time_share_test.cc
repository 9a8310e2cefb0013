#include "lsm/time_share.h"

#include <gtest/gtest.h>

namespace lsm {
namespace {

TEST(TimeShare, GivesNothingAtFirst) {
  TimeShare share;
  EXPECT_FALSE(share.MaySpend(1'000'000));
  EXPECT_FALSE(share.MaySpend(2'000'000));
}

TEST(TimeShare, GivesItsPercentOfWhatPasses) {
  TimeShare share;
  share.SetPercent(25);
  int64_t now_us = 1'000'000;
  int64_t spent_us = 0;
  (void)share.MaySpend(now_us);
  const int64_t end_us = now_us + 10'000'000;
  for (; now_us < end_us; now_us += 100) {
    if (!share.MaySpend(now_us)) continue;
    share.Spend(50);
    spent_us += 50;
    now_us += 50;
  }
  EXPECT_NEAR(static_cast<double>(spent_us), 2'500'000, 50'000);
}

TEST(TimeShare, SavesNoMoreThanATenthOfASecondsPart) {
  TimeShare share;
  share.SetPercent(10);
  ASSERT_TRUE(share.MaySpend(60'000'000));
  share.Spend(9'999);
  EXPECT_TRUE(share.has_left());
  share.Spend(1);
  EXPECT_FALSE(share.has_left());
  EXPECT_FALSE(share.MaySpend(60'000'000));
}

TEST(TimeShare, EndsUnderAClockThatStandsStill) {
  TimeShare share;
  share.SetPercent(99);
  ASSERT_TRUE(share.MaySpend(1'000'000));
  int slices = 0;
  for (; share.has_left(); ++slices) share.Spend(0);
  EXPECT_LE(slices, TimeShare::kSavedUs);
}

TEST(TimeShare, ForgetsItsSavingsWhenItIsSetToNothing) {
  TimeShare share;
  share.SetPercent(50);
  ASSERT_TRUE(share.MaySpend(1'000'000));
  share.SetPercent(0);
  EXPECT_FALSE(share.has_left());
  EXPECT_FALSE(share.MaySpend(2'000'000));
}

}  // namespace
}  // namespace lsm
