#include "lsm/memory/hash_index.h"

#include <gtest/gtest.h>

#include <map>
#include <set>
#include <string>
#include <vector>

#include "base/random.h"
#include "lsm/memory/keys.h"

namespace lsm {
namespace {

// An index with its records, beside a map that must agree with it.
class Pair {
 public:
  using HashFunction = uint64_t (*)(std::string_view);

  explicit Pair(HashFunction hash) : hash_(hash) {}
  ~Pair() {
    for (const auto& [key, record] : model_) {
      index_.Erase(record);
      Record::Free(record);
    }
    EXPECT_EQ(index_.size(), 0u);
  }

  void Insert(const std::string& key) {
    Record* record = NewRecord(key);
    if (model_.contains(key)) {
      Record* old = model_[key];
      index_.Replace(old, record);
      Record::Free(old);
    } else {
      index_.Insert(record, hash_(key));
    }
    model_[key] = record;
  }
  void Evict(const std::string& key) {
    const auto found = model_.find(key);
    index_.Evict(found->second);
    Record::Free(found->second);
    model_.erase(found);
  }
  void Erase(const std::string& key) {
    const auto found = model_.find(key);
    if (found == model_.end()) return;
    index_.Erase(found->second);
    Record::Free(found->second);
    model_.erase(found);
  }
  void ExpectAgreement(const std::string& key) {
    const auto found = model_.find(key);
    EXPECT_EQ(index_.Find(key, hash_(key)),
              found == model_.end() ? nullptr : found->second);
  }
  void ExpectAgreement() {
    EXPECT_EQ(index_.size(), model_.size());
    for (const auto& [key, record] : model_) {
      ASSERT_EQ(index_.Find(key, hash_(key)), record);
    }
  }
  // All records, as one round of the sweep meets them.
  std::multiset<const Record*> SweepOnce() {
    std::multiset<const Record*> seen;
    HashIndex::Cursor cursor;
    do {
      const HashIndex::Batch batch = index_.Sweep(&cursor);
      seen.insert(batch.records.begin(), batch.records.begin() + batch.size);
    } while (cursor.placement != 0 || cursor.in_crowd);
    return seen;
  }
  std::multiset<const Record*> All() const {
    std::multiset<const Record*> all;
    for (const auto& [key, record] : model_) all.insert(record);
    return all;
  }
  HashIndex& index() { return index_; }
  std::map<std::string, Record*>& model() { return model_; }

 private:
  Record* NewRecord(const std::string& key) {
    return Record::New(key, hash_(key), {Pack(1, Kind::kValue), "v"});
  }

