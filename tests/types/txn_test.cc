#include "types/txn.h"

#include <gtest/gtest.h>

#include <map>
#include <string>
#include <vector>

#include "base/random.h"
#include "base/strings.h"
#include "types/store.h"

namespace types {
namespace {

using Model = std::map<std::string, std::string>;

Model RowsOf(Txn& txn, const std::string& begin, const std::string& end) {
  Model rows;
  std::string last;
  for (const auto cursor = txn.Range(begin, end); cursor->Valid();
       cursor->Next()) {
    EXPECT_LT(last, cursor->key());
    last = cursor->key();
    rows[last] = cursor->value();
  }
  return rows;
}

std::optional<std::string> Read(Txn& txn, const std::string& key) {
  const auto row = txn.Get(HashedRowKey(key));
  EXPECT_TRUE(row.ok());
  if (!row.value()) return std::nullopt;
  return std::string(row.value()->value);
}

TEST(Txn, AgreesWithAMapInReadsRangesAndRollBacks) {
  const uint64_t seed = 31337;
  SCOPED_TRACE(seed);
  base::Random random(seed);
  Store store;
  Model committed;
  std::vector<std::string> keys;
  for (int i = 0; i < 40; ++i) keys.push_back(base::StrCat("Tkey", i));

  for (int round = 0; round < 100; ++round) {
    Txn& txn = store.Begin();
    Model model = committed;
    std::vector<std::pair<Txn::Mark, Model>> marks;
    for (int step = 0; step < 40; ++step) {
      const std::string& key = keys[random.Below(keys.size())];
      const uint64_t dice = random.Below(20);
      if (dice == 0) {
        marks.push_back({txn.mark(), model});
      } else if (dice == 1 && !marks.empty()) {
        txn.RollBack(marks.back().first);
        model = marks.back().second;
        marks.pop_back();
      } else if (dice < 8) {
        ASSERT_TRUE(txn.Delete(HashedRowKey(key)).ok());
        model.erase(key);
      } else {
        const std::string value = base::StrCat(round, ".", step);
        ASSERT_TRUE(
            txn.Put(HashedRowKey(key), value.substr(0, 1), value.substr(1))
                .ok());
        model[key] = value;
      }
      const std::string& other = keys[random.Below(keys.size())];
      const auto expected = model.find(other);
      ASSERT_EQ(Read(txn, other), expected == model.end()
                                      ? std::nullopt
                                      : std::optional(expected->second));
    }
    ASSERT_EQ(RowsOf(txn, "T", "U"), model);
    const std::string& middle = keys[random.Below(keys.size())];
    ASSERT_EQ(RowsOf(txn, middle, "U"),
              Model(model.lower_bound(middle), model.end()));
    if (random.OneIn(3)) {
      txn.Restart();
      ASSERT_EQ(RowsOf(txn, "T", "U"), committed);
    } else {
      store.Commit();
      committed = model;
      store.Begin();
      ASSERT_EQ(RowsOf(store.txn(), "T", "U"), committed);
    }
    store.engine().Tick();
  }
}

TEST(Txn, WritesOneOperationPerRowAndNothingForNothing) {
  Store store;
  const std::string key = "Tk";
  Txn& txn = store.Begin();
  const Sequence before = store.engine().applied();
  ASSERT_TRUE(txn.Put(HashedRowKey(key), "1").ok());
  ASSERT_TRUE(txn.Delete(HashedRowKey(key)).ok());
  // The row was never there: there is nothing to delete.
  store.Commit();
  EXPECT_EQ(store.engine().applied(), before);

  store.Begin();
  for (int i = 0; i < 5; ++i) {
    ASSERT_TRUE(txn.Put(HashedRowKey(key), base::StrCat(i)).ok());
    txn.AddCount(1000, 1);
  }
  store.Commit();
  EXPECT_EQ(txn.batch().size(), 2u);
  EXPECT_EQ(txn.gate(), store.engine().applied());
  EXPECT_EQ(store.engine().counter(1000), 5);
}

TEST(Txn, DoesItsAfterListOnceAndNotForRunsThatMissed) {
  Store store;
  int done = 0;
  Txn& txn = store.Begin();
  txn.After([&] { done += 1; });
  txn.Restart();
  txn.After([&] { done += 10; });
  const Txn::Mark mark = txn.mark();
  txn.After([&] { done += 100; });
  txn.RollBack(mark);
  store.Commit();
  EXPECT_EQ(done, 10);
}

TEST(Txn, KeepsClockAndRandomNumbersForEachRun) {
  Store store;
  Txn& txn = store.Begin();
  const int64_t now_ms = txn.now_ms();
  const uint64_t number = txn.random().Next();
  store.clock().Advance(5'000'000);
  txn.Restart();
  EXPECT_EQ(txn.now_ms(), now_ms);
  EXPECT_EQ(txn.random().Next(), number);
}

TEST(Txn, NotesWhatAnInjectedMissWants) {
  Store store;
  const std::string key = "Tk";
  Txn& txn = store.Begin();
  int misses = 0;
  for (uint64_t seed = 1; seed < 20; ++seed) {
    store.Begin();
    txn.InjectMisses(seed);
    const auto first = txn.Get(HashedRowKey(key));
    if (!first.ok()) {
      ++misses;
      EXPECT_TRUE(first.status().IsMiss());
      EXPECT_EQ(txn.TakeWants(), std::vector<std::string>{key});
      txn.Restart();
      // Each row misses at most once.
      EXPECT_TRUE(txn.Get(HashedRowKey(key)).ok());
    }
  }
  EXPECT_GT(misses, 3);
  EXPECT_LT(misses, 17);
}

TEST(Txn, SeesItsOwnDatabasesBeforeTheyAreInstalled) {
  Store store;
  Txn& txn = store.Begin();
  const PhysicalId old = txn.Physical(0);
  txn.SwapDatabases(0, 1);
  EXPECT_EQ(txn.Physical(1), old);
  const Txn::Mark mark = txn.mark();
  txn.RenewDatabase(1);
  EXPECT_NE(txn.Physical(1), old);
  EXPECT_EQ(store.data().databases().physical(0), old);
  txn.RollBack(mark);
  EXPECT_EQ(txn.Physical(1), old);
  store.Commit();
  EXPECT_EQ(store.data().databases().physical(1), old);
  EXPECT_EQ(store.data().databases().last_change(1), txn.gate());
}

TEST(Txn, RefusesWhatTheFormatsCannotHold) {
  Store store;
  Txn& txn = store.Begin();
  const std::string_view huge("", lsm::kValueBytesMax);
  // Refused by its size, before anybody looks at the bytes.
  EXPECT_EQ(txn.Put(HashedRowKey("Tk"), "0123", huge).code(),
            base::Code::kInvalid);
}

}  // namespace
}  // namespace types
