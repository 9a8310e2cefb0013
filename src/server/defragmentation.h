// How hard the engine works at giving sparse pages back: what the settings of
// active defragmentation say about the holes that the allocator has now.
//
//   percent of the time
//   cycle max |            _____
//             |        __/
//   cycle min |     _/
//           0 |____|____________  holes, as a part of what is handed out
//               lower  upper
//
// Threads: any.

#pragma once

#include <cstdint>

#include "base/allocator.h"

namespace server {

struct DefragSettings {
  bool on = false;
  // Fewer holes are left alone, be they ever so large a part.
  uint64_t ignore_bytes = 0;
  // In percent, as the settings of these names.
  int64_t threshold_lower = 0;
  int64_t threshold_upper = 0;
  int64_t cycle_min = 0;
  int64_t cycle_max = 0;
};

// In percent, 0: rest. What has begun (`now` is what was said last) goes on
// a little below the limits: else it would begin again at the next hole.
int DefragPercent(const DefragSettings& settings,
                  const base::AllocatorStats& allocator, int now);

}  // namespace server
