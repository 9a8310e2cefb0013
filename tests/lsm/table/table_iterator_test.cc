#include "lsm/table/table_iterator.h"

#include <gtest/gtest.h>

#include "lsm/table/table_lab.h"

namespace lsm {
namespace {

// Row `i` of the list, or not Valid past its ends.
void ExpectAt(const TableIterator& it, const std::vector<Row>& rows,
              int64_t i) {
  ASSERT_TRUE(it.status().ok()) << it.status().ToString();
  const bool inside = i >= 0 && i < static_cast<int64_t>(rows.size());
  ASSERT_EQ(it.Valid(), inside);
  if (inside) {
    ASSERT_EQ(RowAt(it), rows[static_cast<size_t>(i)]);
  }
}

TEST(TableIterator, WalksBothWaysAsOverAList) {
  for (uint64_t seed = 0; seed < 40; ++seed) {
    SCOPED_TRACE(seed);
    base::Random random(seed);
    TableLab lab;
    BlockCache cache(50'000);
    if (random.OneIn(2)) lab.cache_ = &cache;
    lab.options_.block_bytes = size_t{1} << (3 + random.Below(9));
    const std::vector<Row> rows = RandomRows(random, 1 + random.Below(300));
    const auto table = lab.Make(rows).value();
    ReadOptions options;
    options.fill_cache = random.OneIn(2);
    options.readahead_bytes = random.OneIn(2) ? 0 : random.Below(20'000);
    const auto it = table->NewIterator(options);
    const std::vector<Row> wanted = RandomRows(random, 100);
    int64_t at = -1;
    for (int step = 0; step < 500; ++step) {
      const std::string& key = wanted[random.Below(wanted.size())].key;
      const uint64_t move = it->Valid() ? random.Below(12) : random.Below(4);
      if (move == 0) {
        it->SeekToFirst();
        at = 0;
      } else if (move == 1) {
        it->SeekToLast();
        at = static_cast<int64_t>(rows.size()) - 1;
      } else if (move == 2) {
        it->Seek(key);
        at = std::partition_point(
                 rows.begin(), rows.end(),
                 [&](const Row& row) { return row.key < key; }) -
             rows.begin();
      } else if (move == 3) {
        it->SeekForPrev(key);
        at = std::partition_point(
                 rows.begin(), rows.end(),
                 [&](const Row& row) { return row.key <= key; }) -
             rows.begin() - 1;
      } else if (move % 2 == 0) {
        it->Next();
        ++at;
      } else {
        it->Prev();
        --at;
      }
      ASSERT_NO_FATAL_FAILURE(ExpectAt(*it, rows, at));
    }
  }
}

TEST(TableIterator, ReadsAheadInFewLargeReads) {
  TableLab lab;
  base::Random random(1);
  lab.options_.compression = Compression::kNone;
  std::vector<Row> rows;
  for (int i = 10'000; i < 20'000; ++i) {
    rows.push_back(Value(std::to_string(i), 1, std::string(100, 'v')));
  }
  const auto table = lab.Make(rows).value();
  const auto it = table->NewIterator({false, 64 << 10});
  it->SeekToFirst();
  EXPECT_EQ(it->bytes_read(), 64u << 10);
  EXPECT_EQ(AllRows(*it), rows);
  // A block that a read ended in is read again, and no more.
  EXPECT_LT(it->bytes_read(), table->properties().data_bytes * 13 / 10);
}

TEST(TableIterator, LeavesTheCacheAloneWhenTold) {
  TableLab lab;
  BlockCache cache(1 << 20);
  lab.cache_ = &cache;
  base::Random random(1);
  const std::vector<Row> rows = RandomRows(random, 1000);
  const auto table = lab.Make(rows).value();
  AllRows(*table->NewIterator({false, 0}));
  EXPECT_EQ(cache.stats().blocks, 0u);
  AllRows(*table->NewIterator({true, 0}));
  EXPECT_EQ(cache.stats().blocks, table->properties().data_blocks);
}

TEST(TableIterator, CanStartAtAnyBlock) {
  TableLab lab;
  lab.options_.block_bytes = 100;
  base::Random random(1);
  const std::vector<Row> rows = RandomRows(random, 300);
  const auto table = lab.Make(rows).value();
  const auto it = table->NewIterator({});
  ASSERT_EQ(it->data_blocks(), table->properties().data_blocks);
  std::string before;
  for (size_t i = 0; i < it->data_blocks(); ++i) {
    it->SeekToBlock(i);
    ASSERT_TRUE(it->Valid());
    EXPECT_GE(it->key(), before);
    before = it->key();
  }
  it->SeekToBlock(it->data_blocks());
  EXPECT_FALSE(it->Valid());
}

TEST(TableIterator, ReportsAReadErrorAndRecoversFromIt) {
  TableLab lab;
  lab.options_.block_bytes = 100;
  lab.options_.compression = Compression::kNone;
  base::Random random(1);
  const std::vector<Row> rows = RandomRows(random, 300);
  const auto table = lab.Make(rows).value();
  for (const size_t readahead : {size_t{0}, size_t{1000}}) {
    lab.fs_.FailReads(lab.path(), 3000, 1);
    const auto it = table->NewIterator({false, readahead});
    const std::vector<Row> seen = AllRows(*it);
    EXPECT_FALSE(it->Valid());
    EXPECT_EQ(it->status().code(), base::Code::kIo);
    ASSERT_LT(seen.size(), rows.size());
    EXPECT_TRUE(std::equal(seen.begin(), seen.end(), rows.begin()));
    lab.fs_.HealReads();
    EXPECT_EQ(AllRows(*it), rows);
  }
}

}  // namespace
}  // namespace lsm
