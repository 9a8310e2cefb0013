#include "commands/settings_table.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>
#include <string>

#include "base/file_system.h"
#include "base/quoting.h"
#include "base/settings.h"
#include "base/settings_file.h"

namespace commands {
namespace {

using base::SettingSpec;

std::string ConfPath() {
  const auto tests = std::filesystem::path(__FILE__).parent_path();
  return (tests.parent_path().parent_path() / "conf/redbed.conf").string();
}

// The lines of the manual that are settings, by name.
std::set<std::string> NamesInConf() {
  std::ifstream file(ConfPath());
  std::set<std::string> names;
  std::string line;
  while (std::getline(file, line)) {
    const auto words = base::SplitWords(line);
    if (words && !words->empty() && !line.starts_with('#')) {
      names.insert(words->at(0));
    }
  }
  return names;
}

TEST(SettingRows, AreSortedAndNamedOnce) {
  std::set<std::string_view> names;
  std::string_view last;
  for (const SettingSpec& row : SettingRows()) {
    EXPECT_LT(last, row.name);
    last = row.name;
    EXPECT_TRUE(names.insert(row.name).second) << row.name;
    if (!row.alias.empty()) {
      EXPECT_TRUE(names.insert(row.alias).second) << row.alias;
    }
  }
}

TEST(SettingRows, AreAllInTheManualUnlessHidden) {
  const std::set<std::string> names = NamesInConf();
  for (const SettingSpec& row : SettingRows()) {
    EXPECT_EQ(names.contains(std::string(row.name)), !row.has(base::kHidden))
        << row.name;
  }
}

TEST(Manual, SaysTheDefaults) {
  base::Settings settings(SettingRows());
  const base::Status status =
      base::LoadSettingsFile(base::PosixFileSystem(), ConfPath(), &settings);
  ASSERT_TRUE(status.ok()) << status.ToString();
  for (const SettingSpec& row : SettingRows()) {
    EXPECT_TRUE(settings.IsDefault(row)) << row.name;
  }
}

TEST(Manual, NamesWhatIsOnlyKeptInItsLastGroupAndNowhereElse) {
  std::ifstream file(ConfPath());
  std::stringstream text;
  text << file.rdbuf();
  const std::string manual = text.str();
  const size_t group = manual.find("KEPT, NOT IN FORCE");
  ASSERT_NE(group, std::string::npos);
  for (const SettingSpec& row : SettingRows()) {
    if (row.has(base::kHidden)) continue;
    const size_t at = manual.find("\n" + std::string(row.name) + " ");
    EXPECT_EQ(at > group, row.has(base::kKeptOnly)) << row.name;
  }
}

TEST(Manual, IsLeftAloneByARewriteThatHasNothingToSay) {
  base::Settings settings(SettingRows());
  ASSERT_TRUE(
      base::LoadSettingsFile(base::PosixFileSystem(), ConfPath(), &settings)
          .ok());
  std::ifstream file(ConfPath());
  std::stringstream text;
  text << file.rdbuf();
  EXPECT_TRUE(base::RewrittenSettings(text.str(), settings) == text.str());
}

TEST(SettingRows, RefuseWhatWouldBeBelievedInWrongly) {
  base::Settings settings(SettingRows());
  for (const std::string_view line :
       {"aclfile /etc/users.acl", "tls-port 6380", "cluster-enabled yes",
        "replicaof 10.0.0.1 6379", "slaveof 10.0.0.1 1"}) {
    EXPECT_FALSE(settings.Load(*base::SplitWords(line)).ok()) << line;
  }
  const std::string off[] = {"replicaof", "no", "one"};
  EXPECT_TRUE(settings.Load(off).ok());
}

TEST(SettingRows, LetTheEnginesSizesBeSmall) {
  base::Settings settings(SettingRows());
  for (const char* name : {"redbed-generation-bytes", "redbed-table-bytes",
                           "redbed-log-segment-bytes"}) {
    const std::string small[] = {name, "64kb"};
    EXPECT_TRUE(settings.Load(small).ok()) << name;
    EXPECT_EQ(settings.Integer(name), 64 << 10);
    const std::string smaller[] = {name, "63kb"};
    EXPECT_FALSE(settings.Load(smaller).ok()) << name;
  }
}

TEST(SettingRows, AreDurableByDefault) {
  base::Settings settings(SettingRows());
  EXPECT_EQ(settings.Text("appendfsync"), "always");
  EXPECT_EQ(settings.Text("appendonly"), "yes");
  EXPECT_EQ(settings.Text("save"), "");
}

}  // namespace
}  // namespace commands
