#include "commands/lolwut.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace commands {
namespace {

TEST(Lolwut, FillsItsFrameAndIsNeverTwiceTheSame) {
  base::Random random(1);
  const std::string first = DrawRedBeds(40, 8, random);
  const std::string second = DrawRedBeds(40, 8, random);
  EXPECT_EQ(first.size(), 41u * 8);
  EXPECT_EQ(std::ranges::count(first, '\n'), 8);
  EXPECT_NE(first, second);
  base::Random again(1);
  EXPECT_EQ(DrawRedBeds(40, 8, again), first);
}

TEST(Lolwut, CanBeVerySmall) {
  base::Random random(1);
  EXPECT_EQ(DrawRedBeds(1, 1, random).size(), 2u);
}

}  // namespace
}  // namespace commands
