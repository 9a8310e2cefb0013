// Moving clean records out of sparse slabs, with a test that says of which
// records it is to be believed that they lie in one.

#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <string>

#include "base/strings.h"
#include "lsm/memory/memory_store.h"

namespace lsm {
namespace {

bool Always(const void*) { return true; }
bool Never(const void*) { return false; }

// More than any store here has to look at in one round.
constexpr size_t kRound = 100'000;

constexpr uint64_t kPacked = Pack(1, Kind::kValue);

class MemoryMovesTest : public testing::Test {
 protected:
  const Record* Find(MemoryStore& store, std::string_view key) {
    return store.Find(key, HashKey(key));
  }
  void Put(std::string_view key, std::string_view value) {
    store_.Put(key, HashKey(key), ++sequence_, value, /*nothing_below=*/false);
  }
  const Record* Install(std::string_view key, std::string_view value) {
    return store_.InstallClean(key, HashKey(key), kPacked, value);
  }

  Sequence sequence_ = 100;
  MemoryStore store_{MemoryOptions{.lies_sparse = Always}};
};

TEST_F(MemoryMovesTest, KeepWhatTheRecordIs) {
  const std::string value(500, 'v');
  const Record* before = Install("k", value);
  before->SetUse(/*uses=*/2, /*proven=*/true);
  const size_t bytes = store_.total_bytes();
  EXPECT_EQ(store_.MoveSparse(kRound).stayed, 0u);
  const Record* after = Find(store_, "k");  // One use more.
  EXPECT_EQ(after->value(), value);
  EXPECT_EQ(after->sequence(), 1u);
  EXPECT_EQ(after->uses(), 3);
  EXPECT_TRUE(after->proven());
  EXPECT_EQ(store_.total_bytes(), bytes);
  EXPECT_EQ(store_.records(), 1u);
}

TEST_F(MemoryMovesTest, SpareWhatLiesDense) {
  MemoryStore store(MemoryOptions{.lies_sparse = Never});
  const Record* record = store.InstallClean("k", HashKey("k"), kPacked, "v");
  const MemoryStore::Moves moves = store.MoveSparse(kRound);
  EXPECT_EQ(moves.moved, 0u);
  EXPECT_GT(moves.stayed, 0u);
  EXPECT_EQ(Find(store, "k"), record);
}

TEST_F(MemoryMovesTest, LeaveWhatOthersMayReadWhereItIs) {
  Put("sealed", "v");
  const auto pin = store_.Seal();
  Put("active", "v");
  const Record* const sealed = Find(store_, "sealed");
  const Record* const active = Find(store_, "active");
  EXPECT_EQ(store_.MoveSparse(kRound).moved, 0u);
  EXPECT_EQ(Find(store_, "sealed"), sealed);
  EXPECT_EQ(Find(store_, "active"), active);
  // Clean, but pinned.
  store_.FlushedUpTo(pin->id());
  EXPECT_EQ(store_.MoveSparse(kRound).moved, 0u);
  EXPECT_EQ(pin->Find("sealed"), sealed);
  EXPECT_EQ(Find(store_, "sealed"), sealed);
}

TEST_F(MemoryMovesTest, TakeFlushedRecordsOnceTheirPinsAreGone) {
  Put("k", "v");
  store_.Seal();
  Put("k", "w");
  store_.Seal();
  store_.FlushedUpTo(2);
  EXPECT_GT(store_.MoveSparse(kRound).moved, 0u);
  // The old trees and what was superseded go as ever.
  while (store_.FreeSome(10)) {
  }
  EXPECT_EQ(store_.retired_bytes(), 0u);
  EXPECT_EQ(store_.clean_bytes(), Find(store_, "k")->bytes());
  Put("k", "x");
  EXPECT_EQ(Find(store_, "k")->value(), "x");
}

std::map<const void*, int>* asked = nullptr;
bool CountAndSay(const void* record) {
  ++(*asked)[record];
  return false;
}

TEST_F(MemoryMovesTest, LookAtEachRecordOnceARound) {
  std::map<const void*, int> counts;
  asked = &counts;
  MemoryStore store(MemoryOptions{.lies_sparse = CountAndSay});
  constexpr size_t kRecords = 20'000;
  for (size_t i = 0; i < kRecords; ++i) {
    const std::string key = base::StrCat("key", i);
    store.InstallClean(key, HashKey(key), kPacked, "v");
  }
  // In slices, each of which ends in time: a bucket has seven records. The last
  // slice may begin the next round.
  size_t looked_at = 0;
  while (counts.size() < kRecords) {
    const MemoryStore::Moves moves = store.MoveSparse(/*steps_max=*/50);
    ASSERT_LE(moves.stayed, 50u + 7u);
    looked_at += moves.stayed;
  }
  EXPECT_LE(looked_at, kRecords + 50 + 7);
  asked = nullptr;
}

// What is moved counts for more than what is looked at, and large values most.
TEST_F(MemoryMovesTest, EndSoonerTheMoreIsMoved) {
  for (int i = 0; i < 1000; ++i) {
    Install(base::StrCat("key", i), std::string(10'000, 'v'));
  }
  const size_t moved = store_.MoveSparse(/*steps_max=*/100).moved;
  EXPECT_GT(moved, 0u);
  EXPECT_LT(moved, 25u);
}

// Keys whose hashes collide are in the crowd of the hash index.
TEST_F(MemoryMovesTest, ReachTheCrowdToo) {
  constexpr size_t kRecords = 200;
  for (size_t i = 0; i < kRecords; ++i) {
    store_.InstallClean(base::StrCat("key", i), /*hash=*/7, kPacked, "v");
  }
  size_t moved = 0;
  for (int i = 0; i < 1000 && moved < kRecords; ++i) {
    moved += store_.MoveSparse(100).moved;
  }
  EXPECT_GE(moved, kRecords);
  for (size_t i = 0; i < kRecords; ++i) {
    const Record* record = store_.Find(base::StrCat("key", i), /*hash=*/7);
    ASSERT_NE(record, nullptr);
    ASSERT_EQ(record->value(), "v");
  }
}

}  // namespace
}  // namespace lsm
