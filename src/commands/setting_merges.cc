#include "commands/setting_merges.h"

#include <array>
#include <charconv>
#include <optional>
#include <string_view>

#include "base/quoting.h"
#include "base/strings.h"

namespace commands {
namespace {

using base::Result;
using base::SettingSource;
using base::Status;

std::string Join(std::span<const std::string> words) {
  std::string joined;
  for (const std::string& word : words) {
    joined.append(joined.empty() ? "" : " ").append(word);
  }
  return joined;
}

// --- client-output-buffer-limit.

constexpr int kClasses = 3;
constexpr std::array<std::string_view, kClasses> kClassNames = {
    "normal", "slave", "pubsub"};

struct OutputLimit {
  int64_t hard_bytes = 0;
  int64_t soft_bytes = 0;
  int64_t soft_seconds = 0;
};

std::optional<int> ClassOf(std::string_view name) {
  if (base::EqualsIgnoreCase(name, "replica")) return 1;
  for (int i = 0; i < kClasses; ++i) {
    if (base::EqualsIgnoreCase(name, kClassNames[i])) return i;
  }
  return std::nullopt;
}

Status ApplyOutputLimits(std::span<const std::string> words,
                         std::array<OutputLimit, kClasses>* limits) {
  if (words.size() % 4 != 0) {
    return Status::Invalid(
        "Wrong number of arguments in buffer limit configuration.");
  }
  for (; !words.empty(); words = words.subspan(4)) {
    const std::optional<int> at = ClassOf(words[0]);
    if (!at) {
      return Status::Invalid(
          "Invalid client class specified in buffer limit configuration.");
    }
    const std::optional<int64_t> hard = base::ParseMemory(words[1]);
    const std::optional<int64_t> soft = base::ParseMemory(words[2]);
    const std::optional<int64_t> seconds = base::ParseInt(words[3]);
    if (!hard || !soft || !seconds || *seconds < 0) {
      return Status::Invalid(
          "Error in hard, soft or soft_seconds setting in buffer limit "
          "configuration.");
    }
    (*limits)[*at] = {*hard, *soft, *seconds};
  }
  return Status::Ok();
}

// "1mb" for "1048576".
std::string Shortest(std::string_view bytes) {
  return base::FormatMemory(base::ParseMemory(bytes).value_or(0));
}

// --- notify-keyspace-events.

// In the order in which they are shown; all of these together are "A".
constexpr std::string_view kAllClasses = "g$lshzxetd";
// Not part of "A", and not shown beside it.
constexpr char kNewKeyClass = 'n';
// Shown behind, always.
constexpr std::string_view kOtherClasses = "KEm";

}  // namespace

Result<std::string> MergeSave(const std::string& current,
                              std::span<const std::string> words,
                              SettingSource source) {
  const Status invalid = Status::Invalid("Invalid save parameters");
  if (words.size() % 2 != 0) return invalid;
  for (size_t i = 0; i < words.size(); i += 2) {
    const std::optional<int64_t> seconds = base::ParseInt(words[i]);
    const std::optional<int64_t> changes = base::ParseInt(words[i + 1]);
    if (!seconds || !changes || *seconds < 1 || *changes < 0) return invalid;
  }
  std::string value = Join(words);
  // Lines of a file add up; an empty one forgets those before it.
  if (source == SettingSource::kNextLine && !words.empty() &&
      !current.empty()) {
    value = base::StrCat(current, " ", value);
  }
  return value;
}

std::vector<std::string> SaveLines(const std::string& value) {
  const std::vector<std::string> words = base::ValueWords(value);
  std::vector<std::string> lines;
  for (size_t i = 0; i + 1 < words.size(); i += 2) {
    lines.push_back(base::StrCat(words[i], " ", words[i + 1]));
  }
  if (lines.empty()) lines.push_back("\"\"");
  return lines;
}

Result<std::string> MergeOutputLimits(const std::string& current,
                                      std::span<const std::string> words,
                                      SettingSource) {
  std::array<OutputLimit, kClasses> limits;
  TRY(ApplyOutputLimits(base::ValueWords(current), &limits));
  TRY(ApplyOutputLimits(words, &limits));
  std::string value;
  for (int i = 0; i < kClasses; ++i) {
    value += base::StrCat(i == 0 ? "" : " ", kClassNames[i], " ",
                          limits[i].hard_bytes, " ", limits[i].soft_bytes, " ",
                          limits[i].soft_seconds);
  }
  return value;
}

std::vector<std::string> OutputLimitLines(const std::string& value) {
  const std::vector<std::string> words = base::ValueWords(value);
  std::vector<std::string> lines;
  for (size_t i = 0; i + 3 < words.size(); i += 4) {
    lines.push_back(base::StrCat(words[i], " ", Shortest(words[i + 1]), " ",
                                 Shortest(words[i + 2]), " ", words[i + 3]));
  }
  return lines;
}

Result<std::string> MergeEventClasses(const std::string&,
                                      std::span<const std::string> words,
                                      SettingSource) {
  const std::string classes = Join(words);
  const auto has = [&](char c) { return classes.find(c) != std::string::npos; };
  for (const char c : classes) {
    if (c != 'A' && c != kNewKeyClass &&
        kAllClasses.find(c) == std::string_view::npos &&
        kOtherClasses.find(c) == std::string_view::npos) {
      return Status::Invalid(
          "Invalid event class character. Use 'Ag$lshzxeKEtmdn'.");
    }
  }
  std::string shown;
  for (const char c : kAllClasses) {
    if (has('A') || has(c)) shown.push_back(c);
  }
  if (shown == kAllClasses) {
    shown = "A";
  } else if (has(kNewKeyClass)) {
    shown.push_back(kNewKeyClass);
  }
  for (const char c : kOtherClasses) {
    if (has(c)) shown.push_back(c);
  }
  return shown;
}

Result<std::string> MergeOomScores(const std::string&,
                                   std::span<const std::string> words,
                                   SettingSource) {
  constexpr size_t kScores = 3;
  constexpr int64_t kScoreMax = 2000;
  if (words.size() != kScores) {
    return Status::Invalid("wrong number of arguments");
  }
  for (const std::string& word : words) {
    const std::optional<int64_t> score = base::ParseInt(word);
    if (!score || *score < -kScoreMax || *score > kScoreMax) {
      return Status::Invalid(
          "Invalid oom-score-adj-values, elements must be between -2000 and "
          "2000.");
    }
  }
  return Join(words);
}

Result<std::string> MergePercentiles(const std::string&,
                                     std::span<const std::string> words,
                                     SettingSource) {
  std::string value;
  for (const std::string& word : words) {
    double percent = 0;
    const char* const end = word.data() + word.size();
    const auto [stop, error] = std::from_chars(word.data(), end, percent);
    if (error != std::errc() || stop != end || percent != percent) {
      return Status::Invalid(
          "Invalid latency-tracking-info-percentiles parameters");
    }
    if (percent < 0 || percent > 100) {
      return Status::Invalid(
          "latency-tracking-info-percentiles parameters should sit between "
          "[0.0,100.0]");
    }
    // Six decimals, without the zeros at the end.
    char text[32];
    std::string shown(text, std::to_chars(text, text + sizeof text, percent,
                                          std::chars_format::fixed, 6)
                                .ptr);
    shown.erase(shown.find_last_not_of('0') + 1);
    if (shown.ends_with('.')) shown.pop_back();
    value.append(value.empty() ? "" : " ").append(shown);
  }
  return value;
}

std::vector<std::string> OneLine(const std::string& value) {
  return {value.empty() ? "\"\"" : value};
}

}  // namespace commands
