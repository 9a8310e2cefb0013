#include "commands/rates.h"

#include <gtest/gtest.h>

namespace commands {
namespace {

TEST(Rate, IsWhatHappenedInASecond) {
  Rate rate;
  EXPECT_EQ(rate.per_second(), 0);
  for (int i = 0; i <= 16; ++i) rate.Sample(i * 50, i * 100'000);
  EXPECT_DOUBLE_EQ(rate.per_second(), 500);
}

TEST(Rate, OutlivesACounterThatBeginsAgainAndAClockSetBack) {
  Rate rate;
  rate.Sample(1000, 5'000'000);
  rate.Sample(10, 5'100'000);
  rate.Sample(20, 1'000'000);
  EXPECT_EQ(rate.per_second(), 0);
  rate.Sample(36, 1'100'000);
  EXPECT_DOUBLE_EQ(rate.per_second(), 10);
}

}  // namespace
}  // namespace commands
