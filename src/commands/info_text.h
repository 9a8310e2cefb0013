// InfoText puts together what INFO answers: sections of "key:value" lines.
//
//   # Server
//   redis_version:7.2.4
//   ...
//   (empty line)
//   # Clients
//
// Lines end in CR LF, as client libraries expect.
//
// Threads: one holder at a time.

#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

#include "base/strings.h"

namespace commands {

class InfoText {
 public:
  void Section(std::string_view title) {
    if (!text_.empty()) text_ += "\r\n";
    text_ += base::StrCat("# ", title, "\r\n");
  }
  // Text and whole numbers, one after the other, are the value.
  template <typename... Pieces>
  void Add(std::string_view key, const Pieces&... value) {
    text_ += base::StrCat(key, ":", value..., "\r\n");
  }
  void AddFixed(std::string_view key, double value, int decimals);
  // "key:12345" and "key_human:12.06K".
  void AddBytes(std::string_view key, uint64_t bytes);

  std::string Take() { return std::move(text_); }

 private:
  std::string text_;
};

// A number with so many decimals.
std::string FixedText(double value, int decimals);
// "512B", "1.50K", "3.25G", as Redis shortens bytes.
std::string HumanBytes(uint64_t bytes);

}  // namespace commands
