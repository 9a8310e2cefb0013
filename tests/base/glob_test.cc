#include "base/glob.h"

#include <gtest/gtest.h>

#include <string>

namespace base {
namespace {

struct Case {
  const char* pattern;
  const char* text;
  bool matches;
};

TEST(Glob, MatchesAsRedisDoes) {
  // The odd ones were seen with redis-server 7.0.
  constexpr Case kCases[] = {
      {"",          "",        true },
      {"",          "a",       false},
      {"*",         "",        false},
      {"*",         "abc",     true },
      {"a*",        "a",       true },
      {"a*c",       "abbc",    true },
      {"a*c",       "abbcd",   false},
      {"*b*d*",     "abcde",   true },
      {"a*b*c",     "a-b-b-c", true },
      {"?",         "",        false},
      {"h?llo",     "hello",   true },
      {"h?llo",     "hllo",    false},
      {"h[ae]llo",  "hallo",   true },
      {"h[ae]llo",  "hillo",   false},
      {"h[^e]llo",  "hallo",   true },
      {"h[^e]llo",  "hello",   false},
      {"h[a-c]llo", "hbllo",   true },
      {"h[c-a]llo", "hbllo",   true },
      {"h[a-c]llo", "hdllo",   false},
      {"[]",        "a",       false},
      {"[^]",       "a",       true },
      {"[abc",      "c",       true },
      {"[a-",       "-",       true },
      {"[\\]]",     "]",       true },
      {"\\*",       "*",       true },
      {"\\*",       "a",       false},
      {"a\\",       "a\\",     true },
      {"H?LLO",     "hello",   false},
  };
  for (const Case& c : kCases) {
    EXPECT_EQ(GlobMatch(c.pattern, c.text), c.matches)
        << c.pattern << " on " << c.text;
  }
}

TEST(Glob, IgnoresCaseWhenAsked) {
  EXPECT_TRUE(GlobMatch("MAX*", "maxmemory", GlobCase::kIgnore));
  EXPECT_TRUE(GlobMatch("[A-C]x", "bX", GlobCase::kIgnore));
  EXPECT_FALSE(GlobMatch("[\\B]", "b", GlobCase::kIgnore));
}

TEST(Glob, TakesAnyBytes) {
  const std::string key(
      "a\0\xff"
      "b",
      4);
  EXPECT_TRUE(GlobMatch(std::string_view("a\0?b", 4), key));
  EXPECT_TRUE(GlobMatch("a*[\xf0-\xff]b", key));
}

TEST(Glob, StaysQuickOnPatternsMadeToBeSlow) {
  std::string pattern;
  for (int i = 0; i < 900; ++i) pattern += "*a";
  EXPECT_FALSE(GlobMatch(pattern + "*b", std::string(2000, 'a')));
  EXPECT_TRUE(GlobMatch(pattern + "*", std::string(2000, 'a')));
}

TEST(Glob, GivesUpOnTooManyStars) {
  std::string pattern;
  for (int i = 0; i < kGlobStarsMax; ++i) pattern += "*a";
  EXPECT_TRUE(GlobMatch(pattern, std::string(1500, 'a')));
  EXPECT_FALSE(GlobMatch(pattern + "*a", std::string(1500, 'a')));
}

TEST(LiteralPrefix, EndsAtTheFirstSpecialByte) {
  EXPECT_EQ(LiteralPrefix("user:*:name"), "user:");
  EXPECT_EQ(LiteralPrefix("a?"), "a");
  EXPECT_EQ(LiteralPrefix("a[b]"), "a");
  EXPECT_EQ(LiteralPrefix("*"), "");
  EXPECT_EQ(LiteralPrefix("plain"), "plain");
  EXPECT_EQ(LiteralPrefix("a\\*b*"), "a*b");
  EXPECT_EQ(LiteralPrefix("a\\"), "a\\");
}

TEST(LiteralPrefix, IsAllOfALiteralPattern) {
  EXPECT_TRUE(IsLiteral("plain"));
  EXPECT_TRUE(IsLiteral("a\\*b"));
  EXPECT_TRUE(IsLiteral(""));
  EXPECT_FALSE(IsLiteral("a*"));
  EXPECT_FALSE(IsLiteral("[a]"));
}

}  // namespace
}  // namespace base
