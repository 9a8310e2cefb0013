#include "base/settings.h"

#include <gtest/gtest.h>

#include "base/setting_rows.h"
#include "base/strings.h"

namespace base {
namespace {

using Pairs = std::vector<std::pair<std::string, std::string>>;

Pairs Get(const Settings& settings, std::vector<std::string_view> patterns) {
  return settings.Get(patterns);
}

std::string SetError(Settings* settings, Settings::Assignments assignments) {
  return std::string(settings->Set(assignments).message());
}

constexpr char kFailed[] =
    "ERR CONFIG SET failed (possibly related to argument '";

TEST(Settings, BeginsWithItsDefaults) {
  const Settings settings(kTestRows);
  EXPECT_EQ(settings.Text("appendfsync"), "always");
  EXPECT_FALSE(settings.Bool("debug"));
  EXPECT_EQ(settings.Integer("port"), 6379);
  EXPECT_EQ(settings.Integer("unixsocketperm"), 0700);
  EXPECT_EQ(settings.Words("bind"), (std::vector<std::string>{"*", "-::*"}));
  EXPECT_EQ(settings.Find("nosuch"), nullptr);
}

TEST(Settings, GivesWhatPatternsMatch) {
  const Settings settings(kTestRows);
  EXPECT_EQ(Get(settings,
                {
                    "MAXM*"
  }),
            (Pairs{{"maxmemory", "0"}, {"maxmemory-clients", "0"}}));
  EXPECT_EQ(Get(settings,
                {
                    "port", "p*", "save"
  }),
            (Pairs{{"port", "6379"}, {"save", "3600 1"}}));
  EXPECT_EQ(Get(settings,
                {
                    "list*"
  }),
            (Pairs{{"list-max-listpack-size", "-2"},
                   {"list-max-ziplist-size", "-2"}}));
  EXPECT_EQ(Get(settings,
                {
                    "List-Max-Ziplist-Size"
  }),
            (Pairs{{"List-Max-Ziplist-Size", "-2"}}));
  EXPECT_EQ(Get(settings, {"nosuch", "no*such"}), Pairs{});
}

TEST(Settings, HidesFromPatternsWhatIsHidden) {
  const Settings settings(kTestRows);
  EXPECT_EQ(Get(settings, {"deb*"}), Pairs{});
  EXPECT_EQ(Get(settings,
                {
                    "debug"
  }),
            (Pairs{{"debug", "no"}}));
}

TEST(Settings, SetsSeveralAtOnce) {
  Settings settings(kTestRows);
  ASSERT_TRUE(settings
                  .Set({
                      {"MaxMemory",         "1kb"},
                      {"maxmemory-clients", "5%" }
  })
                  .ok());
  EXPECT_EQ(settings.Integer("maxmemory"), 1024);
  EXPECT_EQ(settings.Integer("maxmemory-clients"), -5);
}

TEST(Settings, AnswersMistakesAsRedisDoes) {
  Settings settings(kTestRows);
  EXPECT_EQ(SetError(&settings,
                     {
                         {"nosuch", "1"}
  }),
            "ERR Unknown option or number of arguments for CONFIG SET - "
            "'nosuch'");
  EXPECT_EQ(SetError(&settings,
                     {
                         {"port", "1"}
  }),
            StrCat(kFailed, "port') - can't set immutable config"));
  EXPECT_EQ(SetError(&settings,
                     {
                         {"dir", "/"}
  }),
            StrCat(kFailed, "dir') - can't set protected config"));
  EXPECT_EQ(SetError(&settings,
                     {
                         {"maxmemory", "1"},
                         {"maxmemory", "2"}
  }),
            StrCat(kFailed, "maxmemory') - duplicate parameter"));
  EXPECT_EQ(SetError(&settings,
                     {
                         {"save", "1 2 3"}
  }),
            StrCat(kFailed, "save') - Invalid save parameters"));
  settings.AllowProtected(true);
  EXPECT_EQ(SetError(&settings,
                     {
                         {"dir", "/"}
  }),
            "");
}

TEST(Settings, ChangesNothingIfOneOfSeveralIsWrong) {
  Settings settings(kTestRows);
  EXPECT_EQ(SetError(&settings,
                     {
                         {"maxmemory",   "1"},
                         {"appendfsync", "x"}
  }),
            StrCat(kFailed,
                   "appendfsync') - argument(s) must be one of the "
                   "following: everysec, always, no"));
  EXPECT_EQ(settings.Text("maxmemory"), "0");
}

TEST(Settings, TakesBackWhatWasAppliedWhenAHookRefuses) {
  Settings settings(kTestRows);
  std::vector<std::string> calls;
  settings.OnChange([&](const SettingChange& change) {
    calls.push_back(
        StrCat(change.spec.name, " ", change.before, " ", change.after));
    // All values are in place when the first hook is called.
    if (calls.size() == 1) {
      EXPECT_EQ(settings.Text("requirepass"), "secret");
    }
    return change.spec.name == "requirepass" ? Status::Invalid("no room")
                                             : Status::Ok();
  });
  EXPECT_EQ(SetError(&settings,
                     {
                         {"maxmemory",   "1"     },
                         {"appendfsync", "always"},
                         {"requirepass", "secret"}
  }),
            StrCat(kFailed, "requirepass') - no room"));
  EXPECT_EQ(calls,
            (std::vector<std::string>{"maxmemory 0 1", "requirepass  secret",
                                      "maxmemory 1 0"}));
  EXPECT_EQ(settings.Text("maxmemory"), "0");
  EXPECT_EQ(settings.Text("requirepass"), "");
}

TEST(Settings, CallsNoHookForWhatStaysTheSame) {
  Settings settings(kTestRows);
  settings.OnChange(
      [](const SettingChange&) { return Status::Invalid("never called"); });
  EXPECT_TRUE(settings
                  .Set({
                      {"appendfsync", "always"}
  })
                  .ok());
}

TEST(Settings, AddsUpLinesOfAFileButNotOfCommands) {
  Settings settings(kTestRows);
  const std::vector<std::string> one = {"save", "10", "1"};
  const std::vector<std::string> two = {"save", "20 2"};
  ASSERT_TRUE(settings.Load(one).ok());
  ASSERT_TRUE(settings.Load(two).ok());
  EXPECT_EQ(settings.Text("save"), "10 1 20 2");
  ASSERT_TRUE(settings
                  .Set({
                      {"save", "30 3"}
  })
                  .ok());
  EXPECT_EQ(settings.Text("save"), "30 3");
  ASSERT_TRUE(settings
                  .Set({
                      {"save", ""}
  })
                  .ok());
  EXPECT_EQ(settings.Text("save"), "");
}

}  // namespace
}  // namespace base
