// At which rates flush and compaction write: as slowly as they can afford,
// because whatever they write delays the log's commits.
//
//   flush        twice as fast as the last generation filled
//   compaction   fifteen times as fast as that, for each byte is rewritten so
//                often on its way down; 20 to 200 MB/s; towards the upper end
//                with the bytes that wait and with the runs in level 0
//   no limit     where falling further behind would make writers wait
//
// Pure functions. Rates are bytes a second for Pacer; 0: no limit.
//
// Threads: any.

#pragma once

#include <cstddef>
#include <cstdint>

namespace lsm {

inline constexpr uint64_t kPaceFloor = 20'000'000;
inline constexpr uint64_t kPaceCeiling = 200'000'000;

struct Backlog {
  // Sealed and not flushed, the one being flushed included.
  size_t sealed_generations = 0;
  // The size of the last one, and how long it took to fill.
  uint64_t generation_bytes = 0;
  int64_t fill_us = 0;
  // Of levels beyond their targets, and of all.
  uint64_t pending_bytes = 0;
  uint64_t table_bytes = 0;
  size_t level0_runs = 0;
  // The number of them that starts a compaction.
  size_t level0_trigger = 1;
  // Somebody waits for the end of it.
  bool awaited = false;
};

uint64_t FlushRate(const Backlog& backlog);
uint64_t CompactionRate(const Backlog& backlog);

}  // namespace lsm
