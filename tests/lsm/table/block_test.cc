#include "lsm/table/block.h"

#include <gtest/gtest.h>

#include <cstring>

#include "lsm/table/block_builder.h"
#include "lsm/table/table_lab.h"

namespace lsm {
namespace {

Buffer Copy(std::string_view bytes) {
  Buffer buffer(bytes.size());
  std::memcpy(buffer.data(), bytes.data(), bytes.size());
  return buffer;
}

std::string Build(const std::vector<Row>& rows, uint32_t restart_interval) {
  BlockBuilder builder(restart_interval);
  std::string_view previous;
  for (const Row& row : rows) {
    builder.Add(previous, row.key, row.packed, row.value);
    previous = row.key;
  }
  const size_t announced = builder.bytes();
  const std::string block(builder.Finish());
  EXPECT_EQ(block.size(), announced);
  return block;
}

Block Parse(std::string_view bytes) {
  return Block::Parse(Copy(bytes)).value();
}

std::vector<Row> Forward(const Block& block) {
  std::vector<Row> rows;
  BlockIterator it;
  it.Reset(&block);
  for (it.SeekToFirst(); it.Valid(); it.Next()) {
    rows.push_back(
        {std::string(it.key()), it.packed(), std::string(it.value())});
  }
  EXPECT_FALSE(it.broken());
  return rows;
}

TEST(Block, GivesBackItsRowsForwardAndBackward) {
  for (const uint32_t interval : {1, 2, 16, 1000}) {
    for (uint64_t seed = 0; seed < 20; ++seed) {
      SCOPED_TRACE(seed);
      base::Random random(seed);
      std::vector<Row> rows = RandomRows(random, 1 + random.Below(100));
      const Block block = Parse(Build(rows, interval));
      EXPECT_EQ(Forward(block), rows);

      std::vector<Row> backward;
      BlockIterator it;
      it.Reset(&block);
      for (it.SeekToLast(); it.Valid(); it.Prev()) {
        backward.push_back(
            {std::string(it.key()), it.packed(), std::string(it.value())});
      }
      std::reverse(backward.begin(), backward.end());
      EXPECT_EQ(backward, rows);
    }
  }
}

TEST(Block, SeeksToTheFirstVersionOfTheFirstKeyNotBelow) {
  base::Random random(1);
  const std::vector<Row> rows = RandomRows(random, 200);
  const Block block = Parse(Build(rows, 16));
  BlockIterator it;
  it.Reset(&block);
  const std::vector<Row> wanted = RandomRows(random, 200);
  for (const Row& row : wanted) {
    const auto expected = std::find_if(
        rows.begin(), rows.end(),
        [&](const Row& candidate) { return candidate.key >= row.key; });
    it.Seek(row.key);
    ASSERT_EQ(it.Valid(), expected != rows.end());
    if (!it.Valid()) continue;
    EXPECT_EQ(it.key(), expected->key);
    EXPECT_EQ(it.packed(), expected->packed);
  }
}

TEST(Block, SeeksToTheOldestVersionOfTheLastKeyNotAbove) {
  base::Random random(2);
  const std::vector<Row> rows = RandomRows(random, 200);
  const Block block = Parse(Build(rows, 16));
  BlockIterator it;
  it.Reset(&block);
  for (const Row& row : RandomRows(random, 200)) {
    const auto expected = std::find_if(
        rows.rbegin(), rows.rend(),
        [&](const Row& candidate) { return candidate.key <= row.key; });
    it.SeekForPrev(row.key);
    ASSERT_EQ(it.Valid(), expected != rows.rend());
    if (!it.Valid()) continue;
    EXPECT_EQ(it.key(), expected->key);
    EXPECT_EQ(it.packed(), expected->packed);
  }
}

TEST(Block, FindsTheNewestVersionThatIsOldEnough) {
  const std::vector<Row> rows = {Value("a", 5, "a5"), Value("b", 9, "b9"),
                                 Tombstone("b", 7), Value("b", 4, "b4"),
                                 Value("ba", 1, "ba1")};
  for (const uint32_t interval : {1, 2, 3, 16}) {
    const Block block = Parse(Build(rows, interval));
    uint64_t packed = 0;
    std::string_view value;
    ASSERT_EQ(block.Find("b", kSequenceMax, &packed, &value),
              Block::Found::kRow);
    EXPECT_EQ(value, "b9");
    ASSERT_EQ(block.Find("b", 8, &packed, &value), Block::Found::kRow);
    EXPECT_EQ(packed, Pack(7, Kind::kTombstone));
    ASSERT_EQ(block.Find("b", 4, &packed, &value), Block::Found::kRow);
    EXPECT_EQ(value, "b4");
    EXPECT_EQ(block.Find("b", 3, &packed, &value), Block::Found::kAbsent);
    EXPECT_EQ(block.Find("", 9, &packed, &value), Block::Found::kAbsent);
    EXPECT_EQ(block.Find("aa", 9, &packed, &value), Block::Found::kAbsent);
    EXPECT_EQ(block.Find("ba", 0, &packed, &value), Block::Found::kBeyond);
    EXPECT_EQ(block.Find("c", 9, &packed, &value), Block::Found::kBeyond);
  }
}

TEST(Block, FindsWhatALinearSearchFinds) {
  for (uint64_t seed = 0; seed < 30; ++seed) {
    SCOPED_TRACE(seed);
    base::Random random(seed);
    const std::vector<Row> rows = RandomRows(random, 150);
    const Block block = Parse(Build(rows, 1 + random.Below(20)));
    for (const Row& wanted : RandomRows(random, 100)) {
      const Sequence upto = SequenceOf(wanted.packed);
      const auto expected =
          std::find_if(rows.begin(), rows.end(), [&](const Row& row) {
            return row.key == wanted.key && SequenceOf(row.packed) <= upto;
          });
      uint64_t packed = 0;
      std::string_view value;
      const Block::Found found = block.Find(wanted.key, upto, &packed, &value);
      ASSERT_EQ(found == Block::Found::kRow, expected != rows.end());
      if (expected == rows.end()) continue;
      EXPECT_EQ(packed, expected->packed);
      EXPECT_EQ(value, expected->value);
    }
  }
}

TEST(Block, RefusesAnImpossibleOutline) {
  for (const std::string_view bytes :
       {std::string_view(""), std::string_view("abc"),
        std::string_view("\0\0\0\0", 4), std::string_view("\1\0\0\0", 4),
        std::string_view("\0\0\0\0\1\0\0\0", 8),
        std::string_view("x\0\0\0\0\xff\xff\xff\xff", 9)}) {
    EXPECT_EQ(Block::Parse(Copy(bytes)).status().code(),
              base::Code::kCorruption);
  }
}

// The checksum would catch these; whoever forges one must still do no harm.
TEST(Block, DoesNoHarmWhateverItsBytes) {
  base::Random random(3);
  const std::string good = Build(RandomRows(random, 40), 4);
  for (int round = 0; round < 3000; ++round) {
    SCOPED_TRACE(round);
    std::string bytes = good;
    for (uint64_t n = 1 + random.Below(4); n > 0; --n) {
      bytes[random.Below(bytes.size())] = static_cast<char>(random.Next());
    }
    auto block = Block::Parse(Copy(bytes));
    if (!block.ok()) continue;
    BlockIterator it;
    it.Reset(&block.value());
    size_t touched = 0;
    for (it.SeekToFirst(); it.Valid(); it.Next()) touched += it.value().size();
    for (it.SeekToLast(); it.Valid(); it.Prev()) touched += it.key().size();
    it.Seek("a/common");
    it.SeekForPrev("a/common/prefix");
    uint64_t packed = 0;
    std::string_view value;
    if (block.value().Find("ab", 500, &packed, &value) == Block::Found::kRow) {
      touched += value.size();
    }
    EXPECT_LE(touched, bytes.size() * bytes.size());
  }
}

}  // namespace
}  // namespace lsm
