#include "lsm/compaction/pressure.h"

#include <gtest/gtest.h>

namespace lsm {
namespace {

constexpr uint64_t kGeneration = 64 << 20;

TEST(Pressure, IsNoneAtEase) {
  EXPECT_EQ(PressureOf({.generation_bytes = kGeneration}).value(), 0);
}

TEST(Pressure, IsTheGreatestOfThree) {
  const Pressure memory = PressureOf({.unflushed_bytes = 2 * kGeneration,
                                      .generation_bytes = kGeneration,
                                      .level0_runs = 6});
  EXPECT_DOUBLE_EQ(memory.value(), 0.5);
  EXPECT_EQ(memory.cause(), "memory");
  const Pressure runs = PressureOf({.unflushed_bytes = kGeneration,
                                    .generation_bytes = kGeneration,
                                    .level0_runs = 18});
  EXPECT_DOUBLE_EQ(runs.value(), 0.75);
  EXPECT_EQ(runs.cause(), "level0");
  const Pressure debt = PressureOf({.generation_bytes = kGeneration,
                                    .level0_runs = 6,
                                    .pending_bytes = 80 * kGeneration,
                                    .table_bytes = 150 * kGeneration});
  EXPECT_DOUBLE_EQ(debt.value(), 0.8);
  EXPECT_EQ(debt.cause(), "debt");
}

TEST(Pressure, NeverExceedsOne) {
  EXPECT_EQ(PressureOf({.unflushed_bytes = 100 * kGeneration,
                        .generation_bytes = kGeneration,
                        .level0_runs = 100,
                        .pending_bytes = 1000 * kGeneration,
                        .table_bytes = 1000 * kGeneration})
                .value(),
            1);
}

// What level 0 may hold is no debt too large, however little lies below it.
TEST(Pressure, OfDebtLeavesASmallStoreRoom) {
  EXPECT_LT(PressureOf({.generation_bytes = kGeneration,
                        .pending_bytes = 12 * kGeneration,
                        .table_bytes = 12 * kGeneration})
                .debt,
            0.51);
}

TEST(JobProgress, GoesFromNothingToAll) {
  const JobProgress progress = {.spent_at_begin = 1000, .bytes_expected = 400};
  EXPECT_EQ(progress.Done(1000), 0);
  EXPECT_DOUBLE_EQ(progress.Done(1100), 0.25);
  EXPECT_EQ(progress.Done(1400), 1);
  EXPECT_EQ(progress.Done(9000), 1);  // More than was expected.
  EXPECT_EQ(JobProgress().Done(9000), 0);
}

}  // namespace
}  // namespace lsm
