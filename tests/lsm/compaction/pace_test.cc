#include "lsm/compaction/pace.h"

#include <gtest/gtest.h>

namespace lsm {
namespace {

Backlog Quiet() {
  Backlog backlog;
  backlog.sealed_generations = 1;
  backlog.generation_bytes = 64'000'000;
  backlog.fill_us = 600'000'000;
  backlog.table_bytes = 1'000'000'000;
  backlog.level0_trigger = 6;
  return backlog;
}

TEST(Pace, IsSlowWhenThereIsTime) {
  EXPECT_EQ(FlushRate(Quiet()), kPaceFloor);
  EXPECT_EQ(CompactionRate(Quiet()), kPaceFloor);
}

TEST(Pace, FlushesTwiceAsFastAsTheLastGenerationFilled) {
  Backlog backlog = Quiet();
  backlog.fill_us = 1'000'000;
  EXPECT_EQ(FlushRate(backlog), 128'000'000u);
  backlog.fill_us = 0;
  EXPECT_GT(FlushRate(backlog), kPaceCeiling);
}

TEST(Pace, HasNoLimitWhereWritersWouldWait) {
  Backlog backlog = Quiet();
  backlog.sealed_generations = 2;
  EXPECT_EQ(FlushRate(backlog), 0u);
  backlog.level0_runs = 12;
  EXPECT_EQ(CompactionRate(backlog), 0u);
  backlog = Quiet();
  backlog.awaited = true;
  EXPECT_EQ(FlushRate(backlog), 0u);
  EXPECT_EQ(CompactionRate(backlog), 0u);
}

TEST(Pace, CompactsFasterTheMoreThereIsToDo) {
  Backlog backlog = Quiet();
  uint64_t before = CompactionRate(backlog);
  for (backlog.level0_runs = 7; backlog.level0_runs < 12;
       ++backlog.level0_runs) {
    EXPECT_GT(CompactionRate(backlog), before);
    before = CompactionRate(backlog);
    EXPECT_LE(before, kPaceCeiling);
  }
  backlog = Quiet();
  backlog.pending_bytes = 25'000'000;
  EXPECT_EQ(CompactionRate(backlog), (kPaceFloor + kPaceCeiling) / 2);
  backlog.pending_bytes = 100'000'000;
  EXPECT_EQ(CompactionRate(backlog), kPaceCeiling);
}

TEST(Pace, CompactsAsOftenAsRowsAreRewritten) {
  Backlog backlog = Quiet();
  backlog.fill_us = 10'000'000;
  EXPECT_EQ(CompactionRate(backlog), 96'000'000u);
  backlog.fill_us = 1'000'000;
  EXPECT_EQ(CompactionRate(backlog), kPaceCeiling);
}

}  // namespace
}  // namespace lsm
