#include "lsm/pauses.h"

#include <gtest/gtest.h>

#include "support/manual_clock.h"

namespace lsm {
namespace {

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
