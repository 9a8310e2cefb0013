#include "lsm/merged_range.h"

#include <gtest/gtest.h>

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "base/random.h"
#include "base/strings.h"
#include "lsm/memory/memory_store.h"

namespace lsm {
namespace {

// Rows in several generations of one memory, which are the sources.
class MergedRangeTest : public testing::Test {
 protected:
  void Put(const std::string& key, const std::string& value) {
    memory_.Put(key, HashKey(key), ++sequence_, value, false);
  }
  void Delete(const std::string& key) {
    memory_.Delete(key, HashKey(key), ++sequence_, false);
  }
  std::unique_ptr<RangeView> View(std::string_view begin,
                                  std::string_view end) {
    std::vector<std::unique_ptr<RowIterator>> sources;
    sources.push_back(memory_.NewActiveIterator());
    for (const auto& generation : memory_.sealed()) {
      sources.push_back(generation->NewIterator());
    }
    return NewMergedRange(std::move(sources), begin, end);
  }
  std::string Show(RangeView& view) {
    std::string shown;
    for (; view.Valid(); view.Next()) {
      shown += base::StrCat(view.key(), "=", view.value(), " ");
    }
    EXPECT_TRUE(view.status().ok());
    return shown;
  }

  MemoryStore memory_{MemoryOptions{}};
  Sequence sequence_ = 0;
};

TEST_F(MergedRangeTest, ShowsTheNewestVersionAndNoTombstones) {
  Put("a", "1");
  Put("b", "1");
  Put("c", "1");
  memory_.Seal();
  Put("a", "2");
  Delete("b");
  memory_.Seal();
  Put("b", "3");
  Delete("c");
  EXPECT_EQ(Show(*View("", "")), "a=2 b=3 ");
}

TEST_F(MergedRangeTest, StaysBetweenItsBounds) {
  for (const char* key : {"a", "b", "c", "d"}) Put(key, "v");
  EXPECT_EQ(Show(*View("b", "d")), "b=v c=v ");
  EXPECT_EQ(Show(*View("b", "")), "b=v c=v d=v ");
  EXPECT_EQ(Show(*View("bb", "bc")), "");
  const auto view = View("b", "d");
  view->Seek("a");
  EXPECT_EQ(view->key(), "b");
  view->Seek("c");
  EXPECT_EQ(view->key(), "c");
  view->Seek("d");
  EXPECT_FALSE(view->Valid());
}

TEST_F(MergedRangeTest, SkipsTombstonesAtBothEnds) {
  for (const char* key : {"a", "b", "c"}) Put(key, "v");
  memory_.Seal();
  Delete("a");
  Delete("c");
  EXPECT_EQ(Show(*View("a", "d")), "b=v ");
  memory_.Seal();
  Delete("b");
  EXPECT_EQ(Show(*View("", "")), "");
}

TEST_F(MergedRangeTest, TellsTheSequenceOfTheVersionItShows) {
  Put("a", "1");
  memory_.Seal();
  Put("b", "2");
  Put("a", "3");
  const auto view = View("", "");
  EXPECT_EQ(view->sequence(), 3u);
  view->Next();
  EXPECT_EQ(view->sequence(), 2u);
}

TEST_F(MergedRangeTest, AgreesWithAMap) {
  base::Random random(5);
  std::map<std::string, std::string> model;
  for (int step = 0; step < 5000; ++step) {
    const std::string key = base::StrCat("k", random.Below(60));
    if (random.OneIn(3)) {
      Delete(key);
      model.erase(key);
    } else {
      const std::string value = base::StrCat(step);
      Put(key, value);
      model[key] = value;
    }
    if (random.OneIn(100)) memory_.Seal();
    if (!random.OneIn(50)) continue;
    const std::string from = base::StrCat("k", random.Below(60));
    const auto view = View("k1", "k5");
    view->Seek(from);
    std::string expected;
    for (auto it = model.lower_bound(std::max<std::string>(from, "k1"));
         it != model.end() && it->first < "k5"; ++it) {
      expected += base::StrCat(it->first, "=", it->second, " ");
    }
    ASSERT_EQ(Show(*view), expected) << "step " << step;
  }
}

// Rows behind an error could be older versions of what it hides.
TEST_F(MergedRangeTest, ShowsNothingBehindAnError) {
  class Broken : public RowIterator {
   public:
    bool Valid() const override { return false; }
    void Seek(std::string_view) override {}
    void SeekToFirst() override {}
    void Next() override {}
    std::string_view key() const override { return {}; }
    uint64_t packed() const override { return 0; }
    std::string_view value() const override { return {}; }
    base::Status status() const override {
      return base::Status::Io("broken on purpose");
    }
  };
  Put("a", "1");
  std::vector<std::unique_ptr<RowIterator>> sources;
  sources.push_back(memory_.NewActiveIterator());
  sources.push_back(std::make_unique<Broken>());
  const auto view = NewMergedRange(std::move(sources), "", "");
  EXPECT_FALSE(view->Valid());
  EXPECT_EQ(view->status().code(), base::Code::kIo);
}

}  // namespace
}  // namespace lsm
