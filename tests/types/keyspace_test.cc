#include "types/keyspace.h"

#include <gtest/gtest.h>

#include <set>
#include <string>

#include "base/random.h"
#include "base/strings.h"
#include "types/store.h"
#include "types/string.h"

namespace types {
namespace {

void SetKey(Store& store, const std::string& key, int64_t expires_ms = 0,
            int db = 0) {
  SetOptions options;
  options.expires_ms = expires_ms;
  ASSERT_TRUE(Set(store.Begin(db), key, "v", options).ok());
  store.Commit();
}

int64_t Size(Store& store, int db = 0) {
  return Keyspace(store.BeginToRead(db)).Size();
}

TEST(Keyspace, CountsKeysAndTheirTimesExactly) {
  const uint64_t seed = 5;
  SCOPED_TRACE(seed);
  base::Random random(seed);
  Store store;
  std::map<std::string, bool> model;  // -> has a time of death
  for (int step = 0; step < 2000; ++step) {
    const std::string key = base::StrCat("k", random.Below(30));
    const std::string to = base::StrCat("k", random.Below(30));
    Keyspace keys(store.Begin());
    switch (random.Below(6)) {
      case 0:
        ASSERT_TRUE(keys.Delete(key).ok());
        model.erase(key);
        break;
      case 1:
        if (key != to && model.contains(key)) {
          ASSERT_TRUE(keys.Rename(key, to, /*replace=*/true).ok());
          model[to] = model[key];
          model.erase(key);
        }
        break;
      case 2:
        if (model.contains(key)) {
          ASSERT_TRUE(keys.Copy(key, 0, to, /*replace=*/true).ok());
          model[to] = model[key];
        }
        break;
      case 3:
        if (random.OneIn(20)) {
          keys.Flush();
          model.clear();
        }
        break;
      default: {
        SetOptions options;
        const bool expires = random.OneIn(2);
        if (expires) options.expires_ms = store.txn().now_ms() + 100'000;
        ASSERT_TRUE(Set(store.txn(), key, "v", options).ok());
        model[key] = expires;
      }
    }
    int64_t expiring = 0;
    for (const auto& [name, expires] : model) expiring += expires;
    ASSERT_EQ(keys.Size(), static_cast<int64_t>(model.size()));
    ASSERT_EQ(keys.Expires(), expiring);
    store.Commit();
    ASSERT_EQ(store.data().Keys(0), static_cast<int64_t>(model.size()));
    ASSERT_EQ(store.data().Expires(0), expiring);
  }
}

TEST(Keyspace, HidesTheDeadAndCountsThemUntilTheyAreDeleted) {
  Store store;
  SetKey(store, "k", store.clock().WallMillis() + 10);
  store.clock().Advance(20'000);
  Keyspace keys(store.BeginToRead());
  EXPECT_FALSE(keys.Exists("k").value());
  EXPECT_EQ(keys.Size(), 1);
  store.Commit();
  // The reader has told the wheel; a writer deletes on the spot.
  EXPECT_TRUE(store.data().expiry().has_found());
  Keyspace writer(store.Begin());
  EXPECT_FALSE(writer.Exists("k").value());
  EXPECT_EQ(writer.Size(), 0);
  store.Commit();
  EXPECT_EQ(store.data().expiry().expired_keys(), 1u);
  EXPECT_EQ(Size(store), 0);
}

TEST(Keyspace, DeletesForGoodOnlyWhatIsDeadNow) {
  Store store;
  const int64_t now_ms = store.clock().WallMillis();
  SetKey(store, "dead", now_ms + 10);
  SetKey(store, "prolonged", now_ms + 10);
  SetKey(store, "immortal", now_ms + 10);
  SetKey(store, "prolonged", now_ms + 100'000);
  SetKey(store, "immortal");
  store.clock().Advance(1'000'000);
  auto due = store.data().expiry().TakeDue(store.clock().WallMillis(), 10);
  ASSERT_EQ(due.size(), 3u);
  due.push_back(HeadKey(999, "of a database that is gone"));
  Txn& txn = store.Begin();
  for (const std::string& row : due) {
    ASSERT_TRUE(DeleteIfExpired(txn, HashedRowKey(row)).ok());
  }
  ASSERT_EQ(txn.written().size(), 1u);
  EXPECT_EQ(txn.written()[0].key, "dead");
  EXPECT_TRUE(txn.written()[0].deleted);
  store.Commit();
  EXPECT_EQ(store.data().expiry().size(), 1u);  // prolonged
  EXPECT_EQ(Size(store), 2);
  EXPECT_EQ(store.data().Expires(0), 1);
}

TEST(Keyspace, FlushesOneDatabaseAndLeavesItsIdBehind) {
  Store store;
  SetKey(store, "a");
  SetKey(store, "b", 0, /*db=*/1);
  const PhysicalId old = store.data().databases().physical(0);
  Txn& txn = store.Begin();
  ASSERT_TRUE(Set(txn, "early", "v", {}).ok());
  Keyspace(txn).Flush();
  EXPECT_EQ(Keyspace(txn).Size(), 0);
  EXPECT_FALSE(Keyspace(txn).Exists("a").value());
  EXPECT_FALSE(Keyspace(txn).Exists("early").value());
  ASSERT_TRUE(Set(txn, "late", "v", {}).ok());
  EXPECT_EQ(Keyspace(txn).Size(), 1);
  store.Commit();
  EXPECT_NE(store.data().databases().physical(0), old);
  EXPECT_EQ(store.engine().counter(KeysCounter(old)), 0);
  Keyspace keys(store.BeginToRead());
  EXPECT_TRUE(keys.Exists("late").value());
  EXPECT_FALSE(keys.Exists("early").value());
  EXPECT_EQ(Size(store, 1), 1);
}

TEST(Keyspace, TakesBackAFlush) {
  Store store;
  SetKey(store, "a");
  Txn& txn = store.Begin();
  ASSERT_TRUE(Set(txn, "b", "v", {}).ok());
  const Txn::Mark mark = txn.mark();
  Keyspace(txn).Flush();
  ASSERT_TRUE(Set(txn, "c", "v", {}).ok());
  txn.RollBack(mark);
  Keyspace keys(txn);
  EXPECT_EQ(keys.Size(), 2);
  EXPECT_TRUE(keys.Exists("a").value());
  EXPECT_TRUE(keys.Exists("b").value());
  EXPECT_FALSE(keys.Exists("c").value());
  store.Commit();
  EXPECT_EQ(Size(store), 2);
}

TEST(Keyspace, FindsEveryKeyAtRandomAlsoItsOwn) {
  Store store;
  std::set<std::string> all;
  for (int i = 0; i < 5; ++i) {
    SetKey(store, base::StrCat("k", i));
    all.insert(base::StrCat("k", i));
  }
  SetKey(store, "other", 0, /*db=*/1);
  std::set<std::string> seen;
  for (int i = 0; i < 300; ++i) {
    const auto key = Keyspace(store.BeginToRead()).RandomKey();
    ASSERT_TRUE(key.ok() && key.value().has_value());
    seen.insert(*key.value());
  }
  EXPECT_EQ(seen, all);

  Txn& txn = store.Begin();
  for (const std::string& key : all) {
    ASSERT_TRUE(Keyspace(txn).Delete(key).ok());
  }
  EXPECT_FALSE(Keyspace(txn).RandomKey().value().has_value());
  ASSERT_TRUE(Set(txn, "mine", "v", {}).ok());
  EXPECT_EQ(Keyspace(txn).RandomKey().value(), "mine");
}

TEST(Keyspace, FindsTheOneLivingKeyAmongTheDead) {
  Store store;
  for (int i = 0; i < 300; ++i) {
    SetKey(store, base::StrCat("dead", i), store.clock().WallMillis() + 10);
  }
  SetKey(store, "alive");
  store.clock().Advance(1'000'000);
  EXPECT_EQ(Keyspace(store.BeginToRead()).RandomKey().value(), "alive");
}

TEST(Keyspace, SurvivesARestart) {
  Store store;
  SetKey(store, "a", store.clock().WallMillis() + 100'000);
  SetKey(store, "b", 0, /*db=*/3);
  Keyspace(store.Begin(3)).Flush();
  store.Commit();
  SetKey(store, "c", 0, /*db=*/3);
  store.Begin().SwapDatabases(0, 3);
  store.Commit();
  store.Reopen();
  EXPECT_EQ(Size(store, 0), 1);
  EXPECT_EQ(Size(store, 3), 1);
  EXPECT_EQ(store.data().Expires(3), 1);
  EXPECT_TRUE(Keyspace(store.BeginToRead(0)).Exists("c").value());
  EXPECT_TRUE(Keyspace(store.BeginToRead(3)).Exists("a").value());
}

}  // namespace
}  // namespace types
