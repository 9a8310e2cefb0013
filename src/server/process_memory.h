// What the process takes in memory beside what the engine counts: code,
// stacks, buffers, and the allocator's own. maxmemory is meant for all of it,
// so the engine leaves as much of its budget to the rest.
//
// Threads: one holder at a time.

#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "base/allocator.h"

namespace server {

class OtherMemory {
 public:
  OtherMemory() { freed_.fill(UINT64_MAX); }

  // In bytes. `counted` is of the engine, `resident` of the process. To be
  // called ten times a second.
  //
  // Holes in the allocator's pages are the rest's, too, but for a sixteenth of
  // the budget: evicting makes holes before it makes free pages, so that each
  // record evicted would ask for the next, and nothing would be gained. What is
  // more than that comes of sizes that do not fit each other.
  //
  // Evicting also makes pages that are free and not yet back with the system.
  // Mostly they are used again first: the least of half a second counts.
  //
  // After a smaller budget what is resident and not handed out counts for a
  // while as it did before, if it is more now: pages that eviction freed are
  // on their way back to the system, and holes are being moved out of others.
  // Records that made room for them would be missed afterwards.
  uint64_t Note(uint64_t budget, uint64_t counted, uint64_t resident,
                const base::AllocatorStats& allocator);

 private:
  static constexpr int kGraceReadings = 30;
  static constexpr size_t kFreedReadings = 5;

  std::array<uint64_t, kFreedReadings> freed_;  // the last ones, in a circle
  size_t next_freed_ = 0;
  uint64_t budget_ = 0;
  uint64_t idle_ = 0;  // resident and not handed out, as it counted last
  int grace_ = 0;      // readings to come in which that may not grow
};

// The process is larger than its budget for pages that the allocator has free.
bool ShouldPurge(uint64_t budget, uint64_t resident,
                 const base::AllocatorStats& allocator);

}  // namespace server
