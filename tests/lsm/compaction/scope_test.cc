#include "lsm/compaction/scope.h"

#include <gtest/gtest.h>

namespace lsm {
namespace {

ScopeLengths Lengths() {
  ScopeLengths lengths;
  lengths['e'] = {3, 5};  // a database, a collection in it
  lengths['m'] = {3};
  return lengths;
}

TEST(DeadScopes, CoverTheRowsWrittenBeforeTheKill) {
  const DeadScopes dead(
      {
          {"e01",   10},
          {"e02xx", 20}
  },
      Lengths(), 100);
  EXPECT_TRUE(dead.Covers("e01", 10));
  EXPECT_TRUE(dead.Covers("e01abc", 3));
  EXPECT_FALSE(dead.Covers("e01abc", 11));
  EXPECT_TRUE(dead.Covers("e02xxkey", 20));
  EXPECT_FALSE(dead.Covers("e02xykey", 20));
  EXPECT_FALSE(dead.Covers("e02x", 1));
  EXPECT_FALSE(dead.Covers("e0", 1));
  EXPECT_FALSE(dead.Covers("", 1));
}

TEST(DeadScopes, KnowOnlyTheLengthsOfTheKeysRange) {
  // Killed at a length that keys of 'm' do not have: no row is in it.
  const DeadScopes dead(
      {
          {"m01xx", 10},
          {"x01",   10}
  },
      Lengths(), 100);
  EXPECT_FALSE(dead.Covers("m01xxkey", 1));
  EXPECT_FALSE(dead.Covers("x01key", 1));
}

TEST(DeadScopes, LeaveOutKillsThatACrashMayTakeBack) {
  const std::map<std::string, Sequence> killed = {
      {"e01", 10}
  };
  EXPECT_TRUE(DeadScopes(killed, Lengths(), 10).Covers("e01a", 1));
  const DeadScopes early(killed, Lengths(), 9);
  EXPECT_TRUE(early.empty());
  EXPECT_FALSE(early.Covers("e01a", 1));
}

TEST(DeadScopes, CoverAFileOnlyAsAWhole) {
  const DeadScopes dead(
      {
          {"e01",   10},
          {"e02xx", 20}
  },
      Lengths(), 100);
  EXPECT_TRUE(dead.CoversAll("e01a", "e01z", 10));
  EXPECT_FALSE(dead.CoversAll("e01a", "e01z", 11));
  EXPECT_FALSE(dead.CoversAll("e01a", "e02a", 10));
  EXPECT_FALSE(dead.CoversAll("e00z", "e01z", 10));
  EXPECT_TRUE(dead.CoversAll("e02xxa", "e02xxb", 20));
  EXPECT_FALSE(dead.CoversAll("e02xxa", "e02xy", 20));
  EXPECT_FALSE(dead.CoversAll("e02xxa", "e02x", 20));
  EXPECT_FALSE(dead.CoversAll("", "e01z", 1));
}

}  // namespace
}  // namespace lsm
