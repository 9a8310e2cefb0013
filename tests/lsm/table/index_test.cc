#include "lsm/table/index.h"

#include <gtest/gtest.h>

#include "base/coding.h"
#include "lsm/table/table_lab.h"

namespace lsm {
namespace {

TEST(ShortestSeparator, LiesBetweenTheTwoKeys) {
  EXPECT_EQ(ShortestSeparator("apple", "banana"), "b");
  EXPECT_EQ(ShortestSeparator("apple", "applesauce"), "apples");
  EXPECT_EQ(ShortestSeparator("", "ab"), "a");
  // Nothing shorter would be below the second.
  EXPECT_EQ(ShortestSeparator("a", "b"), "a");
  EXPECT_EQ(ShortestSeparator("key1", "key2"), "key1");
  base::Random random(1);
  const std::vector<Row> rows = RandomRows(random, 500);
  for (size_t i = 1; i < rows.size(); ++i) {
    const std::string& last = rows[i - 1].key;
    const std::string& next = rows[i].key;
    if (last == next) continue;
    EXPECT_LE(last, ShortestSeparator(last, next));
    EXPECT_LT(ShortestSeparator(last, next), next);
  }
}

TEST(Index, FindsTheFirstBlockThatCanHoldAKey) {
  for (uint64_t seed = 0; seed < 30; ++seed) {
    SCOPED_TRACE(seed);
    base::Random random(seed);
    const std::vector<Row> rows = RandomRows(random, 1 + random.Below(200));
    const std::string prefix = random.OneIn(2) ? "the same for all " : "";
    IndexBuilder builder;
    std::vector<Extent> extents;
    uint64_t offset = 0;
    for (size_t i = 0; i < rows.size(); ++i) {
      builder.Add(prefix + rows[i].key, i * 7);
      extents.push_back({offset, i * 7});
      offset += i * 7 + kBlockTrailerBytes;
    }
    const Index index = Index::Parse(builder.Finish(), offset).value();
    ASSERT_EQ(index.blocks(), rows.size());
    std::vector<std::string> wanted = {"", "the", "the same", "zzz", "\xff"};
    for (const Row& row : RandomRows(random, 100)) {
      wanted.push_back(row.key);
      wanted.push_back(prefix + row.key);
    }
    for (const std::string& key : wanted) {
      size_t expected = 0;
      while (expected < rows.size() && prefix + rows[expected].key < key) {
        ++expected;
      }
      ASSERT_EQ(index.Find(key), expected);
      if (expected == rows.size()) continue;
      EXPECT_EQ(index.extent(expected), extents[expected]);
      EXPECT_EQ(index.EndsWith(expected, key),
                prefix + rows[expected].key == key);
    }
  }
}

TEST(Index, TellsAKeyFromItsExtensionByZeros) {
  IndexBuilder builder;
  const std::string zeros(12, '\0');
  for (size_t n = 0; n <= zeros.size(); ++n) builder.Add(zeros.substr(0, n), 0);
  const Index index =
      Index::Parse(builder.Finish(), 13 * kBlockTrailerBytes).value();
  for (size_t n = 0; n <= zeros.size(); ++n) {
    EXPECT_EQ(index.Find(zeros.substr(0, n)), n);
  }
}

TEST(Index, RefusesWhatItsBuilderWouldNotWrite) {
  IndexBuilder builder;
  builder.Add("b", 100);
  builder.Add("c", 100);
  const std::string good = builder.Finish();
  const uint64_t data_bytes = 2 * (100 + kBlockTrailerBytes);
  EXPECT_TRUE(Index::Parse(good, data_bytes).ok());
  EXPECT_FALSE(Index::Parse(good, data_bytes + 1).ok());
  EXPECT_FALSE(Index::Parse(good, data_bytes - 1).ok());
  EXPECT_FALSE(Index::Parse(good, 0).ok());
  EXPECT_FALSE(Index::Parse(good + "x", data_bytes).ok());
  for (size_t size = 0; size < good.size(); ++size) {
    EXPECT_FALSE(Index::Parse(good.substr(0, size), data_bytes).ok());
  }
  IndexBuilder unsorted;
  unsorted.Add("c", 100);
  unsorted.Add("b", 100);
  EXPECT_FALSE(Index::Parse(unsorted.Finish(), data_bytes).ok());
  // More blocks than there is room for.
  std::string huge("\1");
  base::PutVarint(&huge, uint64_t{1} << 60);
  EXPECT_FALSE(Index::Parse(huge + "xxxx", data_bytes).ok());
}

}  // namespace
}  // namespace lsm
