#include "lsm/key_sampler.h"

#include <gtest/gtest.h>

#include <cstdio>
#include <map>
#include <string>

#include "lsm/table_shelf.h"

namespace lsm {
namespace {

std::string Key(char first, int i) {
  char key[16];
  std::snprintf(key, sizeof key, "%c%03d", first, i);
  return key;
}

TableShelf::Rows Rows(char first, int count) {
  TableShelf::Rows rows;
  for (int i = 0; i < count; ++i) {
    rows.emplace(Key(first, i),
                 std::string(static_cast<size_t>(i % 90), 'v') + "v");
  }
  return rows;
}

// How often each place came out of `draws` draws.
std::map<std::string, int> Count(const KeySampler& sampler, int draws) {
  base::Random random(3);
  std::map<std::string, int> counts;
  for (int i = 0; i < draws; ++i) {
    const auto place = sampler.Draw(&random);
    if (!place) continue;
    EXPECT_GE(place->rows, 1u);
    ++counts[place->from];
  }
  return counts;
}

MemoryStore& Fill(MemoryStore& memory, const TableShelf::Rows& rows) {
  for (const auto& [key, value] : rows) {
    memory.Put(key, HashKey(key), 5, value, false);
  }
  return memory;
}

TEST(KeySampler, DrawsNothingFromNothing) {
  const MemoryStore memory{MemoryOptions{}};
  const auto version = Version::Empty();
  EXPECT_TRUE(Count(KeySampler(memory, *version, "", ""), 10).empty());
}

TEST(KeySampler, ReachesEveryBlockAndEveryRowInMemory) {
  TableShelf shelf;
  const TableFilePtr a = shelf.Add(Rows('a', 100), 1);
  const TableFilePtr b = shelf.Add(Rows('b', 100), 2);
  const size_t blocks = a->table()->data_blocks() + b->table()->data_blocks();
  ASSERT_GT(blocks, 2u);
  const auto version = TableShelf::VersionOf({a, b});
  MemoryStore memory{MemoryOptions{}};
  Fill(memory, Rows('c', 50)).Seal();
  Fill(memory, Rows('d', 50));
  const auto counts = Count(KeySampler(memory, *version, "", ""), 20'000);
  // A gap in the hash index favours the record behind it.
  EXPECT_GT(counts.size(), blocks + 90);
  int from_tables = 0;
  for (const auto& [key, count] : counts) from_tables += key < "c" ? count : 0;
  // Two thirds of the rows.
  EXPECT_NEAR(from_tables, 13'333, 700);
}

TEST(KeySampler, StaysInItsRange) {
  TableShelf shelf;
  const auto version = TableShelf::VersionOf(
      {shelf.Add(Rows('a', 100), 1), shelf.Add(Rows('b', 100), 2)});
  MemoryStore memory{MemoryOptions{}};
  Fill(memory, Rows('c', 50));
  const auto counts = Count(KeySampler(memory, *version, "a050", "b010"), 5000);
  EXPECT_EQ(counts.begin()->first, "a050");
  EXPECT_GE(counts.rbegin()->first, "b000");
  EXPECT_LT(counts.rbegin()->first, "b010");
}

TEST(KeySampler, ReadsNothing) {
  TableShelf shelf;
  const TableFilePtr file = shelf.Add(Rows('a', 100), 1);
  const auto version = TableShelf::VersionOf({file});
  shelf.fs.FailReads(shelf.store->PathOf(file->number()), 0, 1 << 20);
  const MemoryStore memory{MemoryOptions{}};
  EXPECT_FALSE(Count(KeySampler(memory, *version, "", ""), 100).empty());
}

}  // namespace
}  // namespace lsm
