#include "lsm/compaction/merging_iterator.h"

#include <gtest/gtest.h>

#include "lsm/compaction/row_list.h"

namespace lsm {
namespace {

std::unique_ptr<RowIterator> Merge(const std::vector<std::vector<Row>>& parts) {
  std::vector<std::unique_ptr<RowIterator>> sources;
  for (const auto& part : parts) {
    sources.push_back(std::make_unique<RowList>(part));
  }
  return NewMergingIterator(std::move(sources));
}

TEST(MergingIterator, GivesAllRowsInOrder) {
  for (uint64_t seed = 0; seed < 50; ++seed) {
    SCOPED_TRACE(seed);
    base::Random random(seed);
    const std::vector<Row> rows = RandomRows(random, random.Below(300));
    const auto merged = Merge(Deal(rows, 1 + random.Below(9), random));
    EXPECT_EQ(AllRows(*merged), rows);
    EXPECT_TRUE(merged->status().ok());
    for (const Row& wanted : RandomRows(random, 20)) {
      merged->Seek(wanted.key);
      const auto expected =
          std::find_if(rows.begin(), rows.end(),
                       [&](const Row& row) { return row.key >= wanted.key; });
      ASSERT_EQ(merged->Valid(), expected != rows.end());
      if (merged->Valid()) {
        EXPECT_EQ(RowAt(*merged), *expected);
      }
    }
  }
}

TEST(MergingIterator, PutsTheNewestVersionFirstWhereverItComesFrom) {
  std::vector<std::vector<Row>> parts(3);
  parts[0].push_back(Value("k", 5, "old"));
  parts[1].push_back(Tombstone("k", 9));
  parts[2].push_back(Value("k", 7, "middle"));
  parts[2].push_back(Value("l", 1, ""));
  const auto merged = Merge(parts);
  EXPECT_EQ(AllRows(*merged),
            (std::vector<Row>{Tombstone("k", 9), Value("k", 7, "middle"),
                              Value("k", 5, "old"), Value("l", 1, "")}));
}

TEST(MergingIterator, OfNothingIsEmpty) {
  const auto merged = Merge({});
  merged->SeekToFirst();
  EXPECT_FALSE(merged->Valid());
  EXPECT_TRUE(AllRows(*Merge({{}, {}})).empty());
}

// A row after the break could be a version that the broken source hides.
TEST(MergingIterator, EndsWhenASourceBreaks) {
  for (size_t breaks_at = 0; breaks_at < 3; ++breaks_at) {
    std::vector<std::unique_ptr<RowIterator>> sources;
    sources.push_back(std::make_unique<RowList>(std::vector<Row>{
        Value("a", 1, ""), Value("d", 1, ""), Value("z", 1, "")}));
    sources.push_back(std::make_unique<RowList>(
        std::vector<Row>{Value("b", 9, ""), Value("c", 9, ""),
                         Value("e", 9, "")},
        breaks_at));
    const auto merged = NewMergingIterator(std::move(sources));
    const std::vector<Row> seen = AllRows(*merged);
    EXPECT_FALSE(merged->Valid());
    EXPECT_EQ(merged->status().code(), base::Code::kIo);
    const size_t expected[] = {0, 2, 3};
    EXPECT_EQ(seen.size(), expected[breaks_at]);
  }
}

}  // namespace
}  // namespace lsm
