#include "base/float_text.h"

#include <charconv>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstdlib>

#include "base/check.h"

namespace base {
namespace {

// Doubles up to here are told apart from integers by a plain conversion.
constexpr double kIntegerMax = 4611686018427387904.0;  // 2^62

// Lays out 0.d1d2d3... x 10^point, as grisu-based printers commonly do: plain
// while that is short, scientific beyond.
std::string Layout(bool negative, std::string_view digits, int point) {
  std::string out(negative ? "-" : "");
  const int count = static_cast<int>(digits.size());
  const int scale = point - count;  // value = digits x 10^scale
  const int exponent = point - 1;   // value = d.ddd x 10^exponent
  if (scale >= 0 && std::abs(exponent) < count + 7) {
    out.append(digits).append(static_cast<size_t>(scale), '0');
  } else if (scale < 0 && (scale > -7 || std::abs(exponent) < 4)) {
    if (point <= 0) {
      out.append("0.").append(static_cast<size_t>(-point), '0').append(digits);
    } else {
      const size_t whole = static_cast<size_t>(point);
      out.append(digits.substr(0, whole)).append(1, '.');
      out.append(digits.substr(whole));
    }
  } else {
    out.append(digits.substr(0, 1));
    if (count > 1) out.append(1, '.').append(digits.substr(1));
    out.append(exponent < 0 ? "e-" : "e+");
    out.append(std::to_string(std::abs(exponent)));
  }
  return out;
}

}  // namespace

std::string DoubleText(double value) {
  if (std::isnan(value)) return "nan";
  if (std::isinf(value)) return value < 0 ? "-inf" : "inf";
  if (value == 0) return std::signbit(value) ? "-0" : "0";
  if (std::fabs(value) < kIntegerMax && value == std::trunc(value)) {
    return std::to_string(static_cast<int64_t>(value));
  }
  char buffer[32];
  const auto [stop, error] = std::to_chars(
      buffer, buffer + sizeof buffer, value, std::chars_format::scientific);
  CHECK(error == std::errc());
  const std::string_view text(buffer, static_cast<size_t>(stop - buffer));
  const bool negative = text[0] == '-';
  const size_t mark = text.find('e');
  std::string digits;
  for (const char c : text.substr(0, mark)) {
    if (c >= '0' && c <= '9') digits.push_back(c);
  }
  const int exponent = std::atoi(std::string(text.substr(mark + 1)).c_str());
  return Layout(negative, digits, exponent + 1);
}

std::string LongDoubleText(long double value) {
  if (std::isnan(value)) return "nan";
  if (std::isinf(value)) return value < 0 ? "-inf" : "inf";
  // The largest long double has 4933 digits before the point.
  char buffer[5120];
  const int size = std::snprintf(buffer, sizeof buffer, "%.17Lf", value);
  CHECK(size > 0 && static_cast<size_t>(size) < sizeof buffer);
  std::string text(buffer, static_cast<size_t>(size));
  text.resize(text.find_last_not_of('0') + 1);
  if (text.back() == '.') text.pop_back();
  return text == "-0" ? "0" : text;
}

}  // namespace base
