#include "lsm/db.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <map>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "base/log.h"
#include "base/random.h"
#include "base/strings.h"
#include "support/crash_file_system.h"
#include "support/temporary_directory.h"

namespace lsm {
namespace {

using support::CrashFileSystem;

class DbTest : public testing::Test {
 protected:
  void SetUp() override {
    (void)base::OpenLog("/dev/null", base::LogLevel::kWarning).ok();
    options_.directory = "/data";
    options_.generation_bytes = 64 << 10;
    options_.table_bytes = 64 << 10;
    options_.log_segment_bytes = 256 << 10;
    options_.memory_bytes = 4 << 20;
    Open();
  }
  void Open() {
    db_.reset();
    options_.fs = disk_.get();
    auto db = Db::Open(options_);
    ASSERT_TRUE(db.ok()) << db.status().ToString();
    db_ = std::move(db).value();
  }
  // The power goes while nobody is in a call.
  void PowerCut() {
    disk_->CutPower();
    db_.reset();
    disk_ = disk_->Crash(1);
    Open();
  }
  std::map<std::string, std::string> Rows() {
    std::map<std::string, std::string> rows;
    const auto it = db_->NewIterator();
    for (it->SeekToFirst(); it->Valid(); it->Next()) {
      rows.emplace(it->key(), it->value());
    }
    EXPECT_TRUE(it->status().ok()) << it->status().ToString();
    return rows;
  }
  std::string Get(std::string_view key) {
    const auto row = db_->Get(key);
    if (!row.ok()) return row.status().ToString();
    return row.value() ? row.value()->value : "absent";
  }

