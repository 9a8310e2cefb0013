// Statistics are the numbers that INFO's stats, commandstats and errorstats
// sections show, counted by dispatch after each command.
//
// Threads: loop-bound.

#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "base/histogram.h"

namespace commands {

struct CommandSpec;

struct CommandStatistics {
  uint64_t calls = 0;
  uint64_t micros = 0;
  uint64_t rejected_calls = 0;  // a check before the handler said no
  uint64_t failed_calls = 0;    // the handler's reply was an error
  // Microseconds of each call; made at the first one that is tracked.
  std::unique_ptr<base::Histogram> latency;
};

// One per row of the table, subcommands included.
struct CommandEntry {
  const CommandSpec* spec = nullptr;
  const CommandSpec* parent = nullptr;  // of a subcommand
  std::string full_name;                // "object|encoding"
  CommandStatistics statistics;
};

struct Statistics {
  uint64_t commands = 0;
  uint64_t keyspace_hits = 0;
  uint64_t keyspace_misses = 0;
  uint64_t error_replies = 0;
  uint64_t reruns = 0;        // runs that ended in a miss
  uint64_t lost_cursors = 0;  // SCAN cursors that nobody knew any more
  // Error replies by their first word; at most kErrorKindsMax kinds.
  std::map<std::string, uint64_t, std::less<>> errors;

  static constexpr size_t kErrorKindsMax = 128;
  void NoteError(std::string_view code);
  // CONFIG RESETSTAT, for what is kept here. (Rows are the table's.)
  void Reset() { *this = Statistics(); }
};

}  // namespace commands
