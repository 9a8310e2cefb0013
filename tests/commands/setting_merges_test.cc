#include "commands/setting_merges.h"

#include <gtest/gtest.h>

namespace commands {
namespace {

using base::SettingSource;
using Words = std::vector<std::string>;

TEST(SettingMerges, LetPointsOfSavingAddUpInAFile) {
  const Words first = {"900", "1"};
  const Words next = {"300", "10"};
  const auto one = MergeSave("3600 1", first, SettingSource::kFirstLine);
  ASSERT_TRUE(one.ok());
  EXPECT_EQ(one.value(), "900 1");
  const auto two = MergeSave(one.value(), next, SettingSource::kNextLine);
  ASSERT_TRUE(two.ok());
  EXPECT_EQ(two.value(), "900 1 300 10");
  EXPECT_EQ(MergeSave(two.value(), {}, SettingSource::kNextLine).value(), "");
  EXPECT_EQ(SaveLines(two.value()), (Words{"900 1", "300 10"}));
  EXPECT_EQ(SaveLines(""), Words{"\"\""});
}

TEST(SettingMerges, ChangeOneClassOfOutputLimitsAndKeepTheOthers) {
  const std::string before = "normal 0 0 0 slave 1 2 3 pubsub 4 5 6";
  const Words words = {"replica", "1kb", "2k", "9"};
  const auto after = MergeOutputLimits(before, words, SettingSource::kCommand);
  ASSERT_TRUE(after.ok());
  EXPECT_EQ(after.value(), "normal 0 0 0 slave 1024 2000 9 pubsub 4 5 6");
  EXPECT_EQ(OutputLimitLines(after.value()),
            (Words{"normal 0 0 0", "slave 1kb 2000 9", "pubsub 4 5 6"}));
}

TEST(SettingMerges, ShortenAllEventClassesToOneLetter) {
  const Words all = {"tdxeshzl$gEK"};
  EXPECT_EQ(MergeEventClasses("", all, SettingSource::kCommand).value(), "AKE");
  const Words some = {"Exn"};
  EXPECT_EQ(MergeEventClasses("", some, SettingSource::kCommand).value(),
            "xnE");
}

}  // namespace
}  // namespace commands
