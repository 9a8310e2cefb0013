#include "lsm/range_pages.h"

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "base/strings.h"

namespace lsm {
namespace {

using Want = RangePages::Want;

std::unique_ptr<RowPage> Page(const std::vector<std::string>& keys) {
  auto page = std::make_unique<RowPage>();
  for (const std::string& key : keys) {
    page->Add(key, Pack(1, Kind::kValue), "paged");
  }
  return page;
}

// Cached rows, behind which is what was not: a page and a Miss.
class HalfCached : public RowIterator {
 public:
  explicit HalfCached(const std::vector<std::string>& keys)
      : page_(Page(keys)), rows_(page_->NewIterator()) {}

  bool Valid() const override { return rows_->Valid(); }
  void Seek(std::string_view key) override { rows_->Seek(key); }
  void SeekToFirst() override { rows_->SeekToFirst(); }
  void Next() override { rows_->Next(); }
  std::string_view key() const override { return rows_->key(); }
  uint64_t packed() const override { return rows_->packed(); }
  std::string_view value() const override { return "cached"; }
  base::Status status() const override {
    return Valid() ? base::Status::Ok() : base::Status::Miss();
  }

 private:
  const std::unique_ptr<RowPage> page_;
  const std::unique_ptr<TwoWayIterator> rows_;
};

class RangePagesTest : public testing::Test {
 protected:
  // Every row from `from` on, and how it ended.
  std::string Walk(std::string_view from, std::string_view end = "",
                   const std::vector<std::string>& cached = {}) {
    const auto rows =
        NewPagedIterator(std::make_unique<HalfCached>(cached), &pages_, end,
                         {.rows = 7, .value_bytes = 3, .passing = true});
    std::string shown;
    for (rows->Seek(from); rows->Valid(); rows->Next()) {
      shown += base::StrCat(rows->key(), rows->value().substr(0, 1), " ");
    }
    return shown + (rows->status().IsMiss() ? "miss" : "end");
  }

  RangePages pages_;
};

TEST_F(RangePagesTest, NoteWhatARangeLacks) {
  EXPECT_FALSE(pages_.missed());
  EXPECT_EQ(Walk("b", "z"), "miss");
  ASSERT_TRUE(pages_.missed());
  EXPECT_EQ(pages_.want().chain, Want::kNewChain);
  EXPECT_EQ(pages_.want().from, "b");
  EXPECT_EQ(pages_.want().end, "z");
  EXPECT_EQ(pages_.want().need.rows, 7u);
  EXPECT_EQ(pages_.want().need.value_bytes, 3u);
  EXPECT_TRUE(pages_.want().need.passing);
  pages_.ForgetMiss();
  EXPECT_FALSE(pages_.missed());
}

TEST_F(RangePagesTest, AreReadFromWhereTheRangeBegan) {
  EXPECT_EQ(Walk("b", "", {"a", "b", "c"}), "bc cc miss");
  EXPECT_EQ(pages_.want().from, "b");
}

TEST_F(RangePagesTest, ShowWhatWasReadAndThenWhatIsCached) {
  Want want{Want::kNewChain, "b", "", {}};
  want.chain = pages_.Add(want, Page({"b", "c"}), "d");
  EXPECT_EQ(pages_.Add(want, Page({"e"}), "f"), want.chain);
  EXPECT_EQ(Walk("b"), "bp cp ep miss");
  EXPECT_EQ(pages_.want().chain, want.chain);
  EXPECT_EQ(Walk("bb", "", {"a", "c", "f", "g"}), "cp ep fc gc miss");
  EXPECT_EQ(Walk("d", "", {"a"}), "ep miss");
  EXPECT_EQ(Walk("eee", "", {"a", "g"}), "gc miss");
  EXPECT_EQ(pages_.want().chain, want.chain);
  // Before them it knows nothing.
  EXPECT_EQ(Walk("a"), "miss");
  EXPECT_EQ(pages_.want().chain, Want::kNewChain);
}

TEST_F(RangePagesTest, EndWhereTheRangeEnds) {
  const Want want{Want::kNewChain, "b", "d", {}};
  pages_.Add(want, Page({"b", "c"}), "d");
  EXPECT_EQ(Walk("b", "d"), "bp cp end");
  EXPECT_EQ(Walk("c", "d"), "cp end");
  EXPECT_FALSE(pages_.missed());
  const Want rest{Want::kNewChain, "x", "", {}};
  pages_.Add(rest, Page({}), std::nullopt);
  EXPECT_EQ(Walk("x"), "end");
  EXPECT_EQ(Walk("y"), "end");
}

// Whoever asked for it would be told again and again to read it first.
TEST_F(RangePagesTest, AreNotWantedBehindTheEndOfTheRange) {
  EXPECT_EQ(Walk("z", "b"), "end");
  EXPECT_EQ(Walk("b", "b", {"a", "c"}), "end");
  EXPECT_FALSE(pages_.missed());
}

TEST_F(RangePagesTest, AreForThoseWhoWantNoMoreOfEachValue) {
  ASSERT_EQ(Walk("a"), "miss");
  pages_.Add(pages_.want(), Page({"a", "b"}), std::nullopt);
  EXPECT_EQ(pages_.Find("a", 3), 0u);
  EXPECT_EQ(pages_.Find("a", 4), Want::kNewChain);
}

TEST_F(RangePagesTest, AreGoneWhenCleared) {
  pages_.Add({Want::kNewChain, "b", "", {}}, Page({"b"}), std::nullopt);
  EXPECT_GT(pages_.bytes(), 0u);
  Walk("a");
  pages_.Clear();
  EXPECT_EQ(pages_.bytes(), 0u);
  EXPECT_FALSE(pages_.missed());
  EXPECT_EQ(Walk("b"), "miss");
}

}  // namespace
}  // namespace lsm
