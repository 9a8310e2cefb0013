#include "types/row_key.h"

#include <gtest/gtest.h>

namespace types {
namespace {

TEST(RowKey, OrdersByDatabaseThenKey) {
  EXPECT_LT(HeadKey(1, "z"), HeadKey(2, "a"));
  EXPECT_LT(HeadKey(255, "z"), HeadKey(256, ""));
  EXPECT_LT(HeadKey(1, "a"), HeadKey(1, std::string("a\0", 2)));
  EXPECT_LT(HeadKey(1, "\x7f"), HeadKey(1, "\x80"));
}

TEST(RowKey, TakesItselfApart) {
  const std::string row = HeadKey(77, std::string("k\0\xff", 3));
  EXPECT_EQ(row.size(), kPrefixBytes + 3);
  EXPECT_EQ(PhysicalIdOf(row), 77u);
  EXPECT_EQ(UserKey(row), std::string_view("k\0\xff", 3));
}

TEST(RowKey, IsHashedAsTheEngineDoes) {
  char bytes[64];
  const RowKey row = StoreHeadKey(bytes, 3, "key");
  EXPECT_EQ(row.bytes, HeadKey(3, "key"));
  EXPECT_EQ(row.hash, lsm::HashKey(row.bytes));
}

TEST(RowKey, KnowsWhereAPrefixEnds) {
  EXPECT_EQ(AfterPrefix("ab"), "ac");
  EXPECT_EQ(AfterPrefix("a\xff"), "b");
  EXPECT_EQ(AfterPrefix("\xff\xff"), "");
  EXPECT_EQ(AfterPrefix(""), "");
}

}  // namespace
}  // namespace types
