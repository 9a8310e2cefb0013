#include "lsm/db_iterator.h"

#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <string>

#include "base/log.h"
#include "base/random.h"
#include "base/strings.h"
#include "lsm/db.h"
#include "support/crash_file_system.h"

namespace lsm {
namespace {

constexpr WriteOptions kNoSync = {.sync = false};

class DbIteratorTest : public testing::Test {
 protected:
  void SetUp() override {
    (void)base::OpenLog("/dev/null", base::LogLevel::kWarning).ok();
    Options options;
    options.fs = &disk_;
    options.directory = "/data";
    options.generation_bytes = 64 << 10;
    options.table_bytes = 64 << 10;
    options.log_segment_bytes = 256 << 10;
    options.memory_bytes = 4 << 20;
    auto db = Db::Open(options);
    ASSERT_TRUE(db.ok());
    db_ = std::move(db).value();
  }
  // Writes, deletes and flushes; `rows_` is what is there afterwards.
  void Churn(int writes) {
    for (int i = 0; i < writes; ++i) {
      const std::string key = base::StrCat("k", random_.Below(3000));
      if (random_.OneIn(4)) {
        ASSERT_TRUE(db_->Delete(key, kNoSync).ok());
        rows_.erase(key);
      } else {
        const std::string value = base::StrCat(i, std::string(60, 'v'));
        ASSERT_TRUE(db_->Put(key, value, kNoSync).ok());
        rows_[key] = value;
      }
      if (i % 1500 == 700) {
        ASSERT_TRUE(db_->Flush().ok());
      }
    }
  }

  support::CrashFileSystem disk_;
  std::unique_ptr<Db> db_;
  base::Random random_{7};
  std::map<std::string, std::string> rows_;
};

TEST_F(DbIteratorTest, WalksAsAMapDoes) {
  Churn(5000);
  const std::string begin = "k1";
  const std::string end = "k7";
  const auto it = db_->NewIterator({.begin = begin, .end = end});
  EXPECT_FALSE(it->Valid());
  std::map<std::string, std::string> rows(rows_.lower_bound(begin),
                                          rows_.lower_bound(end));
  ASSERT_GT(rows.size(), 500u);
  auto expected = rows.end();
  for (int step = 0; step < 20000; ++step) {
    switch (expected == rows.end() ? random_.Below(4) : random_.Below(40)) {
      case 0:
        it->SeekToFirst();
        expected = rows.begin();
        break;
      case 1:
        it->SeekToLast();
        expected = std::prev(rows.end());
        break;
      case 2: {
        const std::string key = base::StrCat("k", random_.Below(9999));
        it->Seek(key);
        expected = rows.lower_bound(key);
        break;
      }
      case 3: {
        const std::string key = base::StrCat("k", random_.Below(9999));
        it->SeekForPrev(key);
        expected = rows.upper_bound(key);
        expected = expected == rows.begin() ? rows.end() : std::prev(expected);
        break;
      }
      default:
        // Long ways in one direction, and steps to and fro.
        if (step / 300 % 2 == 0 ? !random_.OneIn(5) : random_.OneIn(5)) {
          it->Next();
          ++expected;
        } else {
          it->Prev();
          expected =
              expected == rows.begin() ? rows.end() : std::prev(expected);
        }
    }
    ASSERT_TRUE(it->status().ok()) << it->status().ToString();
    ASSERT_EQ(it->Valid(), expected != rows.end()) << step;
    if (!it->Valid()) continue;
    ASSERT_EQ(it->key(), expected->first) << step;
    ASSERT_EQ(it->value(), expected->second) << step;
  }
}

TEST_F(DbIteratorTest, StaysAtTheMomentOfItsMaking) {
  Churn(3000);
  const std::map<std::string, std::string> then = rows_;
  const auto it = db_->NewIterator();
  auto expected = then.begin();
  it->SeekToFirst();
  for (int i = 0; expected != then.end(); ++i, ++expected, it->Next()) {
    if (i % 400 == 100) Churn(500);
    if (i == 900) {
      ASSERT_TRUE(db_->Compact().ok());
    }
    ASSERT_TRUE(it->Valid());
    ASSERT_EQ(it->key(), expected->first);
    ASSERT_EQ(it->value(), expected->second);
  }
  EXPECT_FALSE(it->Valid());
  EXPECT_TRUE(it->status().ok());
}

TEST_F(DbIteratorTest, TellsWhenARowWasWritten) {
  ASSERT_TRUE(db_->Put("", "").ok());
  ASSERT_TRUE(db_->Put("k", "v").ok());
  const auto it = db_->NewIterator();
  it->SeekToLast();
  EXPECT_EQ(it->sequence(), db_->Get("k").value()->sequence);
  it->Prev();
  ASSERT_TRUE(it->Valid());
  EXPECT_EQ(it->key(), "");
  EXPECT_EQ(it->value(), "");
  EXPECT_EQ(it->sequence(), db_->Get("").value()->sequence);
  it->Prev();
  EXPECT_FALSE(it->Valid());
}

TEST_F(DbIteratorTest, TheEmptyKeyIsTheFirst) {
  for (const char* key : {"", "a", "b"}) {
    ASSERT_TRUE(db_->Put(key, key).ok());
  }
  const auto it = db_->NewIterator();
  for (int round = 0; round < 2; ++round) {
    it->SeekToFirst();
    ASSERT_TRUE(it->Valid());
    EXPECT_EQ(it->key(), "");
    it->Next();
    it->Prev();
    ASSERT_TRUE(it->Valid());
    EXPECT_EQ(it->key(), "");
    it->Prev();
    EXPECT_FALSE(it->Valid());
    EXPECT_TRUE(it->status().ok());
    it->SeekForPrev("");
    ASSERT_TRUE(it->Valid());
    it->Next();
    ASSERT_TRUE(it->Valid());
    EXPECT_EQ(it->key(), "a");
    ASSERT_TRUE(db_->Flush().ok());
  }
}

TEST_F(DbIteratorTest, AnEmptyRangeHasNoRows) {
  ASSERT_TRUE(db_->Put("k", "v").ok());
  for (const RangeOptions& range : {
           RangeOptions{"a", "b"},
           {"k", "k"},
           {"z", "a"},
           {"l", "" }
  }) {
    const auto it = db_->NewIterator(range);
    it->SeekToFirst();
    EXPECT_FALSE(it->Valid());
    it->SeekToLast();
    EXPECT_FALSE(it->Valid());
    it->SeekForPrev("k");
    EXPECT_FALSE(it->Valid());
    it->Seek("k");
    EXPECT_FALSE(it->Valid());
    EXPECT_TRUE(it->status().ok());
  }
}

TEST_F(DbIteratorTest, AnErrorEndsItAndASeekBeginsAnew) {
  for (int i = 0; i < 500; ++i) {
    ASSERT_TRUE(
        db_->Put(base::StrCat("k", i), std::string(90, 'v'), kNoSync).ok());
  }
  ASSERT_TRUE(db_->Flush().ok());
  std::string table;
  for (const std::string& name : disk_.List("/data").value()) {
    if (name.ends_with(".sst")) table = "/data/" + name;
  }
  disk_.FailReads(table, 0, 1 << 20);
  const auto it = db_->NewIterator();
  it->SeekToFirst();
  EXPECT_FALSE(it->Valid());
  EXPECT_EQ(it->status().code(), base::Code::kIo);
  disk_.HealReads();
  it->SeekToFirst();
  EXPECT_TRUE(it->Valid());
  EXPECT_TRUE(it->status().ok());
}

}  // namespace
}  // namespace lsm
