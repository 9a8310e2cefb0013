#include "base/glob.h"

#include <cstddef>
#include <utility>

namespace base {
namespace {

unsigned char Fold(char c, GlobCase letters) {
  const auto byte = static_cast<unsigned char>(c);
  const bool upper = byte >= 'A' && byte <= 'Z';
  return upper && letters == GlobCase::kIgnore ? byte + ('a' - 'A') : byte;
}

// Whether `c` is in the class that begins at pattern[*at], which is '['.
// Leaves *at one past the class. A class that does not end, ends with the
// pattern.
bool MatchClass(std::string_view pattern, size_t* at, char c,
                GlobCase letters) {
  const unsigned char wanted = Fold(c, letters);
  size_t i = *at + 1;
  const bool negated = i < pattern.size() && pattern[i] == '^';
  if (negated) ++i;
  bool found = false;
  for (; i < pattern.size() && pattern[i] != ']'; ++i) {
    if (pattern[i] == '\\' && i + 1 < pattern.size()) {
      ++i;
      // Redis compares an escaped byte as it is, whatever the case mode.
      found |= pattern[i] == c;
    } else if (i + 2 < pattern.size() && pattern[i + 1] == '-') {
      unsigned char low = static_cast<unsigned char>(pattern[i]);
      unsigned char high = static_cast<unsigned char>(pattern[i + 2]);
      if (low > high) std::swap(low, high);
      low = Fold(static_cast<char>(low), letters);
      high = Fold(static_cast<char>(high), letters);
      found |= low <= wanted && wanted <= high;
      i += 2;
    } else {
      found |= Fold(pattern[i], letters) == wanted;
    }
  }
  *at = i < pattern.size() ? i + 1 : i;
  return found != negated;
}

// Whether the element at pattern[*at], which is no star, matches `c`. Leaves
// *at one past the element.
bool MatchElement(std::string_view pattern, size_t* at, char c,
                  GlobCase letters) {
  switch (pattern[*at]) {
    case '?':
      ++*at;
      return true;
    case '[':
      return MatchClass(pattern, at, c, letters);
    case '\\':
      if (*at + 1 < pattern.size()) ++*at;
      break;
  }
  return Fold(pattern[(*at)++], letters) == Fold(c, letters);
}

size_t SkipStars(std::string_view pattern, size_t at) {
  while (at < pattern.size() && pattern[at] == '*') ++at;
  return at;
}

// The byte at pattern[*at] if it stands for itself only; *at is then one past
// it.
bool TakeLiteral(std::string_view pattern, size_t* at, char* c) {
  const char first = pattern[*at];
  if (first == '*' || first == '?' || first == '[') return false;
  if (first == '\\' && *at + 1 < pattern.size()) ++*at;
  *c = pattern[(*at)++];
  return true;
}

}  // namespace

bool GlobMatch(std::string_view pattern, std::string_view text,
               GlobCase letters) {
  constexpr size_t kNone = std::string_view::npos;
  if (text.empty()) return pattern.empty();  // Even "*": as Redis does it.
  size_t p = 0;
  size_t t = 0;
  // Where to resume when the pattern fails: after the last star, which then
  // takes one byte more. An earlier star need not be tried again: what came
  // after it has matched as early as it could.
  size_t resume_p = kNone;
  size_t resume_t = 0;
  int stars = 0;
  while (t < text.size()) {
    if (p < pattern.size() && pattern[p] == '*') {
      p = SkipStars(pattern, p);
      if (p == pattern.size()) return true;
      if (++stars > kGlobStarsMax) return false;
      resume_p = p;
      resume_t = t;
    } else if (p < pattern.size() &&
               MatchElement(pattern, &p, text[t], letters)) {
      ++t;
    } else if (resume_p != kNone) {
      p = resume_p;
      t = ++resume_t;
    } else {
      return false;
    }
  }
  return SkipStars(pattern, p) == pattern.size();
}

std::string LiteralPrefix(std::string_view pattern) {
  std::string prefix;
  size_t at = 0;
  char c;
  while (at < pattern.size() && TakeLiteral(pattern, &at, &c)) {
    prefix.push_back(c);
  }
  return prefix;
}

bool IsLiteral(std::string_view pattern) {
  size_t at = 0;
  char c;
  while (at < pattern.size() && TakeLiteral(pattern, &at, &c)) continue;
  return at == pattern.size();
}

}  // namespace base
