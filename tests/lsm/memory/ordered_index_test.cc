#include "lsm/memory/ordered_index.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <string>
#include <vector>

#include "base/coding.h"
#include "base/random.h"
#include "lsm/memory/keys.h"

namespace lsm {
namespace {

// A tree with its records, beside a map that must agree with it.
class Pair {
 public:
  ~Pair() {
    for (const auto& [key, record] : model_) Record::Free(record);
  }

  // Inserts, or replaces the record of the key by another.
  void Put(const std::string& key) {
    Record* record = Record::New(key, 0, {Pack(1, Kind::kValue), "v"});
    Record*& place = model_[key];
    if (place == nullptr) {
      index_.Insert(record);
    } else {
      index_.Replace(record);
      Record::Free(place);
    }
    place = record;
  }

  void ExpectAgreement() {
    index_.Settle();
    ASSERT_EQ(index_.size(), model_.size());
    OrderedIndex::Iterator it(&index_);
    it.SeekToFirst();
    for (const auto& [key, record] : model_) {
      ASSERT_TRUE(it.Valid());
      ASSERT_EQ(it.record(), record);
      it.Next();
    }
    EXPECT_FALSE(it.Valid());
    it.SeekToLast();
    for (auto m = model_.rbegin(); m != model_.rend(); ++m) {
      ASSERT_TRUE(it.Valid());
      ASSERT_EQ(it.record(), m->second);
      it.Prev();
    }
    EXPECT_FALSE(it.Valid());
  }

  void ExpectAgreement(const std::string& key) {
    index_.Settle();
    const auto found = model_.find(key);
    ASSERT_EQ(index_.Find(key),
              found == model_.end() ? nullptr : found->second);
    OrderedIndex::Iterator it(&index_);
    it.Seek(key);
    auto next = model_.lower_bound(key);
    ASSERT_EQ(it.Valid(), next != model_.end());
    if (it.Valid()) {
      ASSERT_EQ(it.record(), next->second);
    }
    it.SeekBefore(key);
    ASSERT_EQ(it.Valid(), next != model_.begin());
    if (it.Valid()) {
      ASSERT_EQ(it.record(), (--next)->second);
    }
  }

  OrderedIndex& index() { return index_; }

 private:
  OrderedIndex index_;
  // std::string compares as memcmp does.
  std::map<std::string, Record*> model_;
};

std::string RowKey(uint32_t database, std::string_view rest) {
  std::string key(1, '\x01');
  base::PutBig(&key, database);
  key.append(rest);
  return key;
}

std::string Decimal(uint64_t n) {
  std::string digits = std::to_string(n);
  return std::string(12 - digits.size(), '0') + digits;
}

TEST(OrderedIndex, IsEmptyAtFirst) {
  Pair pair;
  pair.ExpectAgreement();
  pair.ExpectAgreement("a");
  EXPECT_EQ(pair.index().memory_bytes(), 0u);
  EXPECT_TRUE(pair.index().FreeSome(1));
}

TEST(OrderedIndex, AgreesWithAMapForHostileKeys) {
  for (uint64_t seed = 1; seed <= 10; ++seed) {
    SCOPED_TRACE(seed);
    base::Random random(seed);
    Pair pair;
    for (int step = 0; step < 4000; ++step) {
      pair.Put(HostileKey(random));
      pair.ExpectAgreement(HostileKey(random));
      if (HasFatalFailure()) return;
    }
    pair.ExpectAgreement();
  }
}

TEST(OrderedIndex, AgreesWithAMapForRandomRowKeys) {
  base::Random random(5);
  Pair pair;
  for (int step = 0; step < 60000; ++step) {
    const uint32_t database = static_cast<uint32_t>(random.Below(3));
    pair.Put(RowKey(database, "user:" + Decimal(random.Below(50000))));
  }
  pair.ExpectAgreement();
  for (int step = 0; step < 5000; ++step) {
    pair.ExpectAgreement(RowKey(static_cast<uint32_t>(random.Below(4)),
                                "user:" + Decimal(random.Below(60000))));
    if (HasFatalFailure()) return;
  }
  pair.ExpectAgreement("");
  pair.ExpectAgreement("\xff");
  pair.ExpectAgreement(RowKey(1, ""));
}

TEST(OrderedIndex, PacksKeysThatComeInOrder) {
  Pair rising;
  for (uint64_t i = 0; i < 30000; ++i) rising.Put(RowKey(1, Decimal(i)));
  rising.ExpectAgreement();
  EXPECT_LT(rising.index().memory_bytes(), 30000 * 20);

  Pair falling;
  for (uint64_t i = 30000; i > 0; --i) falling.Put(RowKey(1, Decimal(i)));
  falling.ExpectAgreement();
}

TEST(OrderedIndex, SurvivesAPrefixThatShrinksStepByStep) {
  // Each group of keys shares one byte less with all before it, on either
  // side of them in turn.
  base::Random random(3);
  Pair pair;
  std::string prefix(40, 'm');
  while (!prefix.empty()) {
    for (int i = 0; i < 200; ++i) {
      pair.Put(prefix + Decimal(random.Below(100000)));
    }
    pair.ExpectAgreement(prefix);
    prefix.pop_back();
    pair.Put(prefix + (prefix.size() % 2 == 0 ? "a" : "z"));
    pair.ExpectAgreement(prefix);
    if (HasFatalFailure()) return;
  }
  pair.Put("");
  pair.ExpectAgreement();
}

TEST(OrderedIndex, KeepsSeparatorsAliveWhenTheirRecordsAreReplaced) {
  Pair pair;
  for (uint64_t i = 0; i < 3000; ++i) pair.Put(RowKey(1, Decimal(i * 7)));
  // Every old record is freed: a stale pointer shows under a sanitizer.
  for (uint64_t i = 0; i < 3000; ++i) pair.Put(RowKey(1, Decimal(i * 7)));
  for (uint64_t i = 0; i < 21000; ++i) pair.Put(RowKey(1, Decimal(i)));
  pair.ExpectAgreement();
}

TEST(OrderedIndex, HandlesKeysLongerThanAnyPrefixItKeeps) {
  Pair pair;
  const std::string long_prefix(5000, 'x');
  for (uint64_t i = 0; i < 500; ++i) {
    pair.Put(long_prefix + Decimal(i * 7919 % 500));
  }
  pair.Put(long_prefix);
  pair.Put(long_prefix.substr(1));
  pair.Put(long_prefix.substr(300) + "y");
  pair.ExpectAgreement();
  pair.ExpectAgreement(long_prefix + "z");
}

TEST(OrderedIndex, IsFreedSlabBySlab) {
  Pair pair;
  for (uint64_t i = 0; i < 20000; ++i) {
    pair.Put(RowKey(1, Decimal(i * 7919 % 20011)));
  }
  size_t slices = 0;
  size_t before = pair.index().memory_bytes();
  while (!pair.index().FreeSome(1)) {
    ++slices;
    EXPECT_LT(pair.index().memory_bytes(), before);
    EXPECT_LE(before - pair.index().memory_bytes(), 65536u);
    before = pair.index().memory_bytes();
  }
  EXPECT_GT(slices, 5u);
  EXPECT_EQ(pair.index().memory_bytes(), 0u);
}

}  // namespace
}  // namespace lsm
