#include "base/quoting.h"

#include <gtest/gtest.h>

#include "base/random.h"

namespace base {
namespace {

using Words = std::vector<std::string>;

TEST(Quoting, SplitsAtSpaces) {
  EXPECT_EQ(SplitWords("  a  bc\td \r"), (Words{"a", "bc", "d"}));
  EXPECT_EQ(SplitWords(""), Words{});
  EXPECT_EQ(SplitWords(" \t "), Words{});
}

TEST(Quoting, ReadsQuotesAndEscapes) {
  EXPECT_EQ(SplitWords(R"("a b" 'c d' "")"), (Words{"a b", "c d", ""}));
  EXPECT_EQ(SplitWords(R"("\x41\xfg\n\r\t\b\a\"\\\q")"),
            (Words{"Axfg\n\r\t\b\a\"\\q"}));
  EXPECT_EQ(SplitWords(R"('\'\n')"), (Words{"'\\n"}));
  EXPECT_EQ(SplitWords(R"(pre"quoted part")"), (Words{"prequoted part"}));
}

TEST(Quoting, RefusesQuotesThatDoNotEndTheWord) {
  for (const char* line : {"\"a", "'a", "\"a\"b", "'a'b", "\"a\\", "x \""}) {
    EXPECT_FALSE(SplitWords(line).has_value()) << line;
  }
}

TEST(Quoting, ReadsBackWhatItHasQuoted) {
  Random random(1);
  for (int i = 0; i < 500; ++i) {
    SCOPED_TRACE(i);
    std::string word(random.Below(20), '\0');
    for (char& c : word) c = static_cast<char>(random.Next());
    EXPECT_EQ(SplitWords(Quoted(word)), Words{word});
    EXPECT_EQ(SplitWords(QuotedIfNeeded(word)), Words{word});
  }
}

TEST(Quoting, LeavesPlainWordsAlone) {
  EXPECT_EQ(QuotedIfNeeded("plain-word:1"), "plain-word:1");
  EXPECT_EQ(QuotedIfNeeded(""), "\"\"");
  EXPECT_EQ(QuotedIfNeeded("two words"), "\"two words\"");
  EXPECT_EQ(QuotedIfNeeded("#x"), "\"#x\"");
}

}  // namespace
}  // namespace base
