// A power cut at every operation of small workloads, and two more lives after
// each; see ThreeLives.

#include <gtest/gtest.h>

#include "lsm/wal/log_lab.h"

namespace lsm {
namespace {

// Every operation of the first life for each seed; with a `stride`, every
// stride-th of them.
void Sweep(const LogLab::Setup& setup, uint64_t seeds, uint64_t stride = 1) {
  for (uint64_t seed = 1; seed <= seeds; ++seed) {
    SCOPED_TRACE(base::StrCat("seed ", seed));
    uint64_t ops = 0;
    ASSERT_EQ(ThreeLives(setup, seed, 0, &ops), "");
    for (uint64_t op = 1 + seed % stride; op <= ops; op += stride) {
      ASSERT_EQ(ThreeLives(setup, seed, op, nullptr), "") << "op " << op;
    }
  }
}

TEST(LogCrash, LosesNothingSyncedWithOneFrameInFlight) {
  Sweep({.depth = 1}, 3, 2);
}

TEST(LogCrash, LosesNothingSyncedWithTwoFramesInFlight) {
  Sweep({.depth = 2}, 3, 2);
}

TEST(LogCrash, LosesNothingSyncedWithThreeFramesInFlight) {
  Sweep({.depth = 3}, 3, 2);
}

TEST(LogCrash, LosesNothingSyncedThroughThePageCache) {
  Sweep({.direct = false}, 3, 2);
}

TEST(LogCrash, LosesNothingSyncedInFragments) {
  Sweep({.depth = 2, .frame_bytes_max = 8192}, 3, 5);
}

TEST(LogCrash, LosesNothingSyncedInFilesThatGrow) {
  Sweep({.depth = 2, .preallocate = false}, 3, 2);
}

TEST(LogCrash, LosesNothingSyncedInBufferedFilesThatGrow) {
  Sweep({.direct = false, .preallocate = false}, 3, 2);
}

TEST(LogCrash, LosesOnlyTheLastSecondUnderEverySecond) {
  Sweep({.policy = SyncPolicy::kEverySecond}, 3, 2);
}

TEST(LogCrash, LosesOnlyASuffixUnderNo) {
  Sweep({.policy = SyncPolicy::kNo, .frame_bytes_max = 16384}, 3, 2);
}

TEST(LogCrash, LosesNothingWhenThePolicyChanges) {
  Sweep({.depth = 2, .switches_policy = true}, 4, 2);
}

TEST(LogCrash, BelievesNothingAfterAFailedSync) {
  Sweep({.policy = SyncPolicy::kEverySecond, .fails_a_sync = true}, 4, 2);
}

TEST(LogCrash, LosesNothingWithoutFlushes) {
  Sweep({.depth = 2, .flushes = false}, 2, 2);
}

}  // namespace
}  // namespace lsm
