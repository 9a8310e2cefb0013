// What this server calls itself.
//
// Threads: immutable.

#pragma once

namespace server {

inline constexpr char kVersion[] = "0.1.0";

}  // namespace server
