#include "base/setting_spec.h"

#include <gtest/gtest.h>

#include "base/strings.h"

namespace base {
namespace {

constexpr std::string_view kChoices[] = {"everysec", "always", "no"};

// The canonical value, or the reason why there is none.
std::string Parse(const SettingSpec& spec, std::string word) {
  const std::string words[] = {std::move(word)};
  const Result<std::string> value =
      ParseSetting(spec, words, "", SettingSource::kCommand);
  return value.ok() ? value.value() : std::string(value.status().message());
}

TEST(SettingSpec, ReadsYesAndNo) {
  const SettingSpec spec = BoolSetting("b", "no");
  EXPECT_EQ(Parse(spec, "YES"), "yes");
  EXPECT_EQ(Parse(spec, "no"), "no");
  EXPECT_EQ(Parse(spec, "1"), "argument must be 'yes' or 'no'");
}

TEST(SettingSpec, ReadsIntegersInTheirRange) {
  const SettingSpec spec = IntegerSetting("i", "1", -5, 10);
  EXPECT_EQ(Parse(spec, "-5"), "-5");
  EXPECT_EQ(Parse(spec, "11"), "argument must be between -5 and 10 inclusive");
  for (const char* bad : {"", "1.5", "x", "+1", "01"}) {
    EXPECT_EQ(Parse(spec, bad), "argument couldn't be parsed into an integer");
  }
  EXPECT_EQ(Parse(OctalSetting("o", "0", 0777), "700"), "700");
  EXPECT_EQ(Parse(OctalSetting("o", "0", 0777), "8"),
            "argument couldn't be parsed as an octal number");
}

TEST(SettingSpec, BringsIntegersWithinTheirCaps) {
  const SettingSpec spec = IntegerSetting("i", "1", 0, 1000).Capped(1, 500);
  EXPECT_EQ(Parse(spec, "0"), "1");
  EXPECT_EQ(Parse(spec, "7"), "7");
  EXPECT_EQ(Parse(spec, "501"), "500");
  EXPECT_EQ(Parse(spec, "1001"),
            "argument must be between 0 and 1000 inclusive");
}

TEST(SettingSpec, ReadsMemoryWithUnits) {
  const SettingSpec spec = MemorySetting("m", "0");
  EXPECT_EQ(Parse(spec, "100mb"), "104857600");
  EXPECT_EQ(Parse(spec, "1G"), "1000000000");
  EXPECT_EQ(Parse(spec, "1gB"), "1073741824");
  EXPECT_EQ(Parse(spec, "12"), "12");
  EXPECT_EQ(Parse(spec, "12b"), "12");
  EXPECT_EQ(Parse(spec, ""), "0");
  for (const char* bad : {"-1", "1zb", "1 mb", "mb1", "9223372036854775807k"}) {
    EXPECT_EQ(Parse(spec, bad), "argument must be a memory value") << bad;
  }
  EXPECT_EQ(Parse(MemorySetting("m", "2mb", 0, 1 << 20), "1"),
            "argument must be between 1048576 and 9223372036854775807 "
            "inclusive");
}

TEST(SettingSpec, ReadsMemoryOrPercent) {
  const SettingSpec spec = MemoryOrPercentSetting("p", "0");
  EXPECT_EQ(Parse(spec, "5%"), "5%");
  EXPECT_EQ(Parse(spec, "1kb"), "1024");
  EXPECT_EQ(Parse(spec, "101%"),
            "percentage argument must be less or equal to 100");
  EXPECT_EQ(Parse(spec, "%"), "argument must be a memory or percent value");
}

TEST(SettingSpec, ReadsOneOfItsChoices) {
  const SettingSpec spec = EnumSetting("e", "no", kChoices);
  EXPECT_EQ(Parse(spec, "Always"), "always");
  EXPECT_EQ(Parse(spec, "never"),
            "argument(s) must be one of the following: everysec, always, no");
}

TEST(SettingSpec, ReadsWordsOneByOneOrAsOneText) {
  const SettingSpec spec = WordsSetting("w", "");
  EXPECT_EQ(Parse(spec, " a  b "), "a b");
  const std::string words[] = {"a", "b"};
  EXPECT_EQ(ParseSetting(spec, words, "", SettingSource::kFirstLine).value(),
            "a b");
}

TEST(SettingSpec, WantsExactlyOneWordElsewhere) {
  const std::string words[] = {"1", "2"};
  EXPECT_EQ(
      ParseSetting(StringSetting("s", ""), words, "", SettingSource::kFirstLine)
          .status()
          .message(),
      "wrong number of arguments");
}

TEST(SettingSpec, AsksItsLastWord) {
  const SettingSpec spec =
      StringSetting("file", "a").Check([](const std::string& value) {
        return value.find('/') == std::string::npos
                   ? Status::Ok()
                   : Status::Invalid("can't be a path");
      });
  EXPECT_EQ(Parse(spec, "b"), "b");
  EXPECT_EQ(Parse(spec, "b/c"), "can't be a path");
}

TEST(SettingSpec, WritesLinesThatReadBack) {
  using Lines = std::vector<std::string>;
  EXPECT_EQ(FormatSetting(MemorySetting("m", "0"), "104857600"),
            Lines{"m 100mb"});
  EXPECT_EQ(FormatSetting(MemoryOrPercentSetting("m", "0"), "5%"),
            Lines{"m 5%"});
  EXPECT_EQ(FormatSetting(StringSetting("s", ""), ""), Lines{"s \"\""});
  EXPECT_EQ(FormatSetting(StringSetting("s", ""), "a b"), Lines{"s \"a b\""});
  EXPECT_EQ(FormatSetting(WordsSetting("w", ""), "a b"), Lines{"w a b"});
  EXPECT_EQ(FormatSetting(WordsSetting("w", ""), ""), Lines{"w \"\""});
}

TEST(SettingSpec, WritesMemoryInTheLargestUnitThatFits) {
  EXPECT_EQ(FormatMemory(0), "0");
  EXPECT_EQ(FormatMemory(1000), "1000");
  EXPECT_EQ(FormatMemory(2048), "2kb");
  EXPECT_EQ(FormatMemory(int64_t{3} << 30), "3gb");
}

}  // namespace
}  // namespace base
