#include "base/strings.h"

#include <gtest/gtest.h>

namespace base {
namespace {

TEST(Strings, JoinsTextAndNumbers) {
  EXPECT_EQ(StrCat("a", 1, std::string("b"), int64_t{-2}, UINT64_MAX),
            "a1b-218446744073709551615");
  EXPECT_EQ(StrCat(), "");
}

TEST(Strings, ComparesWithoutCaseInAsciiOnly) {
  EXPECT_TRUE(EqualsIgnoreCase("GeT", "gEt"));
  EXPECT_FALSE(EqualsIgnoreCase("get", "gets"));
  EXPECT_FALSE(EqualsIgnoreCase("[", "{"));
  EXPECT_EQ(AsciiLower("A\xc4Z["), "a\xc4z[");
}

TEST(Strings, ReadsIntegersStrictly) {
  EXPECT_EQ(ParseInt("0"), 0);
  EXPECT_EQ(ParseInt("-7"), -7);
  EXPECT_EQ(ParseInt("9223372036854775807"), INT64_MAX);
  EXPECT_EQ(ParseInt("-9223372036854775808"), INT64_MIN);
  for (const char* bad : {"", "-", "+1", " 1", "1 ", "01", "-0", "-01", "1a",
                          "9223372036854775808", "-9223372036854775809"}) {
    EXPECT_FALSE(ParseInt(bad).has_value()) << bad;
  }
}

}  // namespace
}  // namespace base
