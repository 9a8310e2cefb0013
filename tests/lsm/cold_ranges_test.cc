// Ranges through the engine that owns what is read of them; reads happen when
// the test says so, in RunBackground.

#include "lsm/cold_ranges.h"

#include <gtest/gtest.h>

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/mutex.h"
#include "base/random.h"
#include "base/strings.h"
#include "lsm/engine_lab.h"

namespace lsm {
namespace {

constexpr size_t kNoLimit = SIZE_MAX;
// Enough to evict all that may go. (What pages keep may not.)
constexpr int kTicks = 20;

class ColdRangesTest : public testing::Test {
 protected:
  // Rows k0000 to k2999 in one table on the disk and nothing in memory.
  ColdRangesTest() {
    lab.options.table_bytes = 1 << 20;
    CHECK(lab.Open().ok());
    lab.Fill("k", kRows);
    CHECK(lab.Flush().ok());
    Reopen();
  }

  void Reopen() {
    CHECK(lab.Close().ok());
    CHECK(lab.Open().ok());
    pages = std::make_shared<RangePages>();
  }

  using Rows = EngineLab::Rows;
  // What a range shows now; nullopt: it misses.
  std::optional<Rows> Look(std::string_view begin, std::string_view end,
                           const RangeNeed& need = {}) {
    Rows rows;
    const auto range = lab->NewRange(begin, end, pages.get(), need);
    for (; range->Valid(); range->Next()) {
      rows.emplace(range->key(), range->value());
    }
    if (range->status().IsMiss()) return std::nullopt;
    CHECK(range->status().ok());
    CHECK(!pages->missed());
    return rows;
  }

  using Answer = std::shared_ptr<std::optional<base::Status>>;
  Answer Ask(size_t bytes_max = kNoLimit) {
    auto answer = std::make_shared<std::optional<base::Status>>();
    lab->FetchRangeAsync(pages, bytes_max, [answer](base::Status status) {
      *answer = std::move(status);
    });
    return answer;
  }
  base::Status Fetch(size_t bytes_max = kNoLimit) {
    const Answer answer = Ask(bytes_max);
    while (!answer->has_value()) CHECK(lab->RunBackground());
    return **answer;
  }
  // Looks until nothing is missing.
  Rows Read(std::string_view begin, std::string_view end,
            const RangeNeed& need = {}) {
    std::optional<Rows> rows;
    for (rounds = 0; !(rows = Look(begin, end, need)); ++rounds) {
      CHECK(Fetch().ok());
    }
    return *rows;
  }
  void FailReads() {
    lab.disk->FailReads(lab.Path(lab.Find(".sst")), 0, 1 << 30);
  }

