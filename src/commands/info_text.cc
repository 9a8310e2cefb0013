#include "commands/info_text.h"

#include <charconv>

namespace commands {

std::string FixedText(double value, int decimals) {
  char text[64];
  const auto [end, error] = std::to_chars(text, text + sizeof text, value,
                                          std::chars_format::fixed, decimals);
  return error == std::errc() ? std::string(text, end) : "0";
}

std::string HumanBytes(uint64_t bytes) {
  constexpr std::string_view kUnits = "KMGTP";
  if (bytes < 1024) return base::StrCat(bytes, "B");
  double shown = static_cast<double>(bytes) / 1024;
  size_t unit = 0;
  while (shown >= 1024 && unit + 1 < kUnits.size()) {
    shown /= 1024;
    ++unit;
  }
  return FixedText(shown, 2) + kUnits[unit];
}

void InfoText::AddFixed(std::string_view key, double value, int decimals) {
  Add(key, FixedText(value, decimals));
}

void InfoText::AddBytes(std::string_view key, uint64_t bytes) {
  Add(key, bytes);
  Add(base::StrCat(key, "_human"), HumanBytes(bytes));
}

}  // namespace commands
