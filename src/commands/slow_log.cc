#include "commands/slow_log.h"

#include "base/strings.h"

namespace commands {
namespace {

constexpr size_t kWordsMax = 32;
constexpr size_t kWordBytesMax = 128;

std::string Shortened(std::string_view word) {
  if (word.size() <= kWordBytesMax) return std::string(word);
  return base::StrCat(word.substr(0, kWordBytesMax), "... (",
                      word.size() - kWordBytesMax, " more bytes)");
}

}  // namespace

void SlowLog::SetLimits(int64_t threshold_us, size_t entries_max) {
  threshold_us_ = threshold_us;
  entries_max_ = entries_max;
  if (entries_.size() > entries_max_) entries_.resize(entries_max_);
}

void SlowLog::Add(int64_t time_s, int64_t micros, resp::Words words,
                  std::string_view peer, std::string_view client_name) {
  Entry entry{next_id_++,
              time_s,
              micros,
              {},
              std::string(peer),
              std::string(client_name)};
  const size_t kept = words.size() <= kWordsMax ? words.size() : kWordsMax - 1;
  for (size_t i = 0; i < kept; ++i) entry.words.push_back(Shortened(words[i]));
  if (kept < words.size()) {
    entry.words.push_back(
        base::StrCat("... (", words.size() - kept, " more arguments)"));
  }
  entries_.push_front(std::move(entry));
  if (entries_.size() > entries_max_) entries_.pop_back();
}

}  // namespace commands
