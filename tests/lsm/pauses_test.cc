#include "lsm/pauses.h"

#include <gtest/gtest.h>

#include "support/manual_clock.h"

namespace lsm {
namespace {

TEST(Pauses, AreNotTheTimeThatOthersHadOfTheProcessor) {
  support::ManualClock clock;
  Pauses pauses(&clock);
  pauses.Begin();
  clock.Advance(30);
  clock.AdvanceAsleep(5'000);
  pauses.End(PauseCause::kFree);
  clock.Advance(130);
  pauses.End(PauseCause::kEvict);
  const PauseStats& free =
      pauses.stats()[static_cast<size_t>(PauseCause::kFree)];
  EXPECT_EQ(free.longest_us, 30u);
  EXPECT_EQ(free.longest_wall_us, 5'030u);
  EXPECT_EQ(free.long_ones, 0u);
  const PauseStats& evict =
      pauses.stats()[static_cast<size_t>(PauseCause::kEvict)];
  EXPECT_EQ(evict.longest_us, 130u);
  EXPECT_EQ(evict.long_ones, 1u);
}

TEST(Pauses, BelongToTheCauseThatTookThem) {
  support::ManualClock clock;
  Pauses pauses(&clock);
  const auto of = [&](PauseCause cause) {
    return pauses.stats()[static_cast<size_t>(cause)];
  };
  for (const int64_t micros : {40, 300, 100}) {
    pauses.Begin();
    clock.Advance(micros);
    pauses.End(PauseCause::kFree);
    clock.Advance(7);
    pauses.End(PauseCause::kEvict);
  }
  EXPECT_EQ(of(PauseCause::kFree).total_us, 440u);
  EXPECT_EQ(of(PauseCause::kFree).longest_us, 300u);
  EXPECT_EQ(of(PauseCause::kFree).long_ones, 1u);
  EXPECT_EQ(of(PauseCause::kEvict).total_us, 21u);
  EXPECT_EQ(of(PauseCause::kInstall).longest_us, 0u);
}

}  // namespace
}  // namespace lsm
