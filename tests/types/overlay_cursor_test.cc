#include "types/overlay_cursor.h"

#include <gtest/gtest.h>

#include <map>
#include <string>
#include <vector>

#include "types/store.h"

namespace types {
namespace {

TEST(OverlayCursor, SeeksInWhatTheTxnAndTheEngineHold) {
  Store store;
  const std::vector<std::string> keys = {"Ta", "Tb", "Tc", "Td"};
  ASSERT_TRUE(store.Begin().Put(HashedRowKey(keys[0]), "1").ok());
  ASSERT_TRUE(store.txn().Put(HashedRowKey(keys[2]), "1").ok());
  store.Commit();
  Txn& txn = store.Begin();
  ASSERT_TRUE(txn.Put(HashedRowKey(keys[1]), "2").ok());
  ASSERT_TRUE(txn.Delete(HashedRowKey(keys[2])).ok());
  ASSERT_TRUE(txn.Put(HashedRowKey(keys[3]), "2").ok());
  const auto cursor = txn.Range("T", "U");
  for (const auto& [target, found] : std::map<std::string, std::string>{
           {"T",   "Ta"},
           {"Tb",  "Tb"},
           {"Tba", "Td"},
           {"Tc",  "Td"}
  }) {
    cursor->Seek(target);
    ASSERT_TRUE(cursor->Valid());
    EXPECT_EQ(cursor->key(), found) << target;
  }
  cursor->Seek("Te");
  EXPECT_FALSE(cursor->Valid());
  EXPECT_TRUE(cursor->status().ok());
}

TEST(OverlayCursor, StaysAsItWasMade) {
  Store store;
  const std::string early = "Ta";
  const std::string late = "Tb";
  Txn& txn = store.Begin();
  ASSERT_TRUE(txn.Put(HashedRowKey(early), "1").ok());
  const auto cursor = txn.Range("T", "U");
  ASSERT_TRUE(txn.Put(HashedRowKey(late), "2").ok());
  ASSERT_TRUE(cursor->Valid());
  EXPECT_EQ(cursor->key(), early);
  EXPECT_EQ(cursor->value(), "1");
  EXPECT_EQ(cursor->sequence(), 0u);
  cursor->Next();
  EXPECT_FALSE(cursor->Valid());
}

TEST(OverlayCursor, SaysThatItMissed) {
  Store store;
  const RowOverlay none;
  const auto cursor = NewOverlayCursor(store.engine().NewRange("T", "U"), none,
                                       "T", "U", /*missed=*/true);
  EXPECT_FALSE(cursor->Valid());
  EXPECT_TRUE(cursor->status().IsMiss());
}

}  // namespace
}  // namespace types