  const HashFunction hash_;
  HashIndex index_;
  std::map<std::string, Record*> model_;
};

std::string NumberKey(uint64_t n) { return "key:" + std::to_string(n); }

TEST(HashIndex, FindsWhatWasInsertedAndNothingElse) {
  Pair pair(HashKey);
  pair.ExpectAgreement("absent");
  pair.Insert("");
  pair.Insert("a");
  pair.ExpectAgreement("");
  pair.ExpectAgreement("a");
  pair.ExpectAgreement("b");
  pair.Erase("");
  pair.ExpectAgreement("");
  pair.ExpectAgreement("a");
}

TEST(HashIndex, GrowsAndShrinksWithItsRecords) {
  Pair pair(HashKey);
  for (uint64_t i = 0; i < 200000; ++i) pair.Insert(NumberKey(i));
  pair.ExpectAgreement();
  const size_t full = pair.index().memory_bytes();
  EXPECT_LT(full, 200000 * 24);
  for (uint64_t i = 0; i < 199000; ++i) pair.Erase(NumberKey(i));
  pair.ExpectAgreement();
  // What stays is one segment for each shard.
  EXPECT_LT(pair.index().memory_bytes(), full / 2);
  EXPECT_LT(pair.index().memory_bytes(), 128 * 8192 + 65536);
}

TEST(HashIndex, AgreesWithAMapUnderRandomChanges) {
  for (uint64_t seed = 1; seed <= 5; ++seed) {
    SCOPED_TRACE(seed);
    base::Random random(seed);
    Pair pair(HashKey);
    for (int step = 0; step < 20000; ++step) {
      const std::string key = HostileKey(random);
      if (random.OneIn(3)) {
        pair.Erase(key);
      } else {
        pair.Insert(key);
      }
      pair.ExpectAgreement(HostileKey(random));
    }
    pair.ExpectAgreement();
    EXPECT_EQ(pair.SweepOnce(), pair.All());
  }
}

TEST(HashIndex, KeepsGhostsWhileItGrows) {
  Pair pair(HashKey);
  constexpr uint64_t kGhosts = 1000;
  for (uint64_t i = 0; i < kGhosts; ++i) pair.Insert(NumberKey(i));
  for (uint64_t i = 0; i < kGhosts; ++i) pair.Evict(NumberKey(i));
  for (uint64_t i = kGhosts; i < 200000; ++i) pair.Insert(NumberKey(i));
  uint64_t taken = 0;
  uint64_t wrong = 0;
  for (uint64_t i = 0; i < kGhosts; ++i) {
    taken += pair.index().TakeGhost(HashKey(NumberKey(i))) ? 1 : 0;
    wrong += pair.index().TakeGhost(HashKey(NumberKey(i))) ? 1 : 0;
  }
  // But for the buckets without room for ghosts: 3 of 128.
  EXPECT_GT(taken, kGhosts * 95 / 100);
  EXPECT_LT(wrong, 10u);
}

uint64_t SameHash(std::string_view) { return 0x1234567890abcdef; }
// All in one segment however often it splits, in different buckets.
uint64_t SameDirectoryHash(std::string_view key) {
  return HashKey(key) & 0x0000007fffffffff;
}
// All in one bucket, however often its segment splits; tags differ.
uint64_t SameBucketHash(std::string_view key) {
  return HashKey(key) & 0xfe000000ffffffff;
}
// Few hashes, evenly spread.
uint64_t FewHashes(std::string_view key) {
  return (HashKey(key) & 0xff) * 0x0101010101010101;
}

TEST(HashIndex, StaysRightWhenHashesCollide) {
  for (const Pair::HashFunction hash :
       {SameHash, SameDirectoryHash, SameBucketHash, FewHashes}) {
    base::Random random(7);
    Pair pair(hash);
    const size_t empty = pair.index().memory_bytes();
    for (uint64_t i = 0; i < 5000; ++i) pair.Insert(NumberKey(i));
    pair.ExpectAgreement();
    pair.ExpectAgreement("absent");
    EXPECT_EQ(pair.SweepOnce(), pair.All());
    // No directory was blown up for them.
    EXPECT_LT(pair.index().memory_bytes() - empty, 5000 * 64 + 300 * 8192);

    for (int step = 0; step < 10000; ++step) {
      const std::string key = NumberKey(random.Below(6000));
      if (random.OneIn(2)) {
        pair.Erase(key);
      } else {
        pair.Insert(key);
      }
    }
    pair.ExpectAgreement();
    EXPECT_EQ(pair.SweepOnce(), pair.All());
  }
}

TEST(HashIndex, WorksNormallyAgainOnceACrowdHasGone) {
  Pair pair(SameDirectoryHash);
  for (uint64_t i = 0; i < 5000; ++i) pair.Insert(NumberKey(i));
  for (uint64_t i = 0; i < 5000; ++i) pair.Erase(NumberKey(i));
  for (uint64_t i = 0; i < 300; ++i) pair.Insert(NumberKey(i));
  pair.ExpectAgreement();
  EXPECT_EQ(pair.SweepOnce(), pair.All());
}

TEST(HashIndex, SweepGoesOnThroughSplitsAndJoins) {
  base::Random random(11);
  Pair pair(HashKey);
  for (uint64_t i = 0; i < 20000; ++i) pair.Insert(NumberKey(i));
  // Records that stay where they are for the whole round must mostly be seen,
  // whatever happens around them.
  std::set<const Record*> seen;
  HashIndex::Cursor cursor;
  uint64_t next = 20000;
  size_t batches = 0;
  do {
    const HashIndex::Batch batch = pair.index().Sweep(&cursor);
    seen.insert(batch.records.begin(), batch.records.begin() + batch.size);
    pair.Insert(NumberKey(next++));
    ASSERT_LT(++batches, 100000u);
  } while (cursor.placement != 0);
  size_t met = 0;
  for (uint64_t i = 0; i < 20000; ++i) {
    met += seen.contains(pair.model()[NumberKey(i)]);
  }
  EXPECT_GT(met, 19000u);
}

TEST(HashIndex, PrefetchesWithoutARecord) {
  Pair pair(HashKey);
  pair.index().Prefetch(HashKey("a"));
  pair.index().PrefetchRecord(HashKey("a"));
  pair.Insert("a");
  pair.index().Prefetch(HashKey("a"));
  pair.index().PrefetchRecord(HashKey("a"));
  pair.ExpectAgreement("a");
}

}  // namespace
}  // namespace lsm
