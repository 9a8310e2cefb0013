// How much memory this process may count on: what the machine has, or what
// its control group allows, whichever is less.
//
// Threads: any.

#pragma once

#include <cstdint>

namespace server {

// In bytes; never 0.
uint64_t MachineMemoryBytes();

}  // namespace server
