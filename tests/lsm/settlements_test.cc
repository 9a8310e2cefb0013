// Blind puts through the engine that owns them: rows put without a look at what
// lies below, and how the counts become right again, whatever happens in
// between.

#include "lsm/settlements.h"

#include <gtest/gtest.h>

#include <cstdio>
#include <optional>
#include <string>

#include "lsm/checkpoint.h"
#include "lsm/engine_lab.h"

namespace lsm {
namespace {

constexpr uint64_t kRows = 1;
constexpr uint64_t kLarge = 2;

// Rows k0000 to k0299 are on the disk, and the counter kRows says so.
class SettlementsTest : public testing::Test {
 protected:
  SettlementsTest() {
    lab.options.on_settle = [](const BlindRow& row, Settlement* settlement) {
      --settlement->counts[kRows];
      if (!row.old_value.starts_with("large ")) return;
      --settlement->counts[kLarge];
      settlement->kills.emplace_back(row.old_value.substr(6));
    };
    CHECK(lab.Open().ok());
    lab.Fill("k", 300);
    WriteBatch batch;
    batch.AddCount(kRows, 300);
    lab.Write(batch);
    CHECK(lab.Flush().ok());
    Reopen();
  }

  void Reopen() {
    ASSERT_TRUE(lab.Close().ok());
    ASSERT_TRUE(lab.Open().ok());
  }
  void Lose(support::Fate fate = support::Fate::kAny) {
    lab.PowerCut(1, fate);
    ASSERT_TRUE(lab.Open().ok());
  }

  // As a transaction would that takes the key for new.
  void BlindPut(const std::string& key, const std::string& value) {
    ASSERT_EQ(lab->Get(key, HashKey(key)).found, Found::kMiss);
    WriteBatch batch;
    batch.BlindPut(key, HashKey(key), value);
    batch.AddCount(kRows, 1);
    lab.Write(batch);
  }
  void DeleteOne(const std::string& key) {
    WriteBatch batch;
    batch.Delete(key);
    batch.AddCount(kRows, -1);
    lab.Write(batch);
  }
  // A key that is not there, though the filter does not say so.
  std::string AbsentKey() {
    for (int i = 0;; ++i) {
      std::string key = "k0001-" + std::to_string(i);
      if (lab->Get(key, HashKey(key)).found == Found::kMiss) return key;
    }
  }
  void Submit() {
    lab->Submit();
    while (lab->RunBackground()) {
    }
  }
  // Settled, and the settlement is in the log.
  void SettleAll() {
    lab.Drive();
    lab.Drive();
    ASSERT_EQ(lab->unsettled(), 0u);
  }
  int64_t rows() { return lab->counter(kRows); }

