#include "server/defragmentation.h"

#include <gtest/gtest.h>

#include "server/running_house.h"

namespace server {
namespace {

constexpr uint64_t kMiB = 1 << 20;

constexpr DefragSettings kSettings = {.on = true,
                                      .ignore_bytes = 10 * kMiB,
                                      .threshold_lower = 10,
                                      .threshold_upper = 100,
                                      .cycle_min = 1,
                                      .cycle_max = 25};

base::AllocatorStats Allocator(uint64_t allocated, uint64_t holes) {
  return {"", allocated * kMiB, (allocated + holes) * kMiB,
          (allocated + holes) * kMiB};
}

TEST(DefragPercent, GrowsWithTheHolesBetweenTheThresholds) {
  EXPECT_EQ(DefragPercent(kSettings, Allocator(1000, 99), 0), 0);
  EXPECT_EQ(DefragPercent(kSettings, Allocator(1000, 101), 0), 1);
  EXPECT_EQ(DefragPercent(kSettings, Allocator(1000, 550), 0), 13);
  EXPECT_EQ(DefragPercent(kSettings, Allocator(1000, 1000), 0), 25);
  EXPECT_EQ(DefragPercent(kSettings, Allocator(1000, 9000), 0), 25);
}

TEST(DefragPercent, LeavesFewBytesAlone) {
  EXPECT_EQ(DefragPercent(kSettings, Allocator(10, 9), 0), 0);
  EXPECT_GT(DefragPercent(kSettings, Allocator(10, 11), 0), 0);
}

TEST(DefragPercent, EndsLaterThanItBegins) {
  EXPECT_EQ(DefragPercent(kSettings, Allocator(1000, 90), 0), 0);
  EXPECT_EQ(DefragPercent(kSettings, Allocator(1000, 90), 1), 1);
  EXPECT_EQ(DefragPercent(kSettings, Allocator(1000, 70), 1), 0);
  EXPECT_EQ(DefragPercent(kSettings, Allocator(20, 9), 1), 10);
  EXPECT_EQ(DefragPercent(kSettings, Allocator(20, 7), 1), 0);
}

TEST(DefragPercent, IsNothingWhereItIsOff) {
  DefragSettings off = kSettings;
  off.on = false;
  EXPECT_EQ(DefragPercent(off, Allocator(1000, 900), 25), 0);
}

TEST(DefragPercent, IsNothingWithoutNumbers) {
  EXPECT_EQ(DefragPercent(kSettings, Allocator(0, 0), 0), 0);
  EXPECT_EQ(DefragPercent(kSettings, {"", 20, 10, 10}, 25), 0);
}

TEST(DefragPercent, TakesThresholdsTheWrongWayRound) {
  DefragSettings odd = kSettings;
  odd.threshold_upper = 5;
  odd.cycle_max = 0;
  EXPECT_EQ(DefragPercent(odd, Allocator(1000, 200), 0), 1);
}

// Where it cannot be, asking for it is refused as Redis refuses it.
TEST(ActiveDefrag, IsRefusedWithoutAnAllocatorForIt) {
  RunningHouse house;
  Client client(house.path());
  client.Expect("CONFIG SET activedefrag no", "+OK\r\n");
  client.Expect("CONFIG SET activedefrag yes",
                base::CanDefragment()
                    ? "+OK\r\n"
                    : "-ERR CONFIG SET failed (possibly related to argument "
                      "'activedefrag') - Active defragmentation cannot be "
                      "enabled: it requires a Redis server compiled with a "
                      "modified Jemalloc like the one shipped by default with "
                      "the Redis source distribution\r\n");
}

}  // namespace
}  // namespace server
