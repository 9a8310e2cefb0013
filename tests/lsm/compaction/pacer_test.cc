#include "lsm/compaction/pacer.h"

#include <gtest/gtest.h>

#include "support/manual_clock.h"

namespace lsm {
namespace {

TEST(Pacer, LetsEverythingThroughUnlessToldARate) {
  support::ManualClock clock;
  Pacer pacer(&clock);
  EXPECT_EQ(pacer.Charge(uint64_t{1} << 40), 0);
  pacer.SetRate(1);
  pacer.SetRate(0);
  EXPECT_EQ(pacer.Charge(uint64_t{1} << 40), 0);
}

TEST(Pacer, AsksForARestInProportionToWhatIsOverdrawn) {
  support::ManualClock clock;
  Pacer pacer(&clock);
  clock.Advance(10'000'000);
  pacer.SetRate(1'000'000);
  // A tenth of a second's worth is in the bucket.
  EXPECT_EQ(pacer.Charge(100'000), 0);
  EXPECT_EQ(pacer.Charge(1000), 1000);
  EXPECT_EQ(pacer.Charge(1000), 2000);
  clock.Advance(1500);
  EXPECT_EQ(pacer.Charge(0), 500);
  clock.Advance(500);
  EXPECT_EQ(pacer.Charge(0), 0);
  // However long the rest, the bucket holds no more than that.
  clock.Advance(60'000'000);
  EXPECT_EQ(pacer.Charge(100'000), 0);
  EXPECT_EQ(pacer.Charge(250'000), 250'000);
}

}  // namespace
}  // namespace lsm
