// Glob patterns as Redis matches them, in KEYS, SCAN, PSUBSCRIBE, ACL and
// CONFIG GET.
//
//   *        any bytes, also none      [abc]   one of these
//   ?        any one byte              [a-z]   one of the range
//   \c       c itself                  [^a]    any byte but these
//
// A pattern is bytes, not text; so is what it is matched with.
//
// Threads: any.

#pragma once

#include <string>
#include <string_view>

namespace base {

// A pattern that has more stars (runs of them counted once) matches nothing.
// Redis stops there for its recursion's sake; we keep what a client can see.
inline constexpr int kGlobStarsMax = 1000;

enum class GlobCase { kExact, kIgnore };

// Takes time in proportion to pattern times text at worst, and no memory.
bool GlobMatch(std::string_view pattern, std::string_view text,
               GlobCase letters = GlobCase::kExact);

// The bytes with which all that matches begins: what a range may start at.
// Escapes are resolved.
std::string LiteralPrefix(std::string_view pattern);

// The pattern has nothing special in it: it matches LiteralPrefix(pattern)
// and nothing else.
bool IsLiteral(std::string_view pattern);

}  // namespace base
