#include "lsm/memory/generation.h"

#include <gtest/gtest.h>

#include <string>

#include "lsm/memory/memory_store.h"

namespace lsm {
namespace {

// Generations come to life in a store only.
class GenerationTest : public testing::Test {
 protected:
  void Put(std::string_view key, std::string_view value,
           bool nothing_below = false) {
    store_.Put(key, HashKey(key), ++sequence_, value, nothing_below);
  }
  void Delete(std::string_view key) {
    store_.Delete(key, HashKey(key), ++sequence_, /*nothing_below=*/false);
  }

  Sequence sequence_ = 100;
  MemoryStore store_{MemoryOptions{}};
};

TEST_F(GenerationTest, CountsRowsAndRemembersSequences) {
  EXPECT_TRUE(store_.active().empty());
  Put("a", "1");
  Put("b", "1");
  Delete("a");
  Put("c", "1");
  Delete("d");
  Put("d", "1");
  const auto generation = store_.Seal();
  EXPECT_FALSE(generation->empty());
  EXPECT_EQ(generation->count(), 4u);
  EXPECT_EQ(generation->tombstones(), 1u);
  EXPECT_EQ(generation->first_sequence(), 101u);
  EXPECT_EQ(generation->last_sequence(), 106u);
  EXPECT_EQ(generation->bytes(), store_.sealed_bytes());
}

TEST_F(GenerationTest, TellsAFlushWhichTombstonesHideNothing) {
  Put("a", "v", /*nothing_below=*/true);
  Delete("a");
  Delete("b");
  const auto generation = store_.Seal();
  const auto it = generation->NewIterator();
  it->SeekToFirst();
  EXPECT_EQ(it->key(), "a");
  EXPECT_EQ(KindOf(it->packed()), Kind::kTombstone);
  EXPECT_TRUE(it->nothing_below());
  it->Next();
  EXPECT_EQ(it->key(), "b");
  EXPECT_FALSE(it->nothing_below());
}

TEST_F(GenerationTest, IsWalkedBothWays) {
  EXPECT_FALSE(store_.NewActiveIterator()->Valid());
  for (const char* key : {"b", "a", "d"}) Put(key, key);
  store_.InstallClean("c", HashKey("c"), Pack(1, Kind::kValue), "c");
  const auto it = store_.NewActiveIterator();
  std::string keys;
  for (it->SeekToFirst(); it->Valid(); it->Next()) keys += it->key();
  for (it->SeekToLast(); it->Valid(); it->Prev()) keys += it->key();
  EXPECT_EQ(keys, "abddba");
  it->SeekBefore("d");
  EXPECT_EQ(it->value(), "b");
  it->Seek("c");
  EXPECT_EQ(it->key(), "d");
  EXPECT_TRUE(it->status().ok());
}

TEST_F(GenerationTest, OutlivesItsFlushWhilePinned) {
  Put("k", "v");
  const auto generation = store_.Seal();
  store_.FlushedUpTo(generation->id());
  EXPECT_FALSE(store_.FreeSome(100));
  EXPECT_EQ(generation->Find("k")->value(), "v");
  EXPECT_EQ(generation->Find("j"), nullptr);
}

}  // namespace
}  // namespace lsm