  static constexpr int kRows = 3000;
  EngineLab lab;
  std::shared_ptr<RangePages> pages;
  int rounds = 0;
};

TEST_F(ColdRangesTest, AreNotReadByTheOwner) {
  FailReads();
  EXPECT_FALSE(Look("k0100", "k0200").has_value());
  EXPECT_TRUE(pages->missed());
  EXPECT_FALSE(lab->RandomKey("k", "l", 1, pages.get()).ok());
  EXPECT_TRUE(lab->RandomKey("k", "l", 1, pages.get()).status().IsMiss());
}

TEST_F(ColdRangesTest, AreThereWhenTheyHaveBeenRead) {
  ASSERT_FALSE(Look("k0100", "k0200").has_value());
  const Answer answer = Ask();
  EXPECT_EQ(lab->stats().reads_in_flight, 1u);
  lab->Tick();
  EXPECT_FALSE(answer->has_value());
  ASSERT_TRUE(lab->RunBackground());
  ASSERT_TRUE(answer->has_value());
  EXPECT_TRUE((*answer)->ok());
  EXPECT_EQ(lab->stats().reads_in_flight, 0u);
  FailReads();
  const std::optional<Rows> rows = Look("k0100", "k0200");
  ASSERT_TRUE(rows.has_value());
  EXPECT_EQ(rows->size(), 100u);
  EXPECT_EQ(rows->at("k0150"), "the value of k0150" + std::string(70, '.'));
  EXPECT_EQ(Look("k0120", "k0130")->size(), 10u);
}

TEST_F(ColdRangesTest, GetFurtherEachRound) {
  EXPECT_EQ(Read("", "", {.rows = 10, .passing = true}).size(), 3000u);
  // 10, 10, 20, 40, ...
  EXPECT_GE(rounds, 8);
  EXPECT_LE(rounds, 11);
}

TEST_F(ColdRangesTest, StayInTheBlockCacheOfThoseWhoComeBack) {
  EXPECT_EQ(Read("k0100", "k0200").size(), 100u);
  EXPECT_GT(lab->stats().cache_bytes, 0u);
  pages = std::make_shared<RangePages>();
  EXPECT_EQ(Read("k0100", "k0200").size(), 100u);
  EXPECT_EQ(rounds, 0);
}

TEST_F(ColdRangesTest, LeaveTheBlockCacheAloneWhenTheyArePassing) {
  EXPECT_EQ(Read("", "", {.rows = 100, .passing = true}).size(), 3000u);
  EXPECT_EQ(lab->stats().cache_bytes, 0u);
  // So do long ones.
  pages = std::make_shared<RangePages>();
  EXPECT_EQ(Read("", "", {.rows = 10'000}).size(), 3000u);
  EXPECT_EQ(rounds, 1);
  EXPECT_EQ(lab->stats().cache_bytes, 0u);
}

TEST_F(ColdRangesTest, MayBringValuesShort) {
  const Rows rows = Read("k0100", "k0200", {.value_bytes = 3});
  EXPECT_EQ(rows.at("k0150"), "the");
}

TEST_F(ColdRangesTest, ShowWhatWasWrittenMeanwhile) {
  ASSERT_FALSE(Look("k0100", "k0110").has_value());
  const Answer answer = Ask();
  lab.Put("k0101", "written before it was read");
  ASSERT_TRUE(lab->RunBackground());
  ASSERT_TRUE(answer->has_value());
  lab.Put("k0102", "written after");
  lab.Delete("k0103");
  lab.Put("k0103-", "new");
  const std::optional<Rows> rows = Look("k0100", "k0110");
  ASSERT_TRUE(rows.has_value());
  EXPECT_EQ(rows->size(), 10u);
  EXPECT_EQ(rows->at("k0101"), "written before it was read");
  EXPECT_EQ(rows->at("k0102"), "written after");
  EXPECT_FALSE(rows->contains("k0103"));
  EXPECT_EQ(rows->at("k0103-"), "new");
}

class FlushedMeanwhile : public ColdRangesTest {
 protected:
  // The rows are read; then others are written, flushed, evicted, merged.
  std::optional<Rows> LookAgain() {
    CHECK(!Look("k0100", "k0110").has_value());
    CHECK(Fetch().ok());
    lab.Put("k0101", "new");
    lab.Delete("k0103");
    CHECK(lab.Flush().ok());
    CHECK(lab.Compact().ok());
    lab->SetMemoryBytes(1);
    for (int i = 0; i < kTicks; ++i) lab->Tick();
    return Look("k0100", "k0110");
  }
};

TEST_F(FlushedMeanwhile, RowsAreTheNewest) {
  const std::optional<Rows> rows = LookAgain();
  ASSERT_TRUE(rows.has_value());
  EXPECT_EQ(rows->at("k0101"), "new");
  EXPECT_FALSE(rows->contains("k0103"));
  EXPECT_EQ(rows->size(), 9u);
}

TEST_F(FlushedMeanwhile, RowsAreOldWhereFlushedOnesAreForgotten) {
  lab.options.faults.forget_flushed_rows = true;
  Reopen();
  const std::optional<Rows> rows = LookAgain();
  ASSERT_TRUE(rows.has_value());
  EXPECT_NE(rows->at("k0101"), "new");
  EXPECT_TRUE(rows->contains("k0103"));
}

TEST_F(FlushedMeanwhile, MemoryIsFreedWithThePages) {
  LookAgain();
  EXPECT_GT(lab->stats().sealed_bytes, 0u);
  pages.reset();
  while (lab->Tick()) {
  }
  EXPECT_EQ(lab->stats().sealed_bytes, 0u);
}

TEST_F(ColdRangesTest, ThatCannotBeReadAreAnErrorOfTheirAskerAlone) {
  ASSERT_FALSE(Look("k0100", "k0200").has_value());
  FailReads();
  const base::Status status = Fetch();
  EXPECT_EQ(status.code(), base::Code::kIo);
  EXPECT_NE(status.message().find(lab.Find(".sst")), std::string::npos);
  lab.disk->HealReads();
  EXPECT_EQ(Read("k0100", "k0200").size(), 100u);
}

TEST_F(ColdRangesTest, EndAtTheLimitOfTheirBytes) {
  lab.Fill("m", 9000);
  ASSERT_TRUE(lab.Flush().ok());
  Reopen();
  ASSERT_FALSE(Look("", "", {.rows = 1'000'000}).has_value());
  ASSERT_TRUE(Fetch(/*bytes_max=*/1).ok());
  EXPECT_GT(pages->bytes(), 1u);
  EXPECT_FALSE(Look("", "").has_value());
}

TEST_F(ColdRangesTest, EndWhenNobodyWaitsForThem) {
  lab.Fill("m", 9000);
  ASSERT_TRUE(lab.Flush().ok());
  Reopen();
  ASSERT_FALSE(Look("", "", {.rows = 1'000'000}).has_value());
  const Answer answer = Ask();
  pages.reset();
  ASSERT_TRUE(lab->RunBackground());
  EXPECT_FALSE(lab->RunBackground());
  EXPECT_TRUE(answer->has_value());
}

TEST_F(ColdRangesTest, AreAnsweredWhenTheEngineIsClosed) {
  ASSERT_FALSE(Look("k0100", "k0200").has_value());
  ASSERT_TRUE(Fetch().ok());
  ASSERT_FALSE(Look("k0500", "k0600").has_value());
  const Answer answer = Ask();
  ASSERT_TRUE(lab.Close().ok());
  ASSERT_TRUE(answer->has_value());
  EXPECT_TRUE((*answer)->IsMiss());
  EXPECT_EQ(pages->bytes(), 0u);
  EXPECT_FALSE(pages->missed());
}

TEST_F(ColdRangesTest, MayEndWithReadsUnderWay) {
  for (const bool threads : {false, true}) {
    lab.options.background_threads = threads;
    Reopen();
    ASSERT_FALSE(Look("", "", {.rows = 10'000}).has_value());
    lab->FetchRangeAsync(pages, kNoLimit, [](const base::Status&) { FAIL(); });
    lab.PowerCut();
    lab.options.background_threads = false;
    ASSERT_TRUE(lab.Open().ok());
  }
}

TEST_F(ColdRangesTest, AreReadByThreadsWhileOthersWrite) {
  lab.options.background_threads = true;
  base::Mutex mutex;
  base::CondVar woken;
  uint64_t wakes = 0;
  lab.options.on_progress = [&] {
    base::MutexLock lock(mutex);
    ++wakes;
    woken.SignalAll();
  };
  Reopen();
  // Several askers, each of whom goes through all rows.
  std::vector<std::shared_ptr<RangePages>> askers(4);
  for (auto& asker : askers) asker = std::make_shared<RangePages>();
  std::vector<Rows> seen(askers.size());
  size_t done = 0;
  const std::function<void(size_t)> go_on = [&](size_t i) {
    pages = askers[i];
    if (std::optional<Rows> rows =
            Look("", "", {.rows = 64, .passing = true})) {
      seen[i] = *std::move(rows);
      ++done;
      return;
    }
    lab->FetchRangeAsync(pages, kNoLimit, [&, i](const base::Status& status) {
      EXPECT_TRUE(status.ok());
      go_on(i);
    });
  };
  for (size_t i = 0; i < askers.size(); ++i) go_on(i);
  for (int i = 0; done < askers.size(); ++i) {
    uint64_t wakes_seen = 0;
    {
      base::MutexLock lock(mutex);
      wakes_seen = wakes;
    }
    lab.Put(base::StrCat("k", 1000 + i % 1000), "new");
    if (i % 8 == 0) lab->Flush([](const base::Status&) {});
    lab->Submit();
    lab->Tick();
    base::MutexLock lock(mutex);
    while (done < askers.size() && wakes == wakes_seen) woken.Wait(mutex);
  }
  for (const Rows& rows : seen) EXPECT_EQ(rows.size(), size_t{kRows});
  ASSERT_TRUE(lab.Close().ok());
}

TEST_F(ColdRangesTest, YieldEveryKeyAtRandom) {
  std::map<std::string, int> drawn;
  for (uint64_t seed = 0; seed < 30'000; ++seed) {
    pages = std::make_shared<RangePages>();
    auto key = lab->RandomKey("k", "l", seed, pages.get());
    while (!key.ok()) {
      ASSERT_TRUE(key.status().IsMiss());
      ASSERT_TRUE(Fetch().ok());
      key = lab->RandomKey("k", "l", seed, pages.get());
    }
    ++drawn[*key.value()];
  }
  EXPECT_GT(drawn.size(), 2900u);
  // Some ten times each.
  for (const auto& [key, count] : drawn) EXPECT_LT(count, 60) << key;
}

// Writes, flushes, compactions and evictions between all rounds: what a range
// shows when it no longer misses is what is there.
class AgainstAModel : public testing::TestWithParam<uint64_t> {
 protected:
  std::string Key() { return base::StrCat("k", 1000 + random_.Below(3000)); }
  void Change() {
    switch (random_.Below(12)) {
      case 0:
        ASSERT_TRUE(lab_.Flush().ok());
        break;
      case 1:
        ASSERT_TRUE(lab_.Compact().ok());
        break;
      case 2:
        lab_->SetMemoryBytes(1);
        for (int i = 0; i < kTicks; ++i) lab_->Tick();
        break;
      case 3:
      case 4: {
        const std::string key = Key();
        lab_.Delete(key);
        model_.erase(key);
        break;
      }
      default: {
        const std::string key = Key();
        const std::string value =
            base::StrCat(random_.Next(), std::string(random_.Below(300), '.'));
        lab_.Put(key, value);
        model_[key] = value;
      }
    }
  }
  // Some of the rows from `begin` on; false: it missed.
  bool LookAt(const std::string& begin, const std::string& end,
              RangePages* pages, const RangeNeed& need) {
    const auto range = lab_->NewRange(begin, end, pages, need);
    auto expected = model_.lower_bound(begin);
    for (size_t i = 0; i < need.rows && range->Valid(); ++i, ++expected) {
      EXPECT_NE(expected, model_.end());
      EXPECT_EQ(range->key(), expected->first);
      EXPECT_EQ(range->value(), expected->second);
      range->Next();
    }
    if (range->status().IsMiss()) return false;
    EXPECT_TRUE(range->status().ok());
    if (!range->Valid()) {
      EXPECT_TRUE(expected == model_.end() || expected->first >= end);
    }
    return true;
  }

  base::Random random_{GetParam()};
  EngineLab lab_;
  std::map<std::string, std::string> model_;
};

TEST_P(AgainstAModel, RangesShowThePresent) {
  ASSERT_TRUE(lab_.Open().ok());
  for (int i = 0; i < 2000; ++i) Change();
  for (int i = 0; i < 40; ++i) {
    // A new table id for each: nothing of it is cached.
    ASSERT_TRUE(lab_.Flush().ok());
    ASSERT_TRUE(lab_.Compact().ok());
    const std::string begin = Key();
    const std::string end = random_.OneIn(2) ? "" : base::StrCat(Key(), "~");
    if (!end.empty() && end <= begin) continue;
    const RangeNeed need = {.rows = 1 + random_.Below(500),
                            .passing = random_.OneIn(2)};
    const auto pages = std::make_shared<RangePages>();
    while (!LookAt(begin, end, pages.get(), need)) {
      ASSERT_TRUE(pages->missed());
      bool came = false;
      lab_->FetchRangeAsync(pages, kNoLimit, [&came](const base::Status& s) {
        EXPECT_TRUE(s.ok());
        came = true;
      });
      for (size_t n = random_.Below(30); n > 0; --n) Change();
      while (!came) {
        lab_->RunBackground();
        lab_->Tick();
      }
      for (size_t n = random_.Below(30); n > 0; --n) Change();
    }
    if (HasFailure()) FAIL() << "seed " << GetParam();
  }
}

INSTANTIATE_TEST_SUITE_P(Seeds, AgainstAModel, testing::Range<uint64_t>(1, 9));

}  // namespace
}  // namespace lsm
