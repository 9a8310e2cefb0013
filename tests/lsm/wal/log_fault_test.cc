// Each switch that breaks the log on purpose must be noticed by the crash
// tests: a fault that no test sees could creep in by itself.

#include <gtest/gtest.h>

#include "lsm/wal/log_lab.h"

namespace lsm {
namespace {

// Some seed and crash point shows a violation.
bool IsNoticed(const LogLab::Setup& setup) {
  base::Random random(7);
  for (uint64_t seed = 1; seed <= 200; ++seed) {
    const uint64_t op = random.OneIn(3) ? 0 : 1 + random.Below(150);
    if (!ThreeLives(setup, seed, op, nullptr).empty()) return true;
  }
  return false;
}

TEST(LogFault, ASkippedDirectorySyncIsNoticed) {
  EXPECT_TRUE(IsNoticed({.faults = {.skip_directory_sync = true}}));
}

TEST(LogFault, ARetriedSyncIsNoticed) {
  EXPECT_TRUE(IsNoticed({.policy = SyncPolicy::kEverySecond,
                         .fails_a_sync = true,
                         .faults = {.retry_failed_sync = true}}));
}

TEST(LogFault, WrittenTakenForSyncedIsNoticed) {
  EXPECT_TRUE(IsNoticed({.policy = SyncPolicy::kEverySecond,
                         .faults = {.written_is_synced = true}}));
}

TEST(LogFault, AFrameThatOvertakesIsNoticed) {
  EXPECT_TRUE(IsNoticed({.depth = 2, .faults = {.finish_out_of_order = true}}));
}

TEST(LogFault, AnUnlistedSegmentIsNoticed) {
  EXPECT_TRUE(IsNoticed({.faults = {.use_before_listed = true}}));
}

TEST(LogFault, ABatchCountedAtItsBeginningIsNoticed) {
  EXPECT_TRUE(IsNoticed({.depth = 2,
                         .frame_bytes_max = 8192,
                         .faults = {.count_batch_at_begin = true}}));
}

TEST(LogFault, ABelievedTornFrameIsNoticed) {
  EXPECT_TRUE(IsNoticed({.faults = {.believe_torn_frames = true}}));
}

TEST(LogFault, AReadWithoutSyncIsNoticed) {
  EXPECT_TRUE(IsNoticed(
      {.policy = SyncPolicy::kNo, .faults = {.skip_sync_before_read = true}}));
}

}  // namespace
}  // namespace lsm
