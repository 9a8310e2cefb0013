#include "base/random.h"

#include <gtest/gtest.h>

#include <set>

namespace base {
namespace {

TEST(Random, GivesTheSameForTheSameSeed) {
  Random a(7), b(7), c(8);
  bool differs = false;
  for (int i = 0; i < 100; ++i) {
    const uint64_t value = a.Next();
    EXPECT_EQ(value, b.Next());
    differs |= value != c.Next();
  }
  EXPECT_TRUE(differs);
}

TEST(Random, StaysBelowItsLimitAndReachesAll) {
  Random random(1);
  std::set<uint64_t> seen;
  for (int i = 0; i < 1000; ++i) {
    const uint64_t value = random.Below(10);
    ASSERT_LT(value, 10u);
    seen.insert(value);
  }
  EXPECT_EQ(seen.size(), 10u);
  EXPECT_EQ(random.Below(1), 0u);
  EXPECT_TRUE(random.OneIn(1));
}

TEST(Random, DrawsSecretsThatDiffer) {
  EXPECT_NE(SecureRandom(), SecureRandom());
}

}  // namespace
}  // namespace base
