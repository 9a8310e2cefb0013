// The engine at every point where the power can go. The seed is printed on
// failure; the same seed does the same again.

#include <gtest/gtest.h>

#include <cstdio>
#include <cstdlib>

#include "base/clock.h"
#include "base/strings.h"
#include "lsm/engine_history.h"

namespace lsm {
namespace {

using support::CrashFileSystem;

// Operations that a workload of `steps` steps takes when nothing fails.
uint64_t CountOps(uint64_t seed, int steps, const ModelOptions& options) {
  const auto disk = std::make_shared<CrashFileSystem>();
  EngineModel model(seed, options);
  EXPECT_TRUE(model.Open(disk).ok());
  const base::Status status = model.Run(steps);
  EXPECT_TRUE(status.ok()) << status.ToString();
  model.CheckEverything();
  EXPECT_EQ(model.violation(), "");
  return disk->ops();
}

void CrashEverywhere(uint64_t seed, int steps, uint64_t stride,
                     const ModelOptions& options) {
  const uint64_t ops = CountOps(seed, steps, options);
  ASSERT_GT(ops, 20u);
  for (uint64_t at = 1 + seed % stride; at <= ops; at += stride) {
    SCOPED_TRACE(testing::Message() << "seed " << seed << ", op " << at);
    ASSERT_EQ(LiveThrice(seed, at, steps, options), "");
  }
}

// Where trouble makes the number of operations another each time.
void CrashAnywhere(uint64_t first_seed, int lives, int steps,
                   const ModelOptions& options) {
  base::Random random(first_seed);
  for (uint64_t seed = first_seed; seed < first_seed + lives; ++seed) {
    const uint64_t at = 1 + random.Below(static_cast<uint64_t>(steps) * 2);
    SCOPED_TRACE(testing::Message() << "seed " << seed << ", op " << at);
    ASSERT_EQ(LiveThrice(seed, at, steps, options), "");
  }
}

TEST(EngineCrash, LosesNothingSyncedAtAnyPoint) {
  for (uint64_t seed = 1; seed <= 4; ++seed) CrashEverywhere(seed, 120, 4, {});
}

TEST(EngineCrash, ReadersSeeTheirMoment) {
  const ModelOptions options = {.memory_bytes = 256 << 10, .readers = true};
  for (uint64_t seed = 21; seed <= 23; ++seed) {
    CrashEverywhere(seed, 200, 8, options);
  }
  CrashAnywhere(200, 60, 400, options);
}

TEST(EngineCrash, CountsRowsThatWerePutBlindly) {
  const ModelOptions options = {.memory_bytes = 256 << 10, .blind_puts = true};
  for (uint64_t seed = 1; seed <= 4; ++seed) {
    CrashEverywhere(seed, 200, 4, options);
  }
  CrashAnywhere(100, 60, 400, options);
}

TEST(EngineCrash, LosesNothingSyncedInBufferedMode) {
  for (uint64_t seed = 11; seed <= 13; ++seed) {
    CrashEverywhere(seed, 120, 4, {.log_direct = false});
  }
}

TEST(EngineCrash, LosesOnlyASuffixWithoutSyncs) {
  for (uint64_t seed = 21; seed <= 23; ++seed) {
    CrashEverywhere(seed, 120, 4, {.sync_policy = SyncPolicy::kNo});
  }
}

TEST(EngineCrash, LosesOnlyASuffixBetweenTheSyncsOfEverySecond) {
  for (uint64_t seed = 31; seed <= 33; ++seed) {
    CrashEverywhere(seed, 120, 4,
                    {.sync_policy = SyncPolicy::kEverySecond,
                     .log_direct = false,
                     .log_preallocate = false});
  }
}

TEST(EngineCrash, LosesNoValueThatLiesApart) {
  for (uint64_t seed = 41; seed <= 42; ++seed) {
    CrashEverywhere(seed, 200, 4, {.blob_bytes_min = 24});
  }
  CrashAnywhere(400, 40, 400,
                {.memory_bytes = 256 << 10,
                 .cold_reads = true,
                 .blind_puts = true,
                 .readers = true,
                 .blob_bytes_min = 24});
  CrashAnywhere(450, 40, 300,
                {.memory_bytes = 64 << 10,
                 .names = 300,
                 .cold_reads = true,
                 .readers = true,
                 .blob_bytes_min = 1000,
                 .full_disks = true,
                 .failing_syncs = true,
                 .failing_reads = true});
  CrashAnywhere(500, 8, 200,
                {.threads = true,
                 .cold_reads = true,
                 .readers = true,
                 .blob_bytes_min = 24});
}

TEST(EngineCrash, SurvivesChangesOfThePolicy) {
  CrashAnywhere(50, 40, 200, {.changing_policy = true});
}

TEST(EngineCrash, SurvivesClocksThatJump) {
  CrashAnywhere(100, 40, 200, {.clock_jumps = true});
}

TEST(EngineCrash, SurvivesFullDisks) {
  CrashAnywhere(200, 40, 300, {.full_disks = true});
}

TEST(EngineCrash, SurvivesFullDisksWithAReserve) {
  CrashAnywhere(240, 60, 300, {.reserve_bytes = 72 << 10, .full_disks = true});
  // With room, too, it must not be in anybody's way.
  CrashEverywhere(5, 120, 4, {.reserve_bytes = 72 << 10});
}

TEST(EngineCrash, SurvivesAFailingSync) {
  CrashAnywhere(300, 40, 200, {.failing_syncs = true});
  CrashAnywhere(350, 40, 200,
                {.sync_policy = SyncPolicy::kEverySecond,
                 .log_direct = false,
                 .failing_syncs = true});
}

TEST(EngineCrash, SurvivesFailingReads) {
  CrashAnywhere(400, 40, 200, {.memory_bytes = 1 << 20, .failing_reads = true});
}

TEST(EngineCrash, SurvivesWithHardlyAnyMemory) {
  CrashAnywhere(500, 40, 300, {.memory_bytes = 64 << 10, .names = 300});
}

TEST(EngineCrash, ReadsNothingStaleWhileOthersWrite) {
  constexpr ModelOptions kCold = {
      .memory_bytes = 64 << 10, .names = 60, .cold_reads = true};
  CrashAnywhere(800, 40, 300, kCold);
  ModelOptions options = kCold;
  options.failing_reads = true;
  CrashAnywhere(840, 40, 300, options);
  options.threads = true;
  CrashAnywhere(880, 8, 300, options);
}

TEST(EngineCrash, SurvivesWithItsThreads) {
  CrashAnywhere(600, 12, 200, {.threads = true});
  CrashAnywhere(620, 6, 200,
                {.sync_policy = SyncPolicy::kEverySecond, .threads = true});
}

TEST(EngineCrash, SurvivesAllTroubleAtOnce) {
  CrashAnywhere(700, 40, 300,
                {.memory_bytes = 1 << 20,
                 .clock_jumps = true,
                 .full_disks = true,
                 .failing_syncs = true,
                 .failing_reads = true,
                 .changing_policy = true});
}

// For as long as REDBED_MODEL_SECONDS says: histories of any kind, from a seed
// that is different each time, or REDBED_MODEL_SEED. Off by default.
TEST(EngineCrash, SurvivesALongTimeOfEverything) {
  const char* const wanted = std::getenv("REDBED_MODEL_SECONDS");
  if (wanted == nullptr) GTEST_SKIP() << "REDBED_MODEL_SECONDS is not set";
  const int64_t end_us = base::SystemClock()->MonotonicMicros() +
                         base::ParseInt(wanted).value_or(0) * 1'000'000;
  const char* const given = std::getenv("REDBED_MODEL_SEED");
  uint64_t seed = given == nullptr ? base::SecureRandom() >> 20
                                   : std::strtoull(given, nullptr, 10);
  uint64_t lives = 0;
  for (; base::SystemClock()->MonotonicMicros() < end_us; ++seed, ++lives) {
    base::Random random(seed);
    ModelOptions options;
    options.sync_policy = static_cast<SyncPolicy>(random.Below(3));
    options.log_direct = random.OneIn(2);
    options.log_preallocate = !random.OneIn(3);
    options.log_depth = 1 + static_cast<int>(random.Below(3));
    options.memory_bytes = uint64_t{64 << 10} << random.Below(8);
    options.names = random.OneIn(3) ? 300 : 24;
    options.threads = random.OneIn(4);
    options.clock_jumps = random.OneIn(3);
    options.full_disks = random.OneIn(3);
    options.failing_syncs = random.OneIn(3);
    options.failing_reads = random.OneIn(3);
    options.changing_policy = random.OneIn(4);
    options.cold_reads = random.OneIn(2);
    // A row that is never read is settled by guess.
    options.readers = random.OneIn(2);
    options.blind_puts = random.OneIn(2) && !options.failing_reads;
    options.reserve_bytes = random.OneIn(2) ? 72 << 10 : 0;
    if (random.OneIn(2)) options.blob_bytes_min = 24 << random.Below(10);
    if (random.OneIn(2)) options.table_handles = 2;
    const int steps = 50 << random.Below(4);
    const uint64_t at = 1 + random.Below(static_cast<uint64_t>(steps) * 2);
    ASSERT_EQ(LiveThrice(seed, at, steps, options), "")
        << "seed " << seed << ", after " << lives << " others";
  }
  std::printf("%llu histories\n", static_cast<unsigned long long>(lives));
}

}  // namespace
}  // namespace lsm
