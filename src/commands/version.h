// The version of Redis that this server behaves as. Clients decide by it what
// they may ask.
//
// Threads: immutable.

#pragma once

#include <string_view>

namespace commands {

inline constexpr std::string_view kRedisVersion = "7.2.4";

}  // namespace commands
