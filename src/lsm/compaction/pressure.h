// Pressure says how far flush and compaction have fallen behind, from 0 (at
// ease) to 1 (whoever writes must wait), and on what account:
//
//   memory   rows not in tables, of four generations. (A generation is at most
//            an eighth of the budget, so this is half of the budget.)
//   level0   runs in level 0, of those that reads can bear
//   debt     bytes beyond the targets of their levels, of half the tables
//
// What the running jobs have done so far is taken off already: a job would
// otherwise count in full until it ends, and whoever goes by the pressure
// would see saw teeth.
//
// Pure functions.
//
// Threads: any.

#pragma once

#include <cstdint>
#include <string_view>

namespace lsm {

struct Load {
  uint64_t unflushed_bytes = 0;   // of rows that are in no table
  uint64_t generation_bytes = 1;  // the size at which one is sealed; above 0
  double level0_runs = 0;         // less what the running merge has done
  uint64_t pending_bytes = 0;     // that levels hold beyond their targets
  uint64_t table_bytes = 0;       // of all tables and blob files
};

// Each at most 1.
struct Pressure {
  double memory = 0;
  double level0 = 0;
  double debt = 0;

  // The greatest of them, at most 1.
  double value() const;
  // The name of the greatest.
  std::string_view cause() const;
};

Pressure PressureOf(const Load& load);

// How far a job has come, told by the bytes that went through its pacer.
struct JobProgress {
  uint64_t spent_at_begin = 0;  // as the pacer counts, when the job began
  uint64_t bytes_expected = 0;  // of the whole job

  // From 0 to 1; 0 where nothing is expected.
  double Done(uint64_t spent) const;
};

}  // namespace lsm
