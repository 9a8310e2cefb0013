// What the process takes in memory beside what the engine counts: code,
// stacks, buffers, and the allocator's own. maxmemory is meant for all of it,
// so the engine leaves as much of its budget to the rest.
//
// Threads: any.

#pragma once

#include <cstdint>

#include "base/allocator.h"

namespace server {

// In bytes. `counted` is of the engine, `resident` of the process.
//
// Holes in the allocator's pages are the rest's, too, but for a tenth of the
// budget: evicting makes holes before it makes free pages, so that each record
// evicted would ask for the next, and nothing would be gained. What is more
// than that comes of sizes that do not fit each other.
uint64_t OtherMemory(uint64_t budget, uint64_t counted, uint64_t resident,
                     const base::AllocatorStats& allocator);

}  // namespace server
