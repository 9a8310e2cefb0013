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

// How often each key came out of `draws` draws.
std::map<std::string, int> Count(const KeySampler& sampler, int draws) {
  base::Random random(3);
  std::map<std::string, int> counts;
  for (int i = 0; i < draws; ++i) {
    const auto key = sampler.Draw(&random);
    EXPECT_TRUE(key.ok());
    if (key.ok() && key.value()) ++counts[*key.value()];
  }
  return counts;
}

TEST(KeySampler, DrawsNothingFromNothing) {
  const MemoryStore memory{MemoryOptions{}};
  const auto version = Version::Empty();
  EXPECT_TRUE(Count(KeySampler(memory, *version, "", ""), 10).empty());
}

TEST(KeySampler, ReachesEveryRowOfTablesAndMemory) {
  TableShelf shelf;
  const auto version = TableShelf::VersionOf(
      {shelf.Add(Rows('a', 100), 1), shelf.Add(Rows('b', 100), 2)});
  MemoryStore memory{MemoryOptions{}};
  for (const auto& [key, value] : Rows('c', 50)) {
    memory.Put(key, HashKey(key), 5, value, false);
  }
  memory.Seal();
  for (const auto& [key, value] : Rows('d', 50)) {
    memory.Put(key, HashKey(key), 6, value, false);
  }
  const auto counts = Count(KeySampler(memory, *version, "", ""), 20'000);
  // Some 67 draws each. Blocks of few rows favour theirs; so does a gap in the
  // hash index the record behind it.
  EXPECT_GT(counts.size(), 290u);
  for (const auto& [key, count] : counts) {
    EXPECT_GT(count, key < "c" ? 8 : 0) << key;
    EXPECT_LT(count, 1000) << key;
  }
}

TEST(KeySampler, StaysInItsRange) {
  TableShelf shelf;
  const auto version = TableShelf::VersionOf(
      {shelf.Add(Rows('a', 100), 1), shelf.Add(Rows('b', 100), 2)});
  MemoryStore memory{MemoryOptions{}};
  for (const auto& [key, value] : Rows('c', 50)) {
    memory.Put(key, HashKey(key), 5, value, false);
  }
  const auto counts = Count(KeySampler(memory, *version, "a050", "b010"), 5000);
  EXPECT_EQ(counts.size(), 60u);
  EXPECT_EQ(counts.begin()->first, "a050");
  EXPECT_EQ(counts.rbegin()->first, "b009");
}

TEST(KeySampler, PassesReadErrorsOn) {
  TableShelf shelf;
  const TableFilePtr file = shelf.Add(Rows('a', 100), 1);
  const auto version = TableShelf::VersionOf({file});
  shelf.fs.FailReads(shelf.store->PathOf(file->number()), 0, 1 << 20);
  const MemoryStore memory{MemoryOptions{}};
  base::Random random(1);
  EXPECT_EQ(KeySampler(memory, *version, "", "").Draw(&random).status().code(),
            base::Code::kIo);
}

}  // namespace
}  // namespace lsm