  EngineLab lab;
};

TEST_F(SettlementsTest, CountsAKeyThatWasThereOnce) {
  BlindPut("k0001", "new");
  EXPECT_EQ(lab->unsettled(), 1u);
  EXPECT_EQ(rows(), 301);
  EXPECT_EQ(lab.Read("k0001").value(), "new");
  SettleAll();
  EXPECT_EQ(rows(), 300);
  EXPECT_EQ(lab->stats().settled, 1u);
}

TEST_F(SettlementsTest, CountsAKeyThatWasNotThere) {
  const std::string key = AbsentKey();
  BlindPut(key, "new");
  SettleAll();
  EXPECT_EQ(rows(), 301);
}

TEST_F(SettlementsTest, CountsAKeyThatWasDeleted) {
  DeleteOne("k0002");
  ASSERT_TRUE(lab.Flush().ok());
  Reopen();
  ASSERT_EQ(rows(), 299);
  BlindPut("k0002", "again");
  SettleAll();
  EXPECT_EQ(rows(), 300);
}

TEST_F(SettlementsTest, KillsTheScopeOfAnOldCollection) {
  WriteBatch batch;
  batch.Put("c", "large M1");
  batch.Put("M1member", "x");
  batch.AddCount(kRows, 1);
  batch.AddCount(kLarge, 1);
  lab.Write(batch);
  ASSERT_TRUE(lab.Flush().ok());
  Reopen();
  BlindPut("c", "small");
  SettleAll();
  EXPECT_EQ(rows(), 301);
  EXPECT_EQ(lab->counter(kLarge), 0);
  ASSERT_TRUE(lab.Compact().ok());
  EXPECT_FALSE(lab.ReadAll().contains("M1member"));
}

TEST_F(SettlementsTest, LaterWritesOfTheKeyChangeNothing) {
  BlindPut("k0001", "new");
  lab.Put("k0001", "newer");
  BlindPut("k0002", "new");
  DeleteOne("k0002");
  SettleAll();
  EXPECT_EQ(rows(), 299);
  ASSERT_TRUE(lab.Flush().ok());
  EXPECT_EQ(lab.ReadAll().size(), 299u);
}

TEST_F(SettlementsTest, AFlushWaitsForItsDebtsOnly) {
  BlindPut("k0001", "new");
  bool flushed = false;
  lab->Flush([&](const base::Status& status) { flushed = status.ok(); });
  BlindPut("k0002", "newer");
  const uint64_t flushes = lab->stats().flushes;
  lab->Submit();
  lab->Tick();
  // The merge, the read of the old row, the settlement, the commit.
  while (!flushed) {
    EXPECT_EQ(lab->stats().flushes, flushes);
    ASSERT_TRUE(lab->RunBackground());
    lab->Submit();
  }
  EXPECT_EQ(lab->stats().flushes, flushes + 1);
  EXPECT_GE(lab->stats().settled, 1u);
}

// The loop would turn for nothing, for ever.
TEST_F(SettlementsTest, AsksForNoTickWhereNothingCanBeSettledAnyMore) {
  BlindPut("k0001", "new");
  lab->Tick();  // The pool has the read.
  lab.Put("l", "v");
  lab.disk->FailOnce(support::CrashFileSystem::Op::kWrite, "wal-");
  lab->Submit();
  ASSERT_FALSE(lab->log_error().ok());
  lab.Drive();
  EXPECT_EQ(lab->unsettled(), 1u);
  EXPECT_FALSE(lab->Tick());
}

TEST_F(SettlementsTest, TellsWhoWaitsThatNothingCanBeSettledAnyMore) {
  BlindPut("k0001", "new");
  std::optional<base::Status> told;
  ASSERT_TRUE(lab->SettleAsync([&](const base::Status& s) { told = s; }));
  lab.disk->FailOnce(support::CrashFileSystem::Op::kSync, "Manifest-");
  lab.disk->FailOnce(support::CrashFileSystem::Op::kCreate, "Manifest-");
  // The log wants a segment more, which has to be listed.
  lab.Put("l", std::string(50'000, 'x'));
  lab->Submit();
  lab->Tick();
  ASSERT_FALSE(lab->MayWrite().ok());
  ASSERT_TRUE(lab->log_error().ok());
  lab.Drive();
  ASSERT_TRUE(told.has_value());
  EXPECT_FALSE(told->ok());
}

TEST_F(SettlementsTest, TellsWhenAllThatWasOwedIsSettled) {
  EXPECT_FALSE(lab->SettleAsync([](const base::Status&) { FAIL(); }));
  BlindPut("k0001", "new");
  std::optional<int64_t> count;
  ASSERT_TRUE(lab->SettleAsync([&](const base::Status& status) {
    ASSERT_TRUE(status.ok());
    count = rows();
  }));
  lab->Tick();
  EXPECT_FALSE(count.has_value());
  SettleAll();
  EXPECT_EQ(count, 300);
}

TEST_F(SettlementsTest, SettlesAtOnceForWhoMustKnow) {
  BlindPut("k0001", "new");
  lab->Tick();  // The pool has the read already.
  ASSERT_TRUE(lab->Settle().ok());
  EXPECT_EQ(rows(), 300);
  lab.Drive();
  EXPECT_EQ(rows(), 300);
}

TEST_F(SettlementsTest, NothingIsPutBlindlyWhileSomebodyHolds) {
  EXPECT_TRUE(lab->MayPutBlind());
  auto hold = lab->HoldBlindPuts();
  const auto second = lab->HoldBlindPuts();
  hold.reset();
  EXPECT_FALSE(lab->MayPutBlind());
}

TEST_F(SettlementsTest, MayNotOutgrowTheMemoryBudget) {
  lab->SetMemoryBytes(256 << 10);
  int debts = 0;
  while (lab->MayPutBlind() && debts < 300) {
    std::string number = std::to_string(debts++);
    number.insert(0, 4 - number.size(), '0');
    BlindPut("k" + number, "new");
  }
  EXPECT_GT(debts, 10);
  EXPECT_LT(debts, 300);
  EXPECT_LE(lab->stats().debt_bytes, (256 << 10) / 8);
  SettleAll();
  EXPECT_TRUE(lab->MayPutBlind());
  EXPECT_EQ(rows(), 300);
}

TEST_F(SettlementsTest, ADatabaseThatIsKilledTakesItsDebtsWithIt) {
  const auto put = [&](bool blind, const std::string& value) {
    WriteBatch batch;
    if (blind) {
      batch.BlindPut("M1k", HashKey("M1k"), value);
    } else {
      batch.Put("M1k", value);
    }
    batch.AddCount(kRows, 1);
    lab.Write(batch);
  };
  put(false, "old");
  ASSERT_TRUE(lab.Flush().ok());
  Reopen();
  put(true, "new");
  WriteBatch kill;
  kill.KillScope("M1");
  kill.AddCount(kRows, -rows());
  lab.Write(kill);
  SettleAll();
  EXPECT_EQ(rows(), 0);
  Lose();
  SettleAll();
  EXPECT_EQ(rows(), 0);
}

TEST_F(SettlementsTest, ACheckpointOwesNothing) {
  BlindPut("k0001", "new");
  std::optional<int64_t> count;
  lab->PrepareCheckpoint([&](base::Result<CheckpointSource> source) {
    ASSERT_TRUE(source.ok());
    count = source.value().counters.at(kRows);
  });
  EXPECT_FALSE(lab->MayPutBlind());
  for (int i = 0; i < 20 && !count; ++i) {
    lab->Submit();
    lab->Tick();
    lab->RunBackground();
  }
  EXPECT_EQ(count, 300);
  EXPECT_TRUE(lab->MayPutBlind());
}

// The flush may take later rows with it than those that it waits for.
TEST_F(SettlementsTest, NothingIsOwedWhileACheckpointWaitsForItsFlush) {
  lab.Put("k0001", "new");
  bool came = false;
  lab->PrepareCheckpoint([&](const base::Result<CheckpointSource>& source) {
    EXPECT_TRUE(source.ok());
    came = true;
  });
  ASSERT_FALSE(came);
  EXPECT_FALSE(lab->MayPutBlind());
  lab.Drive();
  EXPECT_TRUE(came);
  EXPECT_TRUE(lab->MayPutBlind());
}

// --- Power cuts at each step. Every put that was synced stays counted once.

TEST_F(SettlementsTest, DebtsAreFoundAgainAfterACrash) {
  BlindPut("k0001", "new");
  const std::string absent = AbsentKey();
  BlindPut(absent, "new");
  Submit();
  Lose();
  SettleAll();
  EXPECT_EQ(rows(), 301);
}

TEST_F(SettlementsTest, ASettlementThatWasLostIsMadeAgain) {
  BlindPut("k0001", "new");
  lab->Submit();
  lab->Tick();
  while (lab->RunBackground()) {
  }
  ASSERT_EQ(lab->unsettled(), 0u);
  ASSERT_GT(lab->open_bytes(), 0u);  // It is applied, and not in the log yet.
  Lose(support::Fate::kOld);
  EXPECT_EQ(lab->unsettled(), 1u);
  SettleAll();
  EXPECT_EQ(rows(), 300);
}

TEST_F(SettlementsTest, ASettlementThatIsInTheLogIsNotMadeAgain) {
  BlindPut("k0001", "new");
  SettleAll();
  Lose();
  EXPECT_EQ(lab->unsettled(), 0u);
  EXPECT_EQ(rows(), 300);
  ASSERT_TRUE(lab.Flush().ok());
  Lose();
  EXPECT_EQ(rows(), 300);
}

TEST_F(SettlementsTest, ASettlementAfterItsFlushBeganIsReplayed) {
  BlindPut("k0001", "new");
  ASSERT_TRUE(lab.Flush().ok());  // Its counts are those at the seal.
  EXPECT_EQ(rows(), 300);
  Lose();
  EXPECT_EQ(rows(), 300);
  EXPECT_EQ(lab->unsettled(), 0u);
}

// Those that the log pays stand in nobody's way.
TEST_F(SettlementsTest, AfterARestartOnlyWhatIsOwedIsLookedAt) {
  for (int i = 0; i < 290; ++i) {
    char key[8];
    std::snprintf(key, sizeof key, "k%04d", i);
    BlindPut(key, "new");
    if (i % 20 == 0) SettleAll();
  }
  SettleAll();
  Lose();
  EXPECT_EQ(rows(), 300);
  EXPECT_EQ(lab->unsettled(), 0u);
  BlindPut("k0299", "new");
  SettleAll();
  EXPECT_EQ(rows(), 300);
}

TEST_F(SettlementsTest, DebtsOutliveRestartsWithoutASettlement) {
  BlindPut("k0001", "new");
  lab.Put("k0001", "newer");
  Reopen();
  EXPECT_EQ(lab->unsettled(), 1u);
  Reopen();
  SettleAll();
  EXPECT_EQ(rows(), 300);
}

TEST_F(SettlementsTest, APutAfterTheFlushIsADebtOfItsOwn) {
  BlindPut("k0001", "new");
  ASSERT_TRUE(lab.Flush().ok());
  Reopen();
  BlindPut("k0001", "newer");
  Submit();
  Lose();
  SettleAll();
  EXPECT_EQ(rows(), 300);
}

// --- A row that cannot be read.

TEST_F(SettlementsTest, TriesAgainWhatCannotBeRead) {
  const std::string table = lab.Path(lab.Find(".sst"));
  lab.disk->FailReads(table, 0, 1 << 20);
  BlindPut("k0001", "new");
  for (int i = 0; i < 3; ++i) {
    lab.clock.Advance(1'000'000);
    lab.Drive();
  }
  EXPECT_EQ(lab->unsettled(), 1u);
  lab.disk->HealReads();
  lab.clock.Advance(1'000'000);
  SettleAll();
  EXPECT_EQ(rows(), 300);
}

TEST_F(SettlementsTest, TakesARowThatIsNeverReadForOneThatWasThere) {
  const std::string table = lab.Path(lab.Find(".sst"));
  lab.disk->FailReads(table, 0, 1 << 20);
  BlindPut("k0001", "new");
  for (int i = 0; i < 10; ++i) {
    lab.clock.Advance(1'000'000);
    lab.Drive();
  }
  EXPECT_EQ(lab->unsettled(), 0u);
  EXPECT_EQ(rows(), 300);
}

}  // namespace
}  // namespace lsm