  std::shared_ptr<CrashFileSystem> disk_ = std::make_shared<CrashFileSystem>();
  Options options_;
  std::unique_ptr<Db> db_;
};

TEST_F(DbTest, ReadsWhatWasPut) {
  ASSERT_TRUE(db_->Put("name", "redbed").ok());
  EXPECT_EQ(Get("name"), "redbed");
  ASSERT_TRUE(db_->Delete("name").ok());
  ASSERT_TRUE(db_->Delete("never there").ok());
  EXPECT_EQ(Get("name"), "absent");
}

TEST_F(DbTest, TellsWhenARowWasWritten) {
  ASSERT_TRUE(db_->Put("first", "1").ok());
  ASSERT_TRUE(db_->Put("", "an empty key").ok());
  EXPECT_LT(db_->Get("first").value()->sequence,
            db_->Get("").value()->sequence);
}

TEST_F(DbTest, WhatHasReturnedSurvivesAPowerCut) {
  for (const SyncPolicy policy :
       {SyncPolicy::kAlways, SyncPolicy::kEverySecond, SyncPolicy::kNo}) {
    options_.sync_policy = policy;
    Open();
    const std::string key =
        base::StrCat("under policy ", static_cast<int>(policy));
    ASSERT_TRUE(db_->Put(key, "v").ok());
    PowerCut();
    EXPECT_EQ(Get(key), "v");
  }
}

TEST_F(DbTest, CloseKeepsWhatWasNotWaitedFor) {
  ASSERT_TRUE(db_->Put("k", "v", {.sync = false}).ok());
  ASSERT_TRUE(db_->Close().ok());
  db_.reset();
  disk_ = disk_->Crash(1, support::Fate::kOld);
  Open();
  EXPECT_EQ(Get("k"), "v");
}

TEST_F(DbTest, KeysAndValuesMayBeAnyBytesAndEmpty) {
  const std::string odd("\0\xff\0", 3);
  for (const std::string& key : {std::string(), odd}) {
    for (const std::string& value : {std::string(), odd}) {
      ASSERT_TRUE(db_->Put(key, value).ok());
      EXPECT_EQ(Get(key), value);
      ASSERT_TRUE(db_->Flush().ok());
      EXPECT_EQ(Get(key), value);
    }
  }
  Open();
  EXPECT_EQ(Get(""), odd);
  EXPECT_EQ(Rows(), (std::map<std::string, std::string>{
                        {"",  odd},
                        {odd, odd}
  }));
  ASSERT_TRUE(db_->Delete("").ok());
  EXPECT_EQ(Get(""), "absent");
  EXPECT_EQ(Rows().size(), 1u);
}

TEST_F(DbTest, OfTwoOperationsOnAKeyInABatchTheLaterWins) {
  WriteBatch batch;
  batch.Put("k", "1");
  batch.Delete("k");
  batch.Put("l", "1");
  batch.Put("l", "2");
  ASSERT_TRUE(db_->Write(batch).ok());
  EXPECT_EQ(Get("k"), "absent");
  EXPECT_EQ(Get("l"), "2");
  PowerCut();
  EXPECT_EQ(Get("k"), "absent");
  EXPECT_EQ(Get("l"), "2");
}

TEST_F(DbTest, ARowThatIsTooLargeIsRefused) {
  // Never touched: a view of more bytes than there are.
  const std::string_view large("k", kKeyBytesMax + 1);
  EXPECT_EQ(db_->Put(large, "v").code(), base::Code::kInvalid);
  EXPECT_EQ(db_->Put("k", large).code(), base::Code::kInvalid);
  EXPECT_EQ(db_->Delete(large).code(), base::Code::kInvalid);
  EXPECT_EQ(Get("k"), "absent");
}

// Nobody waits for it; somebody hands it on all the same.
TEST_F(DbTest, AWriteThatIsNotSyncedReachesTheDiskByItself) {
  ASSERT_TRUE(db_->Put("k", "v", {.sync = false}).ok());
  while (db_->stats().synced < db_->stats().applied) std::this_thread::yield();
  PowerCut();
  EXPECT_EQ(Get("k"), "v");
}

TEST_F(DbTest, ASnapshotIsOfOneMoment) {
  ASSERT_TRUE(db_->Put("k", "old").ok());
  const auto then = db_->TakeSnapshot();
  ASSERT_TRUE(db_->Put("k", "new").ok());
  ASSERT_TRUE(db_->Put("l", "new").ok());
  for (int i = 0; i < 3; ++i) {
    EXPECT_EQ(db_->Get("k", *then).value()->value, "old");
    EXPECT_EQ(db_->Get("k", *then).value()->sequence, then->sequence());
    EXPECT_FALSE(db_->Get("l", *then).value().has_value());
    const auto it = db_->NewIterator({.snapshot = then});
    it->SeekToFirst();
    ASSERT_TRUE(it->Valid());
    EXPECT_EQ(it->value(), "old");
    it->Next();
    EXPECT_FALSE(it->Valid());
    ASSERT_TRUE(i == 0 ? db_->Flush().ok() : db_->Compact().ok());
  }
  EXPECT_EQ(Get("k"), "new");
}

TEST_F(DbTest, FlushesAndCompacts) {
  for (int i = 0; i < 2000; ++i) {
    ASSERT_TRUE(db_->Put(base::StrCat("k", i % 500), std::string(200, 'v'),
                         {.sync = false})
                    .ok());
  }
  ASSERT_TRUE(db_->Flush().ok());
  EXPECT_GT(db_->stats().flushes, 0u);
  ASSERT_TRUE(db_->Compact().ok());
  const Stats stats = db_->stats();
  EXPECT_EQ(stats.levels[kLevelsMax - 1].rows, 500u);
  EXPECT_EQ(stats.levels[0].files, 0u);
  PowerCut();
  EXPECT_EQ(Get("k499"), std::string(200, 'v'));
}

// Nobody ticks a Db but its callers: those who wait must look again.
TEST_F(DbTest, AFlushThatFoundNoRoomIsRepeated) {
  ASSERT_TRUE(db_->Put("k", "v").ok());
  disk_->FailOnce(CrashFileSystem::Op::kCreate, ".sst", ENOSPC);
  EXPECT_EQ(db_->Flush().code(), base::Code::kNoRoom);
  EXPECT_TRUE(db_->Flush().ok());
}

TEST_F(DbTest, ALogThatHasFailedRefusesWrites) {
  ASSERT_TRUE(db_->Put("k", "v").ok());
  disk_->FailOnce(CrashFileSystem::Op::kWrite, "wal-");
  EXPECT_EQ(db_->Put("l", "v").code(), base::Code::kIo);
  EXPECT_EQ(db_->Put("m", "v").code(), base::Code::kIo);
  EXPECT_EQ(db_->Flush().code(), base::Code::kIo);
  EXPECT_EQ(db_->Compact().code(), base::Code::kIo);
  EXPECT_EQ(Get("k"), "v");
  PowerCut();
  EXPECT_EQ(Get("k"), "v");
  EXPECT_TRUE(db_->Put("m", "v").ok());
}

// Writers of keys of their own, readers of all, a scan, flushes and
// compactions: all at once, in little memory.
TEST_F(DbTest, ServesManyThreads) {
  constexpr int kWriters = 3;
  constexpr int kWrites = 300;
  constexpr int kKeys = 20;
  options_.memory_bytes = 1 << 20;
  Open();
  std::atomic<bool> writing = true;
  std::vector<std::thread> threads;
  for (int writer = 0; writer < kWriters; ++writer) {
    threads.emplace_back([&, writer] {
      for (int i = 0; i < kWrites; ++i) {
        const std::string key = base::StrCat("w", writer, "-", i % kKeys);
        const std::string value = base::StrCat(i, " ", std::string(400, 'v'));
        EXPECT_TRUE(db_->Put(key, value, {.sync = i % 3 == 0}).ok());
        EXPECT_EQ(Get(key), value);
      }
    });
  }
  threads.emplace_back([&] {
    while (writing) {
      for (const auto& [key, value] : Rows()) EXPECT_EQ(key[0], 'w');
      EXPECT_TRUE(db_->Flush().ok());
    }
  });
  threads.emplace_back([&] {
    while (writing) EXPECT_TRUE(db_->Compact().ok());
  });
  for (int i = 0; i < kWriters; ++i) threads[i].join();
  writing = false;
  for (size_t i = kWriters; i < threads.size(); ++i) threads[i].join();
  ASSERT_TRUE(db_->Close().ok());
  Open();
  std::map<std::string, std::string> rows = Rows();
  EXPECT_EQ(rows.size(), static_cast<size_t>(kWriters * kKeys));
  for (int i = kWrites - kKeys; i < kWrites; ++i) {
    EXPECT_EQ(rows[base::StrCat("w1-", i % kKeys)],
              base::StrCat(i, " ", std::string(400, 'v')));
  }
}

// Batches of two rows that always say the same, in every view of the store: by
// snapshot, by iterator in both directions, and in checkpoints opened beside
// it, which also hold every write that had returned before.
TEST_F(DbTest, EveryViewIsOfOneMomentWhileManyWrite) {
  constexpr int kWriters = 3;
  constexpr int kWrites = 400;
  options_.memory_bytes = 1 << 20;
  Open();
  std::atomic<bool> writing = true;
  std::array<std::atomic<int>, kWriters> returned = {};
  const auto check = [](DbIterator* it, bool backward, const auto& at_least) {
    std::map<std::string, std::string> rows;
    backward ? it->SeekToLast() : it->SeekToFirst();
    while (it->Valid()) {
      rows.emplace(it->key(), it->value());
      backward ? it->Prev() : it->Next();
    }
    EXPECT_TRUE(it->status().ok()) << it->status().ToString();
    EXPECT_EQ(rows.size() % 2, 0u);
    for (int writer = 0; writer < kWriters; ++writer) {
      int newest = 0;
      for (const auto& [key, value] : rows) {
        if (!key.starts_with(base::StrCat("a", writer))) continue;
        EXPECT_EQ(rows["b" + key.substr(1)], value);
        newest = std::max(newest, std::stoi(value));
      }
      EXPECT_GE(newest, at_least[writer]);
    }
  };
  const auto now = [&returned] {
    std::array<int, kWriters> at_least;
    for (int i = 0; i < kWriters; ++i) at_least[i] = returned[i];
    return at_least;
  };
  std::vector<std::thread> threads;
  for (int writer = 0; writer < kWriters; ++writer) {
    threads.emplace_back([&, writer] {
      for (int i = 1; i <= kWrites; ++i) {
        const std::string name = base::StrCat(writer, "-", i % 30);
        const std::string value = base::StrCat(i, " ", std::string(300, 'v'));
        WriteBatch batch;
        batch.Put("a" + name, value);
        batch.Put("b" + name, value);
        EXPECT_TRUE(db_->Write(batch, {.sync = i % 4 == 0}).ok());
        returned[writer] = i;
        if (i % 50 == 0) {
          WriteBatch gone;
          gone.Delete(base::StrCat("a", writer, "-", (i + 7) % 30));
          gone.Delete(base::StrCat("b", writer, "-", (i + 7) % 30));
          EXPECT_TRUE(db_->Write(gone).ok());
        }
      }
    });
  }
  threads.emplace_back([&] {
    while (writing) {
      const auto at_least = now();
      const auto snapshot = db_->TakeSnapshot();
      if (at_least[0] % 3 == 0) {
        EXPECT_TRUE(db_->Flush().ok());
      }
      check(db_->NewIterator({.snapshot = snapshot}).get(), false, at_least);
      check(db_->NewIterator({.snapshot = snapshot}).get(), true, at_least);
    }
  });
  threads.emplace_back([&] {
    while (writing) {
      const auto at_least = now();
      check(db_->NewIterator().get(), at_least[1] % 2 == 0, at_least);
    }
  });
  threads.emplace_back([&] {
    for (int i = 0; writing; ++i) {
      const auto at_least = now();
      Options copy = options_;
      copy.directory = base::StrCat("/copy", i);
      const base::Status made = db_->Checkpoint(copy.directory);
      ASSERT_TRUE(made.ok()) << made.ToString();
      auto db = Db::Open(copy);
      ASSERT_TRUE(db.ok()) << db.status().ToString();
      check(db.value()->NewIterator().get(), false, at_least);
      EXPECT_TRUE(db.value()->Put("more", "v").ok());
      EXPECT_TRUE(db.value()->Compact().ok());
    }
  });
  for (int i = 0; i < kWriters; ++i) threads[i].join();
  writing = false;
  for (size_t i = kWriters; i < threads.size(); ++i) threads[i].join();
}

// The log does not answer; reads and writes that do not wait go on.
TEST_F(DbTest, ASyncedPutHoldsNobodyUp) {
  ASSERT_TRUE(db_->Put("k", "old").ok());
  disk_->HoldLogWrites();
  std::vector<std::thread> writers;
  for (int i = 0; i < 3; ++i) {
    writers.emplace_back(
        [&, i] { EXPECT_TRUE(db_->Put(base::StrCat("w", i), "v").ok()); });
  }
  disk_->WaitForHeldLogWrites(1);
  EXPECT_EQ(Get("k"), "old");
  EXPECT_TRUE(db_->Put("k", "new", {.sync = false}).ok());
  EXPECT_EQ(Get("k"), "new");
  const auto it = db_->NewIterator();
  it->Seek("k");
  EXPECT_EQ(it->value(), "new");
  disk_->ReleaseLogWrites();
  for (std::thread& writer : writers) writer.join();
  EXPECT_EQ(Rows().size(), 4u);
}

// Its parts are tested alone (cache_share_test.cc); here, that they are asked.
TEST_F(DbTest, BlocksGetMoreOfTheMemoryForRangesAndRecordsForKeys) {
  constexpr int kRows = 2400;
  constexpr uint64_t kLeastBlocks = 4 << 20;  // however small the budget
  options_.memory_bytes = 12 << 20;
  options_.generation_bytes = options_.table_bytes = 1 << 20;
  options_.compress = false;
  Open();
  const auto key = [](int i) { return base::StrCat("k", 10'000 + i); };
  for (int i = 0; i < kRows; ++i) {
    ASSERT_TRUE(
        db_->Put(key(i), std::string(3'000, 'v'), {.sync = false}).ok());
  }
  ASSERT_TRUE(db_->Compact().ok());

  // A flush of nothing looks about, whatever the time.
  const auto blocks = [this] {
    EXPECT_TRUE(db_->Flush().ok());
    return db_->stats().cache_bytes;
  };
  for (int round = 0; round < 50 && blocks() <= kLeastBlocks; ++round) {
    for (int i = 0; i < kRows; i += 10) {
      const auto it = db_->NewIterator({.begin = key(i), .end = key(i + 10)});
      for (it->SeekToFirst(); it->Valid(); it->Next()) continue;
      ASSERT_TRUE(it->status().ok());
    }
  }
  EXPECT_GT(blocks(), kLeastBlocks);
  for (int round = 0; round < 50 && blocks() > kLeastBlocks; ++round) {
    for (int i = 0; i < kRows; ++i) ASSERT_EQ(Get(key(i)).size(), 3'000u);
  }
  EXPECT_LE(blocks(), kLeastBlocks);
}

TEST(DbOnDisk, WorksOnTheDiskOfThisMachine) {
  const support::TemporaryDirectory directory;
  Options options;
  options.directory = directory.path() + "/db";
  options.log_segment_bytes = 1 << 20;
  for (int life = 0; life < 3; ++life) {
    auto db = Db::Open(options);
    ASSERT_TRUE(db.ok()) << db.status().ToString();
    for (int i = 0; i < 20; ++i) {
      ASSERT_TRUE(db.value()->Put(base::StrCat(life, "-", i), "v").ok());
    }
    if (life == 1) {
      ASSERT_TRUE(db.value()->Compact().ok());
    }
    int rows = 0;
    const auto it = db.value()->NewIterator();
    for (it->SeekToFirst(); it->Valid(); it->Next()) ++rows;
    EXPECT_TRUE(it->status().ok());
    EXPECT_EQ(rows, (life + 1) * 20);
    if (life == 0) continue;
    Options copy = options;
    copy.directory = directory.path() + "/copy" + std::to_string(life);
    ASSERT_TRUE(db.value()->Checkpoint(copy.directory).ok());
    auto checkpoint = Db::Open(copy);
    ASSERT_TRUE(checkpoint.ok()) << checkpoint.status().ToString();
    EXPECT_TRUE(checkpoint.value()->Get("0-0").value().has_value());
    ASSERT_TRUE(db.value()->Close().ok());
  }
}

TEST(DbOptions, OutOfTheirBoundsAreRefused) {
  support::CrashFileSystem disk;
  Options options;
  options.fs = &disk;
  options.directory = "/data";
  for (const int depth : {-1, 0, 9}) {
    Options bad = options;
    bad.log_depth = depth;
    EXPECT_EQ(Db::Open(bad).status().code(), base::Code::kInvalid) << depth;
  }
  options.log_segment_bytes = (64 << 10) - 1;
  EXPECT_EQ(Db::Open(options).status().code(), base::Code::kInvalid);
  EXPECT_FALSE(disk.Exists("/data").value());
}

TEST(DbOnDisk, IsNotOpenedTwice) {
  const support::TemporaryDirectory directory;
  Options options;
  options.directory = directory.path();
  options.log_segment_bytes = 1 << 20;
  const auto first = Db::Open(options);
  ASSERT_TRUE(first.ok());
  const auto second = Db::Open(options);
  EXPECT_EQ(second.status().code(), base::Code::kIo);
}

}  // namespace
}  // namespace lsm
