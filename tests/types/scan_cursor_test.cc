#include "types/scan_cursor.h"

#include <gtest/gtest.h>

#include <string>

#include "base/strings.h"

namespace types {
namespace {

TEST(ScanCursors, GoOnWhereTheyWereMade) {
  base::Random random(1);
  ScanCursors cursors(8);
  const uint64_t cursor = cursors.Draw(random);
  EXPECT_GE(cursor, 1u);
  EXPECT_LT(cursor, uint64_t{1} << 53);
  EXPECT_FALSE(cursors.Find(cursor, 0).has_value());
  cursors.Remember(cursor, 0, "key", 0);
  EXPECT_EQ(cursors.Find(cursor, 0), "key");
  EXPECT_EQ(cursors.Find(cursor, 0), "key");
  EXPECT_FALSE(cursors.Find(cursor, 1).has_value());
  EXPECT_FALSE(cursors.Find(0, 0).has_value());
}

TEST(ScanCursors, ForgetTheLeastRecentlyUsed) {
  ScanCursors cursors(4);
  for (uint64_t cursor = 1; cursor <= 4; ++cursor) {
    cursors.Remember(cursor, 0, base::StrCat(cursor), 0);
  }
  EXPECT_TRUE(cursors.Find(1, 0).has_value());
  cursors.Remember(5, 0, "5", 0);
  EXPECT_EQ(cursors.size(), 4u);
  EXPECT_TRUE(cursors.Find(1, 0).has_value());
  EXPECT_FALSE(cursors.Find(2, 0).has_value());
}

TEST(ScanCursors, NeverForgetTheLastOneOfAnOpenConnection) {
  ScanCursors cursors(4);
  cursors.Remember(1000, 0, "mine", /*owner=*/7);
  for (uint64_t cursor = 1; cursor <= 50; ++cursor) {
    cursors.Remember(cursor, 0, "others", 0);
  }
  EXPECT_EQ(cursors.Find(1000, 0), "mine");
  // A new one takes its place, or the connection ends.
  cursors.Remember(1001, 0, "next", 7);
  for (uint64_t cursor = 51; cursor <= 60; ++cursor) {
    cursors.Remember(cursor, 0, "others", 0);
  }
  EXPECT_FALSE(cursors.Find(1000, 0).has_value());
  EXPECT_EQ(cursors.Find(1001, 0), "next");
  cursors.Release(7);
  for (uint64_t cursor = 61; cursor <= 70; ++cursor) {
    cursors.Remember(cursor, 0, "others", 0);
  }
  EXPECT_FALSE(cursors.Find(1001, 0).has_value());
}

TEST(ScanCursors, HoldNoMoreThanSomeBytesOfKeys) {
  ScanCursors cursors(1000);
  const std::string large(size_t{1} << 20, 'x');
  cursors.Remember(1000, 0, std::string(30'000'000, 'x'), /*owner=*/7);
  for (uint64_t cursor = 1; cursor <= 100; ++cursor) {
    cursors.Remember(cursor, 0, large, 0);
  }
  EXPECT_LE(cursors.size(), 18u);
  EXPECT_GE(cursors.size(), 16u);
  EXPECT_TRUE(cursors.Find(1000, 0).has_value());
  EXPECT_TRUE(cursors.Find(100, 0).has_value());
  EXPECT_FALSE(cursors.Find(1, 0).has_value());
  cursors.Clear();
  for (uint64_t cursor = 1; cursor <= 100; ++cursor) {
    cursors.Remember(cursor, 0, "small", 0);
  }
  EXPECT_EQ(cursors.size(), 100u);
}

TEST(ScanCursors, ReadBackWhatTheyWrote) {
  ScanCursors before(8);
  before.Remember(5, 1, std::string("k\0", 2), 7);
  before.Remember((uint64_t{1} << 53) - 1, 2, "", 0);
  const std::string bytes = before.Encode();

  ScanCursors after(8);
  ASSERT_TRUE(after.Decode(bytes).ok());
  EXPECT_EQ(after.Find(5, 1), std::string("k\0", 2));
  EXPECT_EQ(after.Find((uint64_t{1} << 53) - 1, 2), "");
  for (size_t size = 0; size < bytes.size(); ++size) {
    // Whole entries may be missing, halves may not.
    const base::Status status = after.Decode(bytes.substr(0, size));
    EXPECT_TRUE(status.ok() || status.code() == base::Code::kCorruption);
  }
}

}  // namespace
}  // namespace types
