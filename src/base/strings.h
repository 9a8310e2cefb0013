// Small text work: joining pieces into a string, comparing ASCII without
// case, and reading numbers strictly.
//
// Threads: any.

#pragma once

#include <charconv>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>

namespace base {

inline void StrAppendOne(std::string* out, std::string_view piece) {
  out->append(piece);
}
template <typename T>
requires std::is_integral_v<T>
inline void StrAppendOne(std::string* out, T number) {
  char buffer[24];
  out->append(buffer, std::to_chars(buffer, buffer + 24, number).ptr);
}

// Strings and integers, one after the other.
template <typename... Pieces>
std::string StrCat(const Pieces&... pieces) {
  std::string out;
  (StrAppendOne(&out, pieces), ...);
  return out;
}

std::string AsciiLower(std::string_view text);
bool EqualsIgnoreCase(std::string_view a, std::string_view b);

// A whole decimal integer as Redis's string2ll reads it: no spaces, no '+',
// no leading zeros, nothing left over; nullopt otherwise or when out of range.
std::optional<int64_t> ParseInt(std::string_view text);

}  // namespace base
