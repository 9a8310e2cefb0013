// MemoryStore against maps: whatever happens in whatever order, dirty rows are
// there and right, pinned generations stay as they were, and the accounts
// match the records.

#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "base/random.h"
#include "lsm/memory/keys.h"
#include "lsm/memory/memory_store.h"

namespace lsm {
namespace {

struct Row {
  uint64_t packed = 0;
  std::string value;
  bool operator==(const Row&) const = default;
};
using Rows = std::map<std::string, Row>;

class Model {
 public:
  explicit Model(uint64_t seed) : random_(seed) {}

  void Step() {
    const uint64_t choice = random_.Below(100);
    if (choice < 45) {
      Write();
    } else if (choice < 65) {
      Read(HostileKey(random_));
    } else if (choice < 80) {
      Install();
    } else if (choice < 84) {
      Seal();
    } else if (choice < 87) {
      Flush();
    } else if (choice < 90) {
      Unpin();
    } else if (choice < 95) {
      store_.EvictClean(random_.Below(2000), random_.Below(200));
    } else if (choice < 97) {
      store_.MoveSparse(random_.Below(200));
    } else {
      store_.FreeSome(random_.Below(20));
    }
  }

  void ExpectAccountsToMatch() {
    size_t clean = 0;
    size_t records = 0;
    for (const std::string& key : keys_) {
      const Record* record = store_.Find(key, HashKey(key));
      if (record == nullptr) continue;
      ++records;
      if (!store_.IsDirty(*record)) clean += record->bytes();
    }
    EXPECT_EQ(records, store_.records());
    EXPECT_EQ(clean, store_.clean_bytes());
    size_t sealed = 0;
    for (const auto& generation : store_.sealed()) {
      sealed += generation->bytes();
    }
    EXPECT_EQ(sealed, store_.sealed_bytes());
  }

  void ExpectPinsUnchanged() {
    for (const Pin& pin : pins_) {
      Rows rows;
      const auto it = pin.generation->NewIterator();
      for (it->SeekToFirst(); it->Valid(); it->Next()) {
        rows[std::string(it->key())] = {it->packed(), std::string(it->value())};
      }
      EXPECT_EQ(rows, pin.rows);
    }
  }

  void ExpectNothingLeftInTheEnd() {
    Seal();
    pins_.clear();
    store_.FlushedUpTo(store_.active().id() - 1);
    while (store_.FreeSome(50)) {
    }
    store_.EvictClean(SIZE_MAX, 1000000);
    EXPECT_EQ(store_.records(), 0u);
    EXPECT_EQ(store_.total_bytes(), store_.index_bytes());
  }

 private:
  struct Pin {
    std::shared_ptr<const Generation> generation;
    Rows rows;
  };

  std::string Key() {
    std::string key = HostileKey(random_);
    keys_.insert(key);
    return key;
  }
  std::string Value() {
    const uint64_t size = random_.Below(random_.OneIn(10) ? 3000 : 60);
    return std::string(size, static_cast<char>(random_.Next()));
  }

  void Write() {
    const std::string key = Key();
    Row row;
    row.packed = Pack(++sequence_, Kind::kTombstone);
    if (random_.OneIn(4)) {
      store_.Delete(key, HashKey(key), sequence_, random_.OneIn(2));
    } else {
      row = {Pack(sequence_, Kind::kValue), Value()};
      store_.Put(key, HashKey(key), sequence_, row.value, random_.OneIn(2));
    }
    newest_[key] = row;
    active_[key] = row;
    Read(key);
  }

  void Read(const std::string& key) {
    const Record* record = store_.Find(key, HashKey(key));
    const auto newest = newest_.find(key);
    if (record == nullptr) {
      EXPECT_FALSE(active_.contains(key));
      for (const Rows& rows : sealed_) EXPECT_FALSE(rows.contains(key));
      return;
    }
    ASSERT_NE(newest, newest_.end());
    EXPECT_EQ(record->key(), key);
    EXPECT_EQ(record->packed(), newest->second.packed);
    EXPECT_EQ(record->value(), newest->second.value);
  }

  // What the tables hold is what was written last, as the caller of
  // InstallClean must see to it.
  void Install() {
    const std::string key = Key();
    const Row& row = newest_[key];
    store_.InstallClean(key, HashKey(key), row.packed, row.value);
    Read(key);
  }

  void Seal() {
    const auto generation = store_.Seal();
    EXPECT_EQ(generation == nullptr, active_.empty());
    if (generation == nullptr) return;
    EXPECT_EQ(generation->count(), active_.size());
    size_t tombstones = 0;
    for (const auto& [key, row] : active_) {
      tombstones += KindOf(row.packed) == Kind::kTombstone;
    }
    EXPECT_EQ(generation->tombstones(), tombstones);
    if (random_.OneIn(2)) pins_.push_back({generation, active_});
    sealed_.push_back(std::move(active_));
    active_.clear();
  }

  void Flush() {
    if (sealed_.empty()) return;
    const size_t count = 1 + random_.Below(sealed_.size());
    store_.FlushedUpTo(store_.sealed()[count - 1]->id());
    sealed_.erase(sealed_.begin(), sealed_.begin() + count);
  }

  void Unpin() {
    if (pins_.empty()) return;
    pins_.erase(pins_.begin() + random_.Below(pins_.size()));
  }

  base::Random random_;
  Sequence sequence_ = 0;
  MemoryStore store_{
      MemoryOptions{.first_generation = 77,
                    .lies_sparse = [](const void*) { return true; }}
  };
  std::set<std::string> keys_;
  Rows newest_;
  Rows active_;
  std::vector<Rows> sealed_;
  std::vector<Pin> pins_;
};

TEST(MemoryModel, HoldsForRandomHistories) {
  for (uint64_t seed = 1; seed <= 10; ++seed) {
    SCOPED_TRACE(seed);
    Model model(seed);
    for (int step = 0; step < 6000; ++step) {
      model.Step();
      if (step % 500 == 0) {
        model.ExpectAccountsToMatch();
        model.ExpectPinsUnchanged();
      }
      if (testing::Test::HasFailure()) return;
    }
    model.ExpectNothingLeftInTheEnd();
  }
}

}  // namespace
}  // namespace lsm
