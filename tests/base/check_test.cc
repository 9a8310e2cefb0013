#include "base/check.h"

#include <gtest/gtest.h>

namespace base {
namespace {

TEST(Check, LetsTheTruthPass) { CHECK(1 + 1 == 2); }

TEST(CheckDeathTest, NamesFileAndConditionWhenItStops) {
  EXPECT_DEATH(CHECK(1 + 1 == 3), "check_test.cc:.*CHECK failed: 1 \\+ 1 == 3");
}

}  // namespace
}  // namespace base
