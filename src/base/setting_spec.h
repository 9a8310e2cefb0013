// SettingSpec is a row of the table of settings: what a setting is called,
// what it may be, and what it is unless told otherwise. Whoever has settings
// writes rows; parsing, checking and printing follow from them.
//
//   constexpr std::string_view kPolicies[] = {"everysec", "always", "no"};
//   const SettingSpec kRows[] = {
//       IntegerSetting("port", "6379", 0, 65535, kImmutable),
//       MemorySetting("maxmemory", "0"),
//       EnumSetting("appendfsync", "always", kPolicies),
//       IntegerSetting("list-max-listpack-size", "-2", INT_MIN, INT_MAX)
//           .Alias("list-max-ziplist-size"),
//   };
//
// A value is kept as one text in canonical form, as CONFIG GET shows it:
// "yes", "104857600", "normal 0 0 0 slave 268435456 67108864 60". Refusals
// are worded as Redis words them.
//
// Threads: rows are immutable, the functions pure.

#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/status.h"

namespace base {

enum class SettingType {
  kBool,             // yes, no
  kInteger,          // in a range
  kOctal,            // the same, read and shown with base 8
  kMemory,           // bytes; read with units: 1k = 1000, 1kb = 1024, mb, gb
  kMemoryOrPercent,  // the same or "5%"
  kEnum,             // one of a list of words
  kString,           // any bytes
  kWords,            // any number of words, such as addresses
  kSpecial,          // what its merge function says
};

enum SettingFlag : uint32_t {
  kImmutable = 1,  // Only before the start.
  kProtected = 2,  // The same, unless Settings::AllowProtected.
  kHidden = 4,     // Patterns do not find it, its name does.
  kKeptOnly = 8,   // Known and kept for the sake of clients; has no effect.
};

enum class SettingSource {
  kFirstLine,  // Of a file or the command line: what it says replaces.
  kNextLine,   // A further line of the same setting: it may add.
  kCommand,    // CONFIG SET.
};

// The new canonical value of a special setting, made of the current one and
// the words given.
using SettingMerge = Result<std::string> (*)(const std::string& current,
                                             std::span<const std::string> words,
                                             SettingSource source);
// The lines of a file that make a special value, without the name.
using SettingLines = std::vector<std::string> (*)(const std::string& value);
// A last word on a value that is of the right type.
using SettingCheck = Status (*)(const std::string& value);

struct SettingSpec {
  std::string_view name;
  SettingType type;
  std::string_view default_value;
  uint32_t flags = 0;
  int64_t min = 0;
  int64_t max = INT64_MAX;
  std::span<const std::string_view> choices;
  SettingMerge merge = nullptr;
  SettingLines lines = nullptr;
  SettingCheck check = nullptr;
  std::string_view alias;
  // Integers within min and max, but beyond these, become these.
  int64_t lowest = INT64_MIN;
  int64_t highest = INT64_MAX;

  constexpr SettingSpec Alias(std::string_view other_name) const {
    SettingSpec spec = *this;
    spec.alias = other_name;
    return spec;
  }
  constexpr SettingSpec Check(SettingCheck last_word) const {
    SettingSpec spec = *this;
    spec.check = last_word;
    return spec;
  }
  constexpr SettingSpec Capped(int64_t low, int64_t high) const {
    SettingSpec spec = *this;
    spec.lowest = low;
    spec.highest = high;
    return spec;
  }

  bool has(SettingFlag flag) const { return (flags & flag) != 0; }
  // One value may be several words.
  bool multiple() const {
    return type == SettingType::kWords || type == SettingType::kSpecial;
  }
};

constexpr SettingSpec BoolSetting(std::string_view name,
                                  std::string_view default_value,
                                  uint32_t flags = 0) {
  return {name, SettingType::kBool, default_value, flags};
}
constexpr SettingSpec IntegerSetting(std::string_view name,
                                     std::string_view default_value,
                                     int64_t min, int64_t max,
                                     uint32_t flags = 0) {
  return {name, SettingType::kInteger, default_value, flags, min, max};
}
constexpr SettingSpec OctalSetting(std::string_view name,
                                   std::string_view default_value, int64_t max,
                                   uint32_t flags = 0) {
  return {name, SettingType::kOctal, default_value, flags, 0, max};
}
constexpr SettingSpec MemorySetting(std::string_view name,
                                    std::string_view default_value,
                                    uint32_t flags = 0, int64_t min = 0,
                                    int64_t max = INT64_MAX) {
  return {name, SettingType::kMemory, default_value, flags, min, max};
}
constexpr SettingSpec MemoryOrPercentSetting(std::string_view name,
                                             std::string_view default_value,
                                             uint32_t flags = 0) {
  return {name, SettingType::kMemoryOrPercent, default_value, flags};
}
constexpr SettingSpec EnumSetting(std::string_view name,
                                  std::string_view default_value,
                                  std::span<const std::string_view> choices,
                                  uint32_t flags = 0) {
  return {name, SettingType::kEnum, default_value, flags, 0, 0, choices};
}
constexpr SettingSpec StringSetting(std::string_view name,
                                    std::string_view default_value,
                                    uint32_t flags = 0) {
  return {name, SettingType::kString, default_value, flags};
}
constexpr SettingSpec WordsSetting(std::string_view name,
                                   std::string_view default_value,
                                   uint32_t flags = 0) {
  return {name, SettingType::kWords, default_value, flags};
}
constexpr SettingSpec SpecialSetting(std::string_view name,
                                     std::string_view default_value,
                                     SettingMerge merge, SettingLines lines,
                                     uint32_t flags = 0) {
  return {name, SettingType::kSpecial, default_value, flags, 0, 0, {}, merge,
          lines};
}

// The canonical value that these words give. An Invalid status says why not,
// without the name of the setting.
Result<std::string> ParseSetting(const SettingSpec& spec,
                                 std::span<const std::string> words,
                                 const std::string& current,
                                 SettingSource source);

// The words of the one text in which CONFIG SET gets a value of several.
std::vector<std::string> ValueWords(std::string_view value);

// The lines of a configuration file that make `value`, at least one.
std::vector<std::string> FormatSetting(const SettingSpec& spec,
                                       const std::string& value);

// "100", "100b", "1k", "1kb", "5mb", "2g", "2gb", in any case.
std::optional<int64_t> ParseMemory(std::string_view text);
// The shortest of those that means exactly this: 104857600 is "100mb".
std::string FormatMemory(int64_t bytes);

}  // namespace base
