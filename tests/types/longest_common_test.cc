#include "types/longest_common.h"

#include <gtest/gtest.h>

#include <string>

#include "base/random.h"
#include "base/strings.h"

namespace types {
namespace {

constexpr uint64_t kTableBytes = 1 << 20;

// Straight from the definition.
size_t LengthOf(std::string_view a, std::string_view b) {
  if (a.empty() || b.empty()) return 0;
  if (a.back() == b.back()) {
    a.remove_suffix(1);
    b.remove_suffix(1);
    return LengthOf(a, b) + 1;
  }
  return std::max(LengthOf(a.substr(0, a.size() - 1), b),
                  LengthOf(a, b.substr(0, b.size() - 1)));
}

bool IsSubsequence(std::string_view part, std::string_view whole) {
  size_t at = 0;
  for (const char c : whole) at += at < part.size() && part[at] == c;
  return at == part.size();
}

TEST(LongestCommon, IsLongestAndCommon) {
  const uint64_t seed = 12;
  SCOPED_TRACE(seed);
  base::Random random(seed);
  for (int round = 0; round < 300; ++round) {
    std::string a, b;
    for (uint64_t i = random.Below(9); i > 0; --i) a += 'a' + random.Below(3);
    for (uint64_t i = random.Below(9); i > 0; --i) b += 'a' + random.Below(3);
    SCOPED_TRACE(a + " " + b);
    const auto text = FindLongestCommon(a, b, CommonDetail::kText, kTableBytes);
    ASSERT_EQ(text.value().length, LengthOf(a, b));
    ASSERT_EQ(text.value().text.size(), text.value().length);
    ASSERT_TRUE(IsSubsequence(text.value().text, a));
    ASSERT_TRUE(IsSubsequence(text.value().text, b));
    const auto ranges =
        FindLongestCommon(a, b, CommonDetail::kRanges, kTableBytes);
    std::string joined;
    for (const CommonRange& range : ranges.value().ranges) {
      const auto piece = a.substr(range.a_first, range.size());
      ASSERT_EQ(piece, b.substr(range.b_first, range.size()));
      joined = piece + joined;
    }
    ASSERT_EQ(joined, text.value().text);
  }
}

TEST(LongestCommon, RefusesATableThatIsTooLarge) {
  const std::string a(1000, 'a');
  const auto refused =
      FindLongestCommon(a, a, CommonDetail::kLength, kTableBytes);
  EXPECT_EQ(refused.status().code(), base::Code::kInvalid);
  EXPECT_EQ(
      FindLongestCommon(a, a, CommonDetail::kLength, 5 << 20).value().length,
      1000u);
}

}  // namespace
}  // namespace types
