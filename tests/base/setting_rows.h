// A small table of settings for the tests of settings and their files.
//
// Threads: immutable.

#pragma once

#include <string>
#include <vector>

#include "base/setting_spec.h"

namespace base {

inline constexpr std::string_view kTestChoices[] = {"everysec", "always", "no"};

// Pairs of numbers; every line of a file adds one, nothing clears them.
inline Result<std::string> MergeSave(const std::string& current,
                                     std::span<const std::string> words,
                                     SettingSource source) {
  if (words.size() % 2 != 0) return Status::Invalid("Invalid save parameters");
  std::string value = source == SettingSource::kNextLine ? current : "";
  for (const std::string& word : words) {
    value.append(value.empty() ? "" : " ").append(word);
  }
  return value;
}

inline std::vector<std::string> SaveLines(const std::string& value) {
  const std::vector<std::string> words = ValueWords(value);
  std::vector<std::string> lines;
  for (size_t i = 0; i + 1 < words.size(); i += 2) {
    lines.push_back(words[i] + " " + words[i + 1]);
  }
  if (lines.empty()) lines.push_back("\"\"");
  return lines;
}

inline constexpr SettingSpec kTestRows[] = {
    EnumSetting("appendfsync", "always", kTestChoices),
    WordsSetting("bind", "* -::*"),
    BoolSetting("debug", "no", kHidden),
    StringSetting("dir", "./", kProtected),
    IntegerSetting("list-max-listpack-size", "-2", -5, 100)
        .Alias("list-max-ziplist-size"),
    MemorySetting("maxmemory", "0"),
    MemoryOrPercentSetting("maxmemory-clients", "0"),
    IntegerSetting("port", "6379", 0, 65535, kImmutable),
    StringSetting("requirepass", ""),
    SpecialSetting("save", "3600 1", MergeSave, SaveLines),
    OctalSetting("unixsocketperm", "700", 0777),
};

}  // namespace base
