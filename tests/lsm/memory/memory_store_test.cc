#include "lsm/memory/memory_store.h"

#include <gtest/gtest.h>

#include <string>
#include <thread>
#include <vector>

namespace lsm {
namespace {

class MemoryStoreTest : public testing::Test {
 protected:
  const Record* Find(std::string_view key) {
    return store_.Find(key, HashKey(key));
  }
  void Put(std::string_view key, std::string_view value,
           bool nothing_below = false) {
    store_.Put(key, HashKey(key), ++sequence_, value, nothing_below);
  }
  void Delete(std::string_view key, bool nothing_below = false) {
    store_.Delete(key, HashKey(key), ++sequence_, nothing_below);
  }
  const Record* Install(std::string_view key, std::string_view value) {
    return store_.InstallClean(key, HashKey(key), Pack(1, Kind::kValue), value);
  }
  void SealAndFlush() {
    store_.Seal();
    store_.FlushedUpTo(store_.active().id() - 1);
  }
  void FreeAll() {
    while (store_.FreeSome(10)) {
    }
  }
  // Until the clock hand has been round for every use counted.
  void EvictAll() { store_.EvictClean(SIZE_MAX, 200000); }

  Sequence sequence_ = 100;
  MemoryStore store_{MemoryOptions{}};
};

TEST_F(MemoryStoreTest, FindsWhatWasPutAndDeleted) {
  EXPECT_EQ(Find("k"), nullptr);
  Put("k", "v");
  ASSERT_NE(Find("k"), nullptr);
  EXPECT_EQ(Find("k")->value(), "v");
  EXPECT_EQ(Find("k")->sequence(), 101u);
  Delete("k");
  EXPECT_TRUE(Find("k")->tombstone());
  EXPECT_EQ(Find("k")->sequence(), 102u);
  EXPECT_TRUE(store_.IsDirty(*Find("k")));
}

TEST_F(MemoryStoreTest, OverwritesInPlaceWithinAGeneration) {
  Put("counter", "1000");
  const Record* record = Find("counter");
  const size_t bytes = store_.active_bytes();
  for (int i = 1001; i < 3000; ++i) Put("counter", std::to_string(i));
  EXPECT_EQ(Find("counter"), record);
  EXPECT_EQ(record->value(), "2999");
  EXPECT_EQ(store_.active_bytes(), bytes);
  EXPECT_EQ(store_.active().count(), 1u);
}

TEST_F(MemoryStoreTest, ReplacesWhatOutgrowsItsRoom) {
  Put("k", "v");
  store_.SettledActive();
  const size_t tree_bytes = store_.active_bytes() - Find("k")->bytes();
  Put("k", std::string(1000, 'v'));
  EXPECT_EQ(Find("k")->value().size(), 1000u);
  EXPECT_EQ(store_.SettledActive().Find("k"), Find("k"));
  EXPECT_EQ(store_.active_bytes(), tree_bytes + Find("k")->bytes());
  Delete("k");
  EXPECT_EQ(store_.SettledActive().Find("k"), Find("k"));
  EXPECT_LE(Find("k")->bytes(), 64u);
}

TEST_F(MemoryStoreTest, AcceptsAKeyAndValueOutOfTheRecordItReplaces) {
  const std::string value(100, 'v');
  Put("key", value);
  const Record* record = Find("key");
  Put(record->key(), std::string(record->value()) + std::string(500, 'w'));
  record = Find("key");
  EXPECT_EQ(record->value().size(), 600u);
  Put(record->key(), record->value().substr(0, 10));
  EXPECT_EQ(Find("key")->value(), value.substr(0, 10));
}

TEST_F(MemoryStoreTest, NeverChangesASealedRecord) {
  Put("k", "old");
  const auto sealed = store_.Seal();
  ASSERT_NE(sealed, nullptr);
  Put("k", "new");
  EXPECT_EQ(Find("k")->value(), "new");
  EXPECT_EQ(sealed->Find("k")->value(), "old");
  Delete("k");
  EXPECT_TRUE(Find("k")->tombstone());
  EXPECT_EQ(sealed->Find("k")->value(), "old");
  EXPECT_EQ(sealed->last_sequence(), 101u);
}

TEST_F(MemoryStoreTest, SealsNothingWhenNothingWasApplied) {
  EXPECT_EQ(store_.Seal(), nullptr);
  Install("k", "v");
  EXPECT_EQ(store_.Seal(), nullptr);
  Put("k", "w");
  EXPECT_EQ(store_.Seal()->id(), 1u);
  EXPECT_EQ(store_.Seal(), nullptr);
  EXPECT_EQ(store_.sealed().size(), 1u);
  EXPECT_EQ(store_.active().id(), 2u);
}

TEST_F(MemoryStoreTest, KeepsAFlushedRecordAsAClean) {
  Put("k", "v");
  const Record* record = Find("k");
  SealAndFlush();
  EXPECT_TRUE(store_.sealed().empty());
  EXPECT_EQ(Find("k"), record);
  EXPECT_FALSE(store_.IsDirty(*record));
  EXPECT_EQ(store_.clean_bytes(), record->bytes());
  EXPECT_EQ(store_.sealed_bytes(), 0u);
}

TEST_F(MemoryStoreTest, NeverEvictsADirtyRecord) {
  for (int i = 0; i < 1000; ++i) Put("sealed" + std::to_string(i), "v");
  store_.Seal();
  for (int i = 0; i < 1000; ++i) Put("active" + std::to_string(i), "v");
  for (int i = 0; i < 1000; ++i) Install("clean" + std::to_string(i), "v");
  EXPECT_GT(store_.EvictClean(SIZE_MAX, 200000), 0u);
  EXPECT_EQ(store_.clean_bytes(), 0u);
  EXPECT_EQ(store_.records(), 2000u);
  for (int i = 0; i < 1000; ++i) {
    ASSERT_NE(Find("sealed" + std::to_string(i)), nullptr);
    ASSERT_NE(Find("active" + std::to_string(i)), nullptr);
    ASSERT_EQ(Find("clean" + std::to_string(i)), nullptr);
  }
}

TEST_F(MemoryStoreTest, EvictsOnlyAsMuchAsItIsAskedFor) {
  for (int i = 0; i < 1000; ++i) Install(std::to_string(i), "v");
  const size_t bytes = store_.clean_bytes();
  const size_t freed = store_.EvictClean(1000, 200000);
  EXPECT_GE(freed, 1000u);
  EXPECT_LT(freed, 1100u);
  EXPECT_EQ(store_.clean_bytes(), bytes - freed);
  EXPECT_EQ(store_.EvictClean(0, 200000), 0u);
  EXPECT_EQ(store_.EvictClean(SIZE_MAX, 0), 0u);
}

TEST_F(MemoryStoreTest, EvictsFewLargeRecordsWithoutMuchAdo) {
  // Small ones leave behind that all there is is on probation.
  for (int i = 0; i < 10000; ++i) Install(std::to_string(i), "v");
  store_.EvictClean(SIZE_MAX, 200000);
  for (int i = 0; i < 20; ++i) {
    const std::string key = "large" + std::to_string(i);
    Install(key, std::string(100000, 'x'));
    for (int use = 0; use < 3; ++use) Find(key);
  }
  // A round of the hands is some 16k empty buckets here.
  const size_t bytes = store_.clean_bytes();
  EXPECT_GE(store_.EvictClean(bytes, 200000), bytes);
}

TEST_F(MemoryStoreTest, EvictsTheUnusedBeforeTheUsed) {
  for (int i = 0; i < 2000; ++i) Install(std::to_string(i), "v");
  for (int i = 0; i < 100; ++i) {
    for (int use = 0; use < 3; ++use) Find(std::to_string(i));
  }
  store_.EvictClean(store_.clean_bytes() * 9 / 10, 200000);
  int kept = 0;
  for (int i = 0; i < 100; ++i) kept += Find(std::to_string(i)) != nullptr;
  EXPECT_EQ(kept, 100);
}

TEST_F(MemoryStoreTest, LetsAScanPassByWhatIsUsedTwice) {
  constexpr int kHot = 1000;
  for (int i = 0; i < kHot; ++i) {
    Install("hot" + std::to_string(i), "v")->Touch();
    Find("hot" + std::to_string(i));
  }
  const size_t budget = store_.clean_bytes() * 2;
  for (int i = 0; i < 20 * kHot; ++i) {
    Install("scanned" + std::to_string(i), "v")->Touch();
    if (store_.clean_bytes() > budget) {
      store_.EvictClean(store_.clean_bytes() - budget, 1000);
    }
  }
  int kept = 0;
  for (int i = 0; i < kHot; ++i) {
    kept += Find("hot" + std::to_string(i)) != nullptr;
  }
  EXPECT_EQ(kept, kHot);
}

TEST_F(MemoryStoreTest, KnowsAgainWhatItEvictedTooEarly) {
  Install("k", "v");
  EvictAll();
  EXPECT_FALSE(Install("other", "v")->proven());
  EXPECT_TRUE(Install("k", "v")->proven());
  // Who was proven had its chance: it leaves no ghost.
  EvictAll();
  EXPECT_FALSE(Install("k", "v")->proven());
}

TEST_F(MemoryStoreTest, KeepsWhatIsInMemoryFromBeingInstalledOver) {
  Put("dirty", "new");
  EXPECT_EQ(Install("dirty", "stale")->value(), "new");
  Delete("gone");
  EXPECT_TRUE(Install("gone", "stale")->tombstone());
  EXPECT_EQ(Install("clean", "v")->value(), "v");
  EXPECT_EQ(Install("clean", "w")->value(), "v");
}

TEST_F(MemoryStoreTest, RemembersThatAKeyIsAbsent) {
  const Record* record = store_.InstallClean("k", HashKey("k"), 0, "");
  EXPECT_TRUE(record->tombstone());
  EXPECT_EQ(record->sequence(), 0u);
  EXPECT_FALSE(store_.IsDirty(*record));
  EXPECT_EQ(store_.clean_bytes(), record->bytes());
  EXPECT_EQ(Find("k"), record);
}

TEST_F(MemoryStoreTest, MakesACleanRecordDirtyWhenItIsWritten) {
  Install("k", "old!");
  Put("k", "new");
  EXPECT_EQ(store_.clean_bytes(), 0u);
  EXPECT_TRUE(store_.IsDirty(*Find("k")));
  EXPECT_EQ(store_.SettledActive().Find("k"), Find("k"));
  EvictAll();
  EXPECT_EQ(Find("k")->value(), "new");
  SealAndFlush();
  Put("k", std::string(500, 'x'));
  EXPECT_EQ(store_.clean_bytes(), 0u);
  EXPECT_EQ(store_.SettledActive().Find("k"), Find("k"));
}

TEST_F(MemoryStoreTest, LeavesAPinnedGenerationWhole) {
  Put("kept", "1");
  Put("replaced", "1");
  auto pin = store_.Seal();
  store_.FlushedUpTo(pin->id());
  Put("replaced", "2");
  EvictAll();
  FreeAll();
  EXPECT_EQ(Find("kept"), pin->Find("kept"));
  EXPECT_EQ(pin->Find("replaced")->value(), "1");
  EXPECT_EQ(Find("replaced")->value(), "2");
  EXPECT_EQ(pin->count(), 2u);
  EXPECT_GT(store_.retired_bytes(), 0u);

  pin.reset();
  FreeAll();
  EXPECT_EQ(store_.retired_bytes(), 0u);
  EvictAll();
  EXPECT_EQ(Find("kept"), nullptr);
  EXPECT_EQ(store_.clean_bytes(), 0u);
}

TEST_F(MemoryStoreTest, HoldsBackOnlyThePinnedGenerationsOwnRecords) {
  Put("a", "1");
  const auto pin = store_.Seal();
  Put("b", "2");
  SealAndFlush();
  FreeAll();
  EvictAll();
  EXPECT_NE(Find("a"), nullptr);
  EXPECT_EQ(Find("b"), nullptr);
}

TEST_F(MemoryStoreTest, TakesAnOldGenerationApartInSlices) {
  for (int i = 0; i < 5000; ++i) Put(std::to_string(i), "1");
  store_.Seal();
  for (int i = 0; i < 5000; ++i) Put(std::to_string(i), "2");
  store_.FlushedUpTo(1);
  size_t before = store_.retired_bytes();
  EXPECT_GT(before, 5000 * 40u);
  int calls = 1;
  for (; store_.FreeSome(100); ++calls) {
    EXPECT_LE(before - store_.retired_bytes(), 100u * 64 + 100 * 65536);
    EXPECT_LT(store_.retired_bytes(), before);
    before = store_.retired_bytes();
  }
  EXPECT_GE(calls, 50);
  EXPECT_EQ(store_.retired_bytes(), 0u);
}

TEST_F(MemoryStoreTest, PassesNothingBelowOnWithinAGeneration) {
  Put("new", "v", /*nothing_below=*/true);
  Delete("new");
  EXPECT_TRUE(Find("new")->nothing_below());
  Put("new", "v");
  EXPECT_TRUE(Find("new")->nothing_below());

  Put("old", "v", /*nothing_below=*/false);
  Delete("old", /*nothing_below=*/true);
  EXPECT_FALSE(Find("old")->nothing_below());
}

TEST_F(MemoryStoreTest, KnowsBetterWhatAnOlderGenerationHolds) {
  Put("k", "v", /*nothing_below=*/true);
  store_.Seal();
  Delete("k", /*nothing_below=*/true);
  EXPECT_FALSE(Find("k")->nothing_below());
  store_.Seal();
  Put("k", "w", /*nothing_below=*/true);
  EXPECT_FALSE(Find("k")->nothing_below());

  Install("clean", "v");
  Delete("clean", /*nothing_below=*/true);
  EXPECT_FALSE(Find("clean")->nothing_below());
  store_.InstallClean("absent", HashKey("absent"), 0, "");
  Put("absent", "v", /*nothing_below=*/true);
  EXPECT_TRUE(Find("absent")->nothing_below());
}

TEST_F(MemoryStoreTest, FlushesSeveralGenerationsAtOnce) {
  for (const char* value : {"1", "2", "3", "4"}) {
    Put("k", value);
    store_.Seal();
  }
  store_.FlushedUpTo(3);
  EXPECT_EQ(store_.sealed().size(), 1u);
  EXPECT_EQ(store_.flushed_id(), 3u);
  EXPECT_TRUE(store_.IsDirty(*Find("k")));
  store_.FlushedUpTo(2);
  EXPECT_EQ(store_.flushed_id(), 3u);
  store_.FlushedUpTo(4);
  FreeAll();
  EvictAll();
  EXPECT_EQ(Find("k"), nullptr);
  EXPECT_EQ(store_.total_bytes(), store_.index_bytes());
}

TEST_F(MemoryStoreTest, LetsAnotherThreadReadAndDropAPinWhileItWrites) {
  constexpr int kKeys = 3000;
  for (int round = 0; round < 5; ++round) {
    for (int i = 0; i < kKeys; ++i) Put(std::to_string(i), "0123456789");
    auto pin = store_.Seal();
    size_t rows = 0;
    size_t bytes = 0;
    std::thread reader([pin = std::move(pin), &rows, &bytes]() mutable {
      const auto it = pin->NewIterator();
      for (it->SeekToFirst(); it->Valid(); it->Next()) {
        ++rows;
        bytes += it->value().size();
      }
      pin.reset();
    });
    for (int i = 0; i < kKeys; ++i) {
      const std::string key = std::to_string(i);
      Find(key);
      if (i % 3 == 0) Put(key, "new");
      if (i == kKeys / 2) store_.FlushedUpTo(store_.active().id() - 1);
      if (i % 100 == 0) store_.EvictClean(1000, 100);
      store_.FreeSome(2);
      if (i % 3 == 1) Install(key, "0123456789");
    }
    reader.join();
    EXPECT_EQ(rows, size_t{kKeys});
    EXPECT_EQ(bytes, size_t{kKeys} * 10);
    SealAndFlush();
    FreeAll();
    EXPECT_EQ(store_.retired_bytes(), 0u);
  }
}

}  // namespace
}  // namespace lsm
