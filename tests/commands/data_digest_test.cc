#include "commands/data_digest.h"

#include <gtest/gtest.h>

namespace commands {
namespace {

types::Head String(std::string_view value, int64_t expires_ms = 0) {
  types::Head head;
  head.payload = value;
  head.expires_ms = expires_ms;
  return head;
}

// Compared with a real server in tests/commands/debug.txt.
TEST(DataDigest, DoesNotDependOnTheOrderOfKeys) {
  DataDigest a;
  a.Mix("a");
  a.AddValue(String("1"));
  DataDigest b;
  b.Mix("b");
  b.AddValue(String("2"));
  DataDigest ab;
  ab.MixNumber(0);
  ab.Xor(a);
  ab.Xor(b);
  DataDigest ba;
  ba.MixNumber(0);
  ba.Xor(b);
  ba.Xor(a);
  EXPECT_EQ(ab.Hex(), ba.Hex());
  EXPECT_NE(ab.Hex(), a.Hex());
}

TEST(DataDigest, SeesThatAKeyExpiresButNotWhen) {
  DataDigest lives;
  lives.AddValue(String("v"));
  DataDigest dies;
  dies.AddValue(String("v", 5));
  DataDigest dies_later;
  dies_later.AddValue(String("v", 500));
  EXPECT_NE(lives.Hex(), dies.Hex());
  EXPECT_EQ(dies.Hex(), dies_later.Hex());
}

TEST(DataDigest, OfNothingIsZeros) {
  EXPECT_EQ(DataDigest().Hex(), std::string(40, '0'));
}

}  // namespace
}  // namespace commands
