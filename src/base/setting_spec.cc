#include "base/setting_spec.h"

#include <algorithm>
#include <charconv>
#include <cstddef>

#include "base/check.h"
#include "base/quoting.h"
#include "base/strings.h"

namespace base {
namespace {

struct Unit {
  std::string_view name;
  int64_t bytes;
};
constexpr Unit kUnits[] = {
    {"",   1         },
    {"b",  1         },
    {"k",  1000      },
    {"m",  1000000   },
    {"g",  1000000000},
    {"kb", 1 << 10   },
    {"mb", 1 << 20   },
    {"gb", 1 << 30   },
};

std::optional<int64_t> ParseDigits(std::string_view text, int number_base) {
  int64_t value = 0;
  const char* const end = text.data() + text.size();
  const auto [stop, error] =
      std::from_chars(text.data(), end, value, number_base);
  if (error != std::errc() || stop != end) return std::nullopt;
  return value;
}

Result<std::string> InRange(const SettingSpec& spec, int64_t value,
                            int number_base = 10) {
  if (value < spec.min || value > spec.max) {
    return Status::Invalid(StrCat("argument must be between ", spec.min,
                                  " and ", spec.max, " inclusive"));
  }
  value = std::clamp(value, spec.lowest, spec.highest);
  char text[24];
  return std::string(
      text, std::to_chars(text, text + sizeof text, value, number_base).ptr);
}

Result<std::string> ParseBool(std::string_view word) {
  for (const char* const answer : {"yes", "no"}) {
    if (EqualsIgnoreCase(word, answer)) return std::string(answer);
  }
  return Status::Invalid("argument must be 'yes' or 'no'");
}

Result<std::string> ParseInteger(const SettingSpec& spec,
                                 std::string_view word) {
  const std::optional<int64_t> value = ParseInt(word);
  if (value) return InRange(spec, *value);
  return Status::Invalid("argument couldn't be parsed into an integer");
}

Result<std::string> ParseOctal(const SettingSpec& spec, std::string_view word) {
  const std::optional<int64_t> value = ParseDigits(word, 8);
  if (value) return InRange(spec, *value, 8);
  return Status::Invalid("argument couldn't be parsed as an octal number");
}

Result<std::string> ParseMemoryOrPercent(const SettingSpec& spec,
                                         std::string_view word) {
  if (word.ends_with('%')) {
    const std::optional<int64_t> percent =
        ParseDigits(word.substr(0, word.size() - 1), 10);
    if (percent && *percent > 100) {
      return Status::Invalid(
          "percentage argument must be less or equal to 100");
    }
    if (percent && *percent >= 0) return StrCat(*percent, "%");
  }
  const std::optional<int64_t> bytes = ParseMemory(word);
  if (bytes) return InRange(spec, *bytes);
  return Status::Invalid("argument must be a memory or percent value");
}

Result<std::string> ParseEnum(const SettingSpec& spec, std::string_view word) {
  std::string all;
  for (const std::string_view choice : spec.choices) {
    if (EqualsIgnoreCase(word, choice)) return std::string(choice);
    all.append(all.empty() ? "" : ", ").append(choice);
  }
  return Status::Invalid(
      StrCat("argument(s) must be one of the following: ", all));
}

std::string Joined(std::span<const std::string> words) {
  std::string all;
  for (const std::string& word : words) {
    all.append(all.empty() ? "" : " ").append(word);
  }
  return all;
}

Result<std::string> ParseByType(const SettingSpec& spec,
                                std::span<const std::string> words,
                                const std::string& current,
                                SettingSource source) {
  if (spec.type == SettingType::kSpecial) {
    return spec.merge(current, words, source);
  }
  if (spec.type == SettingType::kWords) return Joined(words);
  if (words.size() != 1) return Status::Invalid("wrong number of arguments");
  const std::string& word = words[0];
  switch (spec.type) {
    case SettingType::kBool:
      return ParseBool(word);
    case SettingType::kInteger:
      return ParseInteger(spec, word);
    case SettingType::kOctal:
      return ParseOctal(spec, word);
    case SettingType::kMemory: {
      const std::optional<int64_t> bytes = ParseMemory(word);
      if (bytes) return InRange(spec, *bytes);
      return Status::Invalid("argument must be a memory value");
    }
    case SettingType::kMemoryOrPercent:
      return ParseMemoryOrPercent(spec, word);
    case SettingType::kEnum:
      return ParseEnum(spec, word);
    default:
      return word;
  }
}

}  // namespace

Result<std::string> ParseSetting(const SettingSpec& spec,
                                 std::span<const std::string> words,
                                 const std::string& current,
                                 SettingSource source) {
  // A value of several words may be given as one, in quotes.
  std::vector<std::string> split;
  if (spec.multiple() && words.size() == 1) {
    split = ValueWords(words[0]);
    words = split;
  }
  TRY_ASSIGN(std::string value, ParseByType(spec, words, current, source));
  if (spec.check != nullptr) TRY(spec.check(value));
  return value;
}

std::vector<std::string> ValueWords(std::string_view value) {
  std::vector<std::string> words;
  while (!value.empty()) {
    const size_t space = std::min(value.find(' '), value.size());
    if (space > 0) words.emplace_back(value.substr(0, space));
    value.remove_prefix(std::min(space + 1, value.size()));
  }
  return words;
}

std::vector<std::string> FormatSetting(const SettingSpec& spec,
                                       const std::string& value) {
  std::vector<std::string> lines;
  switch (spec.type) {
    case SettingType::kSpecial:
      for (const std::string& line : spec.lines(value)) {
        lines.push_back(StrCat(spec.name, " ", line));
      }
      break;
    case SettingType::kWords: {
      std::string line(spec.name);
      for (const std::string& word : ValueWords(value)) {
        line.append(" ").append(QuotedIfNeeded(word));
      }
      lines.push_back(value.empty() ? line + " \"\"" : std::move(line));
      break;
    }
    case SettingType::kMemory:
    case SettingType::kMemoryOrPercent: {
      const std::optional<int64_t> bytes = ParseInt(value);
      lines.push_back(
          StrCat(spec.name, " ", bytes ? FormatMemory(*bytes) : value));
      break;
    }
    default:
      lines.push_back(StrCat(spec.name, " ", QuotedIfNeeded(value)));
  }
  return lines;
}

std::optional<int64_t> ParseMemory(std::string_view text) {
  const size_t digits =
      std::min(text.find_first_not_of("0123456789"), text.size());
  const std::string unit_name = AsciiLower(text.substr(digits));
  for (const Unit& unit : kUnits) {
    if (unit.name != unit_name) continue;
    if (digits == 0) return 0;  // "" and "kb" are nothing, as in Redis.
    const std::optional<int64_t> count =
        ParseDigits(text.substr(0, digits), 10);
    if (!count || *count > INT64_MAX / unit.bytes) return std::nullopt;
    return *count * unit.bytes;
  }
  return std::nullopt;
}

std::string FormatMemory(int64_t bytes) {
  for (const std::string_view name : {"gb", "mb", "kb"}) {
    const int64_t unit = *ParseMemory(StrCat(1, name));
    if (bytes != 0 && bytes % unit == 0) return StrCat(bytes / unit, name);
  }
  return StrCat(bytes);
}

}  // namespace base
