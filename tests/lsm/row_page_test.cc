#include "lsm/row_page.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace lsm {
namespace {

TEST(RowPage, KeepsRowsOfAnyBytes) {
  RowPage page;
  page.Add("", Pack(1, Kind::kValue), "");
  page.Add(std::string("\0k", 2), Pack(2, Kind::kTombstone), "");
  page.Add("l", Pack(3, Kind::kValue), std::string("\xff\0", 2));
  ASSERT_EQ(page.size(), 3u);
  EXPECT_EQ(page.key(0), "");
  EXPECT_EQ(page.value(0), "");
  EXPECT_EQ(page.key(1), std::string_view("\0k", 2));
  EXPECT_EQ(page.packed(1), Pack(2, Kind::kTombstone));
  EXPECT_EQ(page.value(2), std::string_view("\xff\0", 2));
  EXPECT_EQ(page.bytes(), 5u);
  page.Clear();
  EXPECT_EQ(page.size(), 0u);
  EXPECT_EQ(page.bytes(), 0u);
}

TEST(RowPage, IsWalkedBothWays) {
  RowPage page;
  const auto empty = page.NewIterator();
  empty->SeekToFirst();
  EXPECT_FALSE(empty->Valid());
  empty->SeekToLast();
  EXPECT_FALSE(empty->Valid());

  for (const char* key : {"b", "d", "f"}) {
    page.Add(key, Pack(1, Kind::kValue), key);
  }
  const auto it = page.NewIterator();
  EXPECT_FALSE(it->Valid());
  std::string seen;
  for (it->SeekToFirst(); it->Valid(); it->Next()) seen += it->key();
  for (it->SeekToLast(); it->Valid(); it->Prev()) seen += it->key();
  EXPECT_EQ(seen, "bdffdb");
  it->Seek("c");
  EXPECT_EQ(it->value(), "d");
  it->Seek("g");
  EXPECT_FALSE(it->Valid());
  it->SeekBefore("d");
  EXPECT_EQ(it->key(), "b");
  it->SeekBefore("z");
  EXPECT_EQ(it->key(), "f");
  it->SeekBefore("b");
  EXPECT_FALSE(it->Valid());
}

}  // namespace
}  // namespace lsm
