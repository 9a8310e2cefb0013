#include "commands/slow_log.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "base/strings.h"

namespace commands {
namespace {

TEST(SlowLog, KeepsTheLatest) {
  SlowLog log;
  log.SetLimits(/*threshold_us=*/10, /*entries_max=*/2);
  const std::string_view words[] = {"get", "k"};
  for (int i = 0; i < 3; ++i) log.Add(/*time_s=*/i, 50, words, "peer", "me");
  ASSERT_EQ(log.entries().size(), 2u);
  EXPECT_EQ(log.entries()[0].id, 2);
  EXPECT_EQ(log.entries()[1].id, 1);
  log.SetLimits(10, 1);
  EXPECT_EQ(log.entries().size(), 1u);
  EXPECT_EQ(log.entries()[0].id, 2);
}

TEST(SlowLog, KnowsWhatIsSlow) {
  SlowLog log;
  log.SetLimits(10, 2);
  EXPECT_TRUE(log.IsSlow(10));
  EXPECT_FALSE(log.IsSlow(9));
  log.SetLimits(-1, 2);
  EXPECT_FALSE(log.IsSlow(1'000'000'000));
  log.SetLimits(0, 2);
  EXPECT_TRUE(log.IsSlow(0));
}

TEST(SlowLog, ShortensLongRequests) {
  SlowLog log;
  const std::string longest(130, 'x');
  const std::vector<std::string_view> words(40, longest);
  log.Add(0, 0, words, "", "");
  const SlowLog::Entry& entry = log.entries()[0];
  ASSERT_EQ(entry.words.size(), 32u);
  EXPECT_EQ(entry.words[0],
            base::StrCat(std::string(128, 'x'), "... (2 more bytes)"));
  EXPECT_EQ(entry.words[31], "... (9 more arguments)");
}

}  // namespace
}  // namespace commands
