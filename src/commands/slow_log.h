// SlowLog remembers the latest commands that took long, for SLOWLOG GET.
//
// Arguments are kept shortened, as Redis shortens them: at most 32, each at
// most 128 bytes, with a word in place of what is left out.
//
// Threads: loop-bound.

#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
#include <vector>

#include "resp/words.h"

namespace commands {

class SlowLog {
 public:
  struct Entry {
    int64_t id;
    int64_t time_s;
    int64_t micros;
    std::vector<std::string> words;
    std::string peer;
    std::string client_name;
  };

  SlowLog() = default;
  SlowLog(const SlowLog&) = delete;
  SlowLog& operator=(const SlowLog&) = delete;

  // slowlog-log-slower-than (negative: nothing is noted) and slowlog-max-len.
  void SetLimits(int64_t threshold_us, size_t entries_max);
  bool IsSlow(int64_t micros) const {
    return threshold_us_ >= 0 && micros >= threshold_us_;
  }
  void Add(int64_t time_s, int64_t micros, resp::Words words,
           std::string_view peer, std::string_view client_name);

  // The newest first.
  const std::deque<Entry>& entries() const { return entries_; }
  void Clear() { entries_.clear(); }

 private:
  int64_t threshold_us_ = 10'000;
  size_t entries_max_ = 128;
  int64_t next_id_ = 0;
  std::deque<Entry> entries_;
};

}  // namespace commands
