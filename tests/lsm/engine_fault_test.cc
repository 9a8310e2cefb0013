// Each switch that breaks the engine on purpose must be noticed by the crash
// model or by damage to a closed store: a mistake that no test sees could
// creep in by itself. (The switches of the log alone are turned on in
// wal/log_fault_test.cc, too, against a model of the log alone.)

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "lsm/engine_history.h"
#include "lsm/engine_lab.h"

namespace lsm {
namespace {

using support::CrashFileSystem;

// Some seed and crash point shows a violation. The search begins where one was
// found once, to be quick, and goes on as long as is bearable.
testing::AssertionResult IsNoticed(ModelOptions options,
                                   uint64_t first_seed = 1, int steps = 150) {
  constexpr uint64_t kSeeds = 600;
  options.cuts = 8;
  for (uint64_t seed = first_seed; seed < first_seed + kSeeds; ++seed) {
    base::Random random(seed);
    const uint64_t at = 1 + random.Below(static_cast<uint64_t>(steps));
    const std::string violation = LiveThrice(seed, at, steps, options);
    if (violation.empty()) continue;
    testing::Test::RecordProperty("seed", static_cast<int>(seed));
    testing::Test::RecordProperty("violation", violation);
    return testing::AssertionSuccess();
  }
  return testing::AssertionFailure()
         << "none of " << kSeeds << " seeds from " << first_seed << " on";
}

// Without a fault the same histories show nothing: see engine_crash_test.cc.

// --- The engine's own orders of work.

TEST(EngineFault, TablesBeyondWhatIsSyncedAreNoticed) {
  EXPECT_TRUE(IsNoticed({.sync_policy = SyncPolicy::kNo,
                         .faults = {.flush_without_sync = true}}));
}

TEST(EngineFault, LettingGoBeforeTheEditIsNoticed) {
  EXPECT_TRUE(IsNoticed({.faults = {.install_before_edit = true}}));
}

TEST(EngineFault, TablesRemovedUnderTheirReadersAreNoticed) {
  EXPECT_TRUE(IsNoticed({.readers = true,
                         .table_handles = 1,
                         .faults = {.remove_tables_early = true}}));
}

TEST(EngineFault, TombstonesDroppedEarlyAreNoticed) {
  EXPECT_TRUE(IsNoticed({.faults = {.drop_tombstones_early = true}}));
}

TEST(EngineFault, RowsDroppedForAKillThatIsNotSyncedAreNoticed) {
  EXPECT_TRUE(IsNoticed(
      {.sync_policy = SyncPolicy::kNo, .faults = {.kill_without_sync = true}},
      /*first_seed=*/110));
}

TEST(EngineFault, FlushesThatForgetSnapshotsAreNoticed) {
  EXPECT_TRUE(
      IsNoticed({.readers = true, .faults = {.flush_over_snapshots = true}}));
}

TEST(EngineFault, FlushesThatForgetDebtsAreNoticed) {
  EXPECT_TRUE(IsNoticed({.memory_bytes = 256 << 10,
                         .blind_puts = true,
                         .faults = {.flush_in_debt = true}}));
}

TEST(EngineFault, SettlementsThatAreNotLoggedAreNoticed) {
  EXPECT_TRUE(IsNoticed({.memory_bytes = 256 << 10,
                         .blind_puts = true,
                         .faults = {.settle_unlogged = true}}));
}

TEST(EngineFault, SequencesUsedTwiceAreNoticed) {
  EXPECT_TRUE(
      IsNoticed({.clock_jumps = true, .faults = {.reuse_sequences = true}}));
}

TEST(EngineFault, FileNumbersUsedTwiceAreNoticed) {
  EXPECT_TRUE(IsNoticed({.faults = {.reuse_numbers = true}}));
}

TEST(EngineFault, NamesBelievedBeforeTheyAreSyncedAreNoticed) {
  EXPECT_TRUE(IsNoticed({.faults = {.skip_sync_before_read = true}},
                        /*first_seed=*/540, /*steps=*/12));
}

TEST(EngineFault, OrphansRemovedBeforeTheNewManifestAreNoticed) {
  EXPECT_TRUE(IsNoticed({.faults = {.remove_orphans_first = true}}));
}

TEST(EngineFault, StaleReadsThatAreInstalledAreNoticed) {
  EXPECT_TRUE(IsNoticed({.memory_bytes = 64 << 10,
                         .names = 60,
                         .cold_reads = true,
                         .faults = {.install_stale_reads = true}}));
}

// --- Tables.

TEST(EngineFault, TablesThatAreNotSyncedAreNoticed) {
  EXPECT_TRUE(IsNoticed({.faults = {.tables = {.skip_file_sync = true}}}));
}

TEST(EngineFault, NamesOfTablesThatAreNotSyncedAreNoticed) {
  EXPECT_TRUE(IsNoticed({.faults = {.tables = {.skip_directory_sync = true}}}));
}

// --- Values that lie apart.

TEST(EngineFault, BlobFilesThatAreNotSyncedAreNoticed) {
  EXPECT_TRUE(IsNoticed(
      {.blob_bytes_min = 24, .faults = {.tables = {.skip_blob_sync = true}}}));
}

TEST(EngineFault, BlobFilesThatGoWithTheFirstTableAreNoticed) {
  EXPECT_TRUE(IsNoticed(
      {.blob_bytes_min = 24, .faults = {.remove_blobs_early = true}}));
}

TEST(EngineFault, ReferencesThatNoTableOwnsUpToAreNoticed) {
  EXPECT_TRUE(IsNoticed({.blob_bytes_min = 24,
                         .faults = {.tables = {.forget_old_blobs = true}}}));
}

// --- The MANIFEST.

TEST(EngineFault, CurrentBeforeTheManifestIsSyncedIsNoticed) {
  EXPECT_TRUE(
      IsNoticed({.faults = {.manifest = {.current_before_sync = true}}}));
}

TEST(EngineFault, NamesOfManifestsThatAreNotSyncedAreNoticed) {
  EXPECT_TRUE(
      IsNoticed({.faults = {.manifest = {.skip_directory_sync = true}}}));
}

TEST(EngineFault, CurrentWrittenInPlaceIsNoticed) {
  EXPECT_TRUE(IsNoticed({.faults = {.manifest = {.current_in_place = true}}}));
}

TEST(EngineFault, EditsThatAreNotSyncedAreNoticed) {
  EXPECT_TRUE(IsNoticed({.faults = {.manifest = {.skip_edit_sync = true}}}));
}

TEST(EngineFault, ClaimingEditsThatAreNotSyncedIsNoticed) {
  EXPECT_TRUE(IsNoticed({.faults = {.manifest = {.claim_too_much = true}}},
                        /*first_seed=*/225));
}

// --- The log.

TEST(EngineFault, NamesOfSegmentsThatAreNotSyncedAreNoticed) {
  EXPECT_TRUE(IsNoticed({.faults = {.log = {.skip_directory_sync = true}}}));
}

TEST(EngineFault, ASyncThatIsRetriedIsNoticed) {
  EXPECT_TRUE(IsNoticed({.sync_policy = SyncPolicy::kEverySecond,
                         .log_direct = false,
                         .failing_syncs = true,
                         .faults = {.log = {.retry_failed_sync = true}}}));
}

TEST(EngineFault, WrittenTakenForSyncedIsNoticed) {
  EXPECT_TRUE(IsNoticed({.sync_policy = SyncPolicy::kEverySecond,
                         .faults = {.log = {.written_is_synced = true}}}));
}

TEST(EngineFault, FramesInSegmentsThatAreNotListedAreNoticed) {
  EXPECT_TRUE(IsNoticed({.faults = {.log = {.use_before_listed = true}}}));
}

TEST(EngineFault, BatchesCountedAtTheirBeginningAreNoticed) {
  EXPECT_TRUE(IsNoticed({.faults = {.log = {.count_batch_at_begin = true}}}));
}

TEST(EngineFault, BelievedTornFramesAreNoticed) {
  EXPECT_TRUE(IsNoticed({.faults = {.log = {.believe_torn_frames = true}}}));
}

TEST(EngineFault, ALogReadWithoutASyncIsNoticed) {
  EXPECT_TRUE(IsNoticed({.sync_policy = SyncPolicy::kNo,
                         .log_direct = false,
                         .faults = {.log = {.skip_sync_before_read = true}}}));
}

// --- Two frames in flight, of which any may be on the disk.

// Empty, or what is wrong with the rows after some power cut.
std::string CutWithTwoInFlight(const Faults& faults) {
  EngineLab lab;
  lab.options.background_threads = true;
  lab.options.faults = faults;
  CHECK(lab.Open().ok());
  lab.disk->HoldLogWrites();
  lab.Put("a", std::string(20'000, 'a'));
  CHECK(lab->Submit());
  lab.disk->WaitForHeldLogWrites(1);
  lab.Put("b", std::string(20'000, 'b'));
  CHECK(lab->Submit());
  lab.disk->WaitForHeldLogWrites(2);
  std::vector<std::shared_ptr<CrashFileSystem>> cuts;
  for (uint64_t seed = 1; seed <= 100; ++seed) {
    cuts.push_back(lab.disk->Crash(seed));
  }
  lab.PowerCut();
  for (const auto& cut : cuts) {
    EngineLab after;
    after.options.faults = faults;
    after.disk = cut;
    const base::Status status = after.Open();
    if (!status.ok()) return status.ToString();
    const EngineLab::Rows rows = after.ReadAll();
    if (rows.contains("b") && !rows.contains("a")) return "a hole";
    for (const auto& [key, value] : rows) {
      if (value != std::string(20'000, key[0])) return "torn";
    }
  }
  return "";
}

TEST(EngineFault, AnySubsetOfTheFramesInFlightIsAllowed) {
  EXPECT_EQ(CutWithTwoInFlight({}), "");
}

TEST(EngineFault, BelievedTornFramesInFlightAreNoticed) {
  EXPECT_NE(CutWithTwoInFlight({.log = {.believe_torn_frames = true}}), "");
}

}  // namespace
}  // namespace lsm
