#include "lsm/db.h"

#include <gtest/gtest.h>

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

TEST_F(DbTest, ScansInOrderAndInPages) {
  for (int i = 999; i >= 100; --i) {
    ASSERT_TRUE(
        db_->Put(base::StrCat("k", i), std::string(500, 'v'), {.sync = false})
            .ok());
  }
  std::vector<std::string> keys;
  ASSERT_TRUE(db_->Scan("k2", "k9",
                        [&](const Row& row) {
                          // The Db may be used meanwhile.
                          if (row.key == "k300") {
                            EXPECT_TRUE(db_->Delete("k899").ok());
                          }
                          keys.push_back(row.key);
                          return true;
                        })
                  .ok());
  EXPECT_EQ(keys.size(), 699u);
  EXPECT_EQ(keys.front(), "k200");
  EXPECT_EQ(keys.back(), "k898");
  EXPECT_TRUE(std::is_sorted(keys.begin(), keys.end()));
  keys.clear();
  ASSERT_TRUE(db_->Scan("", "",
                        [&](const Row& row) {
                          keys.push_back(row.key);
                          return keys.size() < 3;
                        })
                  .ok());
  EXPECT_EQ(keys.size(), 3u);
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
      EXPECT_TRUE(db_->Scan("", "",
                            [](const Row& row) {
                              EXPECT_EQ(row.key[0], 'w');
                              return true;
                            })
                      .ok());
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
  std::map<std::string, std::string> rows;
  ASSERT_TRUE(db_->Scan("", "",
                        [&](const Row& row) {
                          rows.emplace(row.key, row.value);
                          return true;
                        })
                  .ok());
  EXPECT_EQ(rows.size(), static_cast<size_t>(kWriters * kKeys));
  for (int i = kWrites - kKeys; i < kWrites; ++i) {
    EXPECT_EQ(rows[base::StrCat("w1-", i % kKeys)],
              base::StrCat(i, " ", std::string(400, 'v')));
  }
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
    ASSERT_TRUE(db.value()
                    ->Scan("", "",
                           [&rows](const Row&) {
                             ++rows;
                             return true;
                           })
                    .ok());
    EXPECT_EQ(rows, (life + 1) * 20);
    if (life == 0) continue;
    ASSERT_TRUE(db.value()->Close().ok());
  }
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
