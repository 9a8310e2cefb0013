// How much memory this process may count on: what the machine has, or what
// its control group allows, whichever is less.
//
// Threads: any.

#pragma once

#include <cstdint>
#include <string>

namespace server {

// In bytes; never 0. `root` is where /proc and /sys are looked for.
uint64_t MachineMemoryBytes(const std::string& root = "");

}  // namespace server
