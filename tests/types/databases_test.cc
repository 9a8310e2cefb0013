#include "types/databases.h"

#include <gtest/gtest.h>

#include <string>

namespace types {
namespace {

TEST(Databases, BeginAsTheirOwnNumbers) {
  Databases databases(16);
  for (int db = 0; db < 16; ++db) {
    EXPECT_EQ(databases.physical(db), static_cast<PhysicalId>(db));
    EXPECT_EQ(databases.Logical(db), db);
  }
  EXPECT_EQ(databases.Logical(16), -1);
}

TEST(Databases, ReadBackWhatTheyWrote) {
  Databases before(16);
  DatabaseMap map = before.map();
  std::swap(map.ids[3], map.ids[5]);
  map.ids[7] = map.next_id++;
  before.Install(map, 99);
  EXPECT_EQ(before.last_change(3), 99u);
  EXPECT_EQ(before.last_change(5), 99u);
  EXPECT_EQ(before.last_change(7), 99u);
  EXPECT_EQ(before.last_change(4), 0u);

  Databases after(16);
  ASSERT_TRUE(after.Load(before.map().Encode(), 99).ok());
  EXPECT_EQ(after.map().ids, before.map().ids);
  EXPECT_EQ(after.Logical(3), 5);
  EXPECT_EQ(after.Logical(7), -1);
}

TEST(Databases, NeverGiveAnIdTwiceThoughTheLastOnesWereLost) {
  Databases before(16);
  DatabaseMap map = before.map();
  map.ids[0] = map.next_id++;
  const std::string stored = map.Encode();
  const PhysicalId lost = map.next_id++;

  Databases after(16);
  ASSERT_TRUE(after.Load(stored, 1).ok());
  EXPECT_GT(after.map().next_id, lost);
}

TEST(Databases, KeepTheOnesBeyondTheirCount) {
  Databases large(32);
  DatabaseMap map = large.map();
  map.ids[20] = map.next_id++;
  const PhysicalId id = map.ids[20];

  Databases small(16);
  ASSERT_TRUE(small.Load(map.Encode(), 1).ok());
  EXPECT_EQ(small.count(), 16);
  Databases again(32);
  ASSERT_TRUE(again.Load(small.map().Encode(), 2).ok());
  EXPECT_EQ(again.physical(20), id);
}

TEST(Databases, RefuseADamagedRow) {
  DatabaseMap map = Databases(16).map();
  map.ids[0] = map.next_id++;
  const std::string good = map.Encode();
  for (size_t size = 1; size < good.size(); ++size) {
    EXPECT_EQ(Databases(16).Load(good.substr(0, size), 1).code(),
              base::Code::kCorruption);
  }
  std::string bad = good;
  bad[0] = 9;
  EXPECT_FALSE(Databases(16).Load(bad, 1).ok());
  bad = good;
  bad.back() = '\x7f';  // An id that was never given.
  EXPECT_FALSE(Databases(16).Load(bad, 1).ok());
}

}  // namespace
}  // namespace types
