#include "lsm/engine.h"

#include <gtest/gtest.h>

#include <cerrno>
#include <string>

#include "lsm/engine_lab.h"

namespace lsm {
namespace {

using Op = support::CrashFileSystem::Op;

class EngineTest : public testing::Test {
 protected:
  void SetUp() override { Open(); }
  void Open() {
    const base::Status status = lab.Open();
    ASSERT_TRUE(status.ok()) << status.ToString();
  }
  std::string Read(std::string_view key) {
    const auto value = lab.Read(key);
    if (!value.ok()) return value.status().ToString();
    return value.value().value_or("absent");
  }

  EngineLab lab;
};

// --- Rows.

TEST_F(EngineTest, FindsWhatWasWritten) {
  lab.Put("", "empty");
  lab.Put(std::string("\0\xff", 2), "odd");
  lab.Put("k", "");
  EXPECT_EQ(Read(""), "empty");
  EXPECT_EQ(Read(std::string("\0\xff", 2)), "odd");
  EXPECT_EQ(Read("k"), "");
  EXPECT_EQ(Read("j"), "absent");
  lab.Delete("k");
  EXPECT_EQ(Read("k"), "absent");
}

TEST_F(EngineTest, AnswersTheSameFromMemoryTablesAndLog) {
  lab.Fill("k", 300);
  lab.Delete("k0007");
  const auto rows = lab.ReadAll();
  EXPECT_EQ(rows.size(), 299u);

  ASSERT_TRUE(lab.Flush().ok());
  EXPECT_EQ(lab.ReadAll(), rows);
  ASSERT_TRUE(lab.Compact().ok());
  EXPECT_EQ(lab.ReadAll(), rows);
  ASSERT_TRUE(lab.Close().ok());
  Open();
  EXPECT_EQ(lab.ReadAll(), rows);
  EXPECT_EQ(Read("k0007"), "absent");
  EXPECT_EQ(Read("k0008"), rows.at("k0008"));

  lab.Put("k0007", "back");
  lab->Submit();
  lab.PowerCut();
  Open();
  EXPECT_EQ(Read("k0007"), "back");
  EXPECT_EQ(lab.ReadAll().size(), 300u);
}

TEST_F(EngineTest, KnowsWhenNothingLiesBelow) {
  EXPECT_TRUE(lab->Get("new", HashKey("new")).nothing_below);
  lab.Put("old", "1");
  ASSERT_TRUE(lab.Flush().ok());
  lab.Delete("old");
  EXPECT_FALSE(lab->Get("old", HashKey("old")).nothing_below);
  ASSERT_TRUE(lab.Flush().ok());
  EXPECT_FALSE(lab->Get("old", HashKey("old")).nothing_below);
  ASSERT_TRUE(lab.Compact().ok());
  ASSERT_TRUE(lab.Close().ok());
  Open();
  EXPECT_TRUE(lab->Get("old", HashKey("old")).nothing_below);
}

TEST_F(EngineTest, KeysThatLiveAndDieInMemoryLeaveNothingBehind) {
  WriteBatch batch;
  batch.Put("k", HashKey("k"), "v", /*nothing_below=*/true);
  lab.Write(batch);
  batch.Clear();
  batch.Delete("k", HashKey("k"));
  lab.Write(batch);
  ASSERT_TRUE(lab.Flush().ok());
  EXPECT_EQ(lab->stats().levels[0].files, 0u);
  EXPECT_EQ(Read("k"), "absent");
}

// A tombstone left out of generation 1 must not make one of generation 2
// vanish, when the key was flushed in between.
TEST_F(EngineTest, ForgottenTombstonesHideNothingLater) {
  WriteBatch batch;
  batch.Put("k", HashKey("k"), "1", /*nothing_below=*/true);
  lab.Write(batch);
  lab.Delete("k");
  ASSERT_TRUE(lab.Flush().ok());
  const Lookup lookup = lab->Get("k", HashKey("k"));
  batch.Clear();
  batch.Put("k", HashKey("k"), "2", lookup.nothing_below);
  lab.Write(batch);
  ASSERT_TRUE(lab.Flush().ok());
  lab.Delete("k");
  ASSERT_TRUE(lab.Flush().ok());
  ASSERT_TRUE(lab.Close().ok());
  Open();
  EXPECT_EQ(Read("k"), "absent");
}

TEST_F(EngineTest, RefusesSequencesBeyondTheYear2200) {
  lab.Put("k", "v");
  lab.clock.SetWall(kSequenceMax + 1);
  lab->Tick();
  WriteBatch batch;
  batch.Put("l", HashKey("l"), "v");
  EXPECT_EQ(lab->Write(batch).status().code(), base::Code::kIo);
  EXPECT_EQ(Read("k"), "v");
}

// The MANIFEST notes the wall clock with each flush; whatever it says, the
// note must be readable.
TEST_F(EngineTest, OpensAgainAfterFlushingUnderAnAbsurdClock) {
  for (const int64_t wall_us : {int64_t{-5}, INT64_MAX}) {
    lab.Put("k", std::to_string(wall_us));
    lab.clock.SetWall(wall_us);
    ASSERT_TRUE(lab.Flush().ok());
    lab.clock.SetWall(1'800'000'000'000'000);
    lab->Tick();
    ASSERT_TRUE(lab.Close().ok());
    Open();
    EXPECT_EQ(Read("k"), std::to_string(wall_us));
  }
}

TEST_F(EngineTest, SequencesGrowWhateverTheClockDoes) {
  Sequence last = lab.Put("k", "1");
  for (const int64_t step_us : {int64_t{-3'600'000'000}, int64_t{1},
                                int64_t{7'200'000'000}, int64_t{-1}}) {
    lab.clock.SetWall(lab.clock.WallMicros() + step_us);
    lab->Tick();
    const Sequence next = lab.Put("k", "2");
    EXPECT_GT(next, last);
    ASSERT_TRUE(lab.Close().ok());
    lab.clock.SetWall(lab.clock.WallMicros() - 1'000'000);
    Open();
    last = lab.Put("k", "3");
    EXPECT_GT(last, next);
  }
}

// --- Counters and scopes.

TEST_F(EngineTest, CountersAreThoseOfTheTablesPlusTheLog) {
  WriteBatch batch;
  batch.Put("a", HashKey("a"), "1");
  batch.AddCount(3, 5);
  lab.Write(batch);
  ASSERT_TRUE(lab.Flush().ok());
  batch.Clear();
  batch.AddCount(3, -7);
  batch.AddCount(9, 1);
  lab.Write(batch);
  lab->Submit();
  lab.PowerCut();
  Open();
  EXPECT_EQ(lab->counter(3), -2);
  EXPECT_EQ(lab->counter(9), 1);
  EXPECT_EQ(lab->counter(4), 0);
}

// A batch without rows makes no generation, but it is in the log all the same.
TEST_F(EngineTest, FlushesBatchesThatHaveNoRows) {
  WriteBatch batch;
  batch.AddCount(3, 5);
  batch.KillScope("Ma");
  const Sequence sequence = lab.Write(batch);
  ASSERT_TRUE(lab.Flush().ok());
  EXPECT_GE(lab->synced(), sequence);
  EXPECT_EQ(lab->stats().flushed, sequence);
  lab.PowerCut();
  Open();
  EXPECT_EQ(lab->counter(3), 5);
}

TEST_F(EngineTest, KilledScopesLoseTheirRowsAndAreForgotten) {
  lab.Fill("Ma", 300);
  lab.Fill("Mb", 300);
  ASSERT_TRUE(lab.Flush().ok());
  WriteBatch batch;
  batch.KillScope("Ma");
  lab.Write(batch);
  EXPECT_EQ(lab->stats().dead_scopes, 1u);
  ASSERT_TRUE(lab.Compact().ok());
  ASSERT_TRUE(lab.Flush().ok());
  EXPECT_EQ(lab.ReadAll().size(), 300u);
  lab.Drive();
  EXPECT_EQ(lab->stats().dead_scopes, 0u);
  lab.Put("Mc", "v");
  ASSERT_TRUE(lab.Compact().ok());
  ASSERT_TRUE(lab.Close().ok());
  Open();
  EXPECT_EQ(lab->stats().dead_scopes, 0u);
  EXPECT_EQ(lab.ReadAll().size(), 301u);
}

// What a snapshot seals meanwhile is not worth a flush.
TEST_F(EngineTest, CompactsWhatWasThereWhenItWasAsked) {
  lab.Fill("k", 300);
  bool done = false;
  lab->Compact([&](const base::Status& status) { done = status.ok(); });
  lab.Put("l", "v");
  const auto snapshot = lab->TakeSnapshot();
  lab.Drive();
  EXPECT_TRUE(done);
}

TEST_F(EngineTest, KillsAreReplayedFromTheLog) {
  lab.Fill("Ma", 300);
  ASSERT_TRUE(lab.Flush().ok());
  WriteBatch batch;
  batch.KillScope("Ma");
  lab.Write(batch);
  lab->Submit();
  lab.PowerCut();
  Open();
  ASSERT_TRUE(lab.Compact().ok());
  EXPECT_TRUE(lab.ReadAll().empty());
}

// --- Requests.

TEST_F(EngineTest, SyncsOnRequestUnderEveryPolicy) {
  for (const SyncPolicy policy :
       {SyncPolicy::kNo, SyncPolicy::kEverySecond, SyncPolicy::kAlways}) {
    ASSERT_TRUE(lab->SetSyncPolicy(policy).ok());
    const Sequence sequence = lab.Put("k", "v");
    ASSERT_TRUE(lab.Sync().ok());
    EXPECT_GE(lab->synced(), sequence);
  }
}

TEST_F(EngineTest, AnswersWhoeverWaitsWhenTheLogHasFailed) {
  lab.Put("k", "v");
  lab.disk->FailOnce(Op::kWrite, "wal-");
  lab->Submit();
  EXPECT_FALSE(lab->log_error().ok());
  EXPECT_FALSE(lab.Sync().ok());
  EXPECT_FALSE(lab.Flush().ok());
  EXPECT_FALSE(lab.Compact().ok());
  EXPECT_FALSE(lab->MayWrite().ok());
  EXPECT_EQ(Read("k"), "v");
}

// Frames that wait for a segment which nobody can list any more would wait for
// good.
TEST_F(EngineTest, TellsThoseWhoWaitForASegmentThatNobodyCanList) {
  lab.disk->FailOnce(Op::kSync, "Manifest-");
  lab.disk->FailOnce(Op::kCreate, "Manifest-");
  Sequence last = 0;
  for (int i = 0; i < 4; ++i) {
    last = lab.Put("k" + std::to_string(i), std::string(25'000, 'x'));
    lab->Submit();
  }
  ASSERT_LT(lab->synced(), last);
  EXPECT_TRUE(lab->log_error().ok());
  lab->Tick();
  EXPECT_FALSE(lab->log_error().ok());
  EXPECT_FALSE(lab.Sync().ok());
  EXPECT_EQ(Read("k3"), std::string(25'000, 'x'));
}

TEST_F(EngineTest, AnswersWhoeverWaitsWhenTheManifestHasFailed) {
  lab.Put("k", "v");
  lab.disk->FailOnce(Op::kSync, "Manifest-");
  lab.disk->FailOnce(Op::kCreate, "Manifest-");
  EXPECT_FALSE(lab.Flush().ok());
  EXPECT_FALSE(lab.Flush().ok());
  EXPECT_FALSE(lab.Compact().ok());
  EXPECT_TRUE(lab.Sync().ok());
  EXPECT_EQ(lab->MayWrite().code(), base::Code::kIo);
  EXPECT_EQ(Read("k"), "v");
  // Nothing was lost: the log has it.
  lab.PowerCut();
  Open();
  EXPECT_EQ(Read("k"), "v");
}

TEST_F(EngineTest, ACompactionThatFailsDoesNotFailFlushes) {
  lab.Fill("k", 200);
  ASSERT_TRUE(lab.Flush().ok());
  lab.Fill("k", 200);
  ASSERT_TRUE(lab.Flush().ok());
  base::Status compacted = base::Status::Invalid("pending");
  base::Status flushed = base::Status::Invalid("pending");
  lab->Compact([&](base::Status status) { compacted = std::move(status); });
  lab.disk->FailOnce(Op::kCreate, ".sst");
  while (compacted.code() == base::Code::kInvalid)
    ASSERT_TRUE(lab->RunBackground());
  EXPECT_EQ(compacted.code(), base::Code::kIo);
  lab.Put("l", "v");
  lab->Flush([&](base::Status status) { flushed = std::move(status); });
  lab.clock.Advance(2'000'000);
  lab.Drive();
  EXPECT_TRUE(flushed.ok()) << flushed.ToString();
}

TEST_F(EngineTest, CloseSyncsWhatWasWritten) {
  lab.Put("k", "v");
  ASSERT_TRUE(lab.Close().ok());
  lab.disk = lab.disk->Crash(1, support::Fate::kOld);
  Open();
  EXPECT_EQ(Read("k"), "v");
}

TEST_F(EngineTest, CloseAnswersWhoeverStillWaits) {
  lab.Put("k", "v");
  int answers = 0;
  lab->Flush([&](const base::Status&) { ++answers; });
  lab->Compact([&](const base::Status&) { ++answers; });
  lab->Sync([&](const base::Status& status) {
    EXPECT_TRUE(status.ok());
    ++answers;
  });
  ASSERT_TRUE(lab.Close().ok());
  EXPECT_EQ(answers, 3);
}

// --- Log and memory.

TEST_F(EngineTest, GivesUpTheLogOnceTablesHoldIt) {
  for (int i = 0; i < 30; ++i) {
    lab.Fill("k", 100);
    lab.Drive();
  }
  ASSERT_TRUE(lab.Flush().ok());
  EXPECT_LE(lab->stats().log_retained_bytes, 3u * (64 << 10));
}

TEST_F(EngineTest, FlushesEarlyWhenTheLogGrowsTooLong) {
  lab.options.log_retained_bytes = 256 << 10;
  lab.options.generation_bytes = 8 << 20;
  lab.options.memory_bytes = 64 << 20;
  Open();
  const std::string value(1000, 'v');
  for (int i = 0; i < 3000; ++i) {
    lab.Put("the same key", value);
    lab->Submit();
    lab.clock.Advance(1000);
    lab.Drive();
  }
  EXPECT_LE(lab->stats().log_retained_bytes, uint64_t{512 << 10});
  EXPECT_GT(lab->stats().flushes, 5u);
}

TEST_F(EngineTest, PressureRisesUntilRowsAreInTables) {
  EngineLab lab;
  ASSERT_TRUE(lab.Open().ok());
  EXPECT_EQ(lab->pressure(), 0);
  double before = 0;
  // No lane runs, so that generations pile up.
  for (char prefix = 'a'; lab->pressure() < 1 && prefix <= 'z'; ++prefix) {
    lab.Fill({&prefix, 1}, 200);
    lab->Submit();
    lab->Tick();
    EXPECT_GT(lab->pressure(), before);
    before = lab->pressure();
  }
  EXPECT_EQ(before, 1);
  EXPECT_EQ(lab->stats().pressure.cause(), "memory");
  ASSERT_TRUE(lab.Flush().ok());
  EXPECT_EQ(lab->stats().pressure.memory, 0);
  EXPECT_LT(lab->pressure(), 0.5);
}

TEST_F(EngineTest, EvictsCleanRecordsAndFetchesThemAgain) {
  lab.options.memory_bytes = 1 << 20;
  Open();
  for (int i = 0; i < 40; ++i) {
    lab.Fill("k" + std::to_string(i), 200);
    lab.Drive();
  }
  ASSERT_TRUE(lab.Flush().ok());
  for (int i = 0; i < 1000 && lab->Tick(); ++i) {
  }
  EXPECT_GT(lab->stats().evicted_records, 1000u);
  EXPECT_EQ(lab.ReadAll().size(), 8000u);
  EXPECT_EQ(Read("k30007"), "the value of k30007" + std::string(70, '.'));
  EXPECT_EQ(Read("k40x"), "absent");
  EXPECT_GT(lab->stats().fetches, 0u);
}

// Where all is dense, or what holds the sparse pages is not a record.
TEST_F(EngineTest, RestsFromDefragmentationThatMovesNothing) {
  Open();
  lab.Fill("k", 2000);
  ASSERT_TRUE(lab.Flush().ok());
  const auto looked_at_in = [this](int ticks) {
    const auto sum = [this] {
      const Stats stats = lab->stats();
      return stats.moved_records + stats.unmoved_records;
    };
    const uint64_t before = sum();
    for (int i = 0; i < ticks; ++i) {
      lab.clock.Advance(1000);
      lab->Tick();
    }
    return sum() - before;
  };
  EXPECT_EQ(looked_at_in(100), 0u);
  lab->SetDefragPercent(50);
  EXPECT_GT(looked_at_in(1), 0u);
  int tries = 0;
  while (looked_at_in(10) > 0 && tries < 1000) ++tries;
  EXPECT_LT(tries, 1000);
  lab.clock.Advance(3'000'000);
  EXPECT_GT(looked_at_in(1), 0u);
  lab->SetDefragPercent(0);
  EXPECT_EQ(looked_at_in(100), 0u);
}

TEST_F(EngineTest, LendsRecordsNothingThatTheBlockCacheMayYetTake) {
  constexpr uint64_t kBudget = 4 << 20;
  lab.options.memory_bytes = kBudget;
  Open();
  for (int i = 0; i < 8000; ++i) {
    lab.Put("k" + std::to_string(i), std::string(600, 'x'));
    if (i % 100 == 0) lab.Drive();
  }
  ASSERT_TRUE(lab.Flush().ok());
  for (int i = 0; i < 1000 && lab->Tick(); ++i) {
  }
  ASSERT_GT(lab->stats().evicted_records, 1000u);
  ASSERT_EQ(lab->stats().cache_bytes, 0u);
  EXPECT_LE(lab->memory_in_use(), kBudget * 7 / 8);
  EXPECT_GT(lab->memory_in_use(), kBudget * 6 / 8);
}

// The loop ticks again as long as Tick says so: it must come to an end.
TEST_F(EngineTest, TicksComeToRestHoweverSmallTheBudget) {
  lab.Fill("k", 500);
  ASSERT_TRUE(lab.Flush().ok());
  lab->SetMemoryBytes(1);
  int ticks = 0;
  while (lab->Tick() && ticks < 10'000) ++ticks;
  EXPECT_LT(ticks, 10'000);
  EXPECT_EQ(lab.ReadAll().size(), 500u);
}

TEST_F(EngineTest, NamesTheTableThatCannotBeRead) {
  lab.Fill("k", 300);
  ASSERT_TRUE(lab.Flush().ok());
  ASSERT_TRUE(lab.Close().ok());
  Open();
  const std::string name = lab.Find(".sst");
  lab.disk->FailReads(lab.Path(name), 0, 4096);
  const auto value = lab.Read("k0001");
  ASSERT_FALSE(value.ok());
  EXPECT_NE(value.status().message().find(name), std::string_view::npos);
  lab.disk->HealReads();
  EXPECT_TRUE(lab.Read("k0001").value().has_value());
}

// --- Background threads.

TEST(EngineThreads, EndsAlthoughAFlushWaitsForTheOpenFrame) {
  EngineLab lab;
  lab.options.background_threads = true;
  for (const bool close : {false, true}) {
    ASSERT_TRUE(lab.Open().ok());
    lab.Put("k", "v");
    lab->Flush([](const base::Status&) {});
    if (!close) continue;
    EXPECT_TRUE(lab.Close().ok());
  }
  ASSERT_TRUE(lab.Open().ok());
  EXPECT_EQ(lab.Read("k").value(), "v");
}

}  // namespace
}  // namespace lsm
