#include "commands/authentication.h"

#include <algorithm>

namespace commands {
namespace {

bool EqualInConstantTime(std::string_view a, std::string_view b) {
  if (a.size() != b.size()) return false;
  unsigned difference = 0;
  for (size_t i = 0; i < a.size(); ++i) {
    difference |= static_cast<unsigned char>(a[i] ^ b[i]);
  }
  return difference == 0;
}

}  // namespace

base::Status CheckPassword(const Rules& rules, std::string_view user,
                           std::string_view password) {
  const bool right =
      rules.password.empty() || EqualInConstantTime(rules.password, password);
  if (user == kDefaultUser && right) return base::Status::Ok();
  return base::Status::Invalid(
      "WRONGPASS invalid username-password pair or user is disabled.");
}

bool IsPlainName(std::string_view name) {
  return std::ranges::all_of(name, [](char c) { return c >= '!' && c <= '~'; });
}

}  // namespace commands
