// ManifestState is the sum of all edits: what the data directory is, without
// a single open file. Recovery adds it up from the MANIFEST; a running
// Manifest keeps it current, so that a snapshot can be written at any time.
//
// Invariants
//   - Every table number is below next_file_number, every listed segment
//     below next_segment_number.
//   - A cut stays as long as a segment that it silences is listed.
//   - No counter is 0.
//
// Threads: a value.

#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "base/status.h"
#include "lsm/format.h"
#include "lsm/version/version_edit.h"

namespace lsm {

struct ManifestState {
  Identity identity;
  uint64_t incarnation = 0;

  std::map<uint64_t, AddedTable> tables;  // by number
  Sequence flushed = 0;
  std::map<uint64_t, int64_t> counters;

  std::set<uint64_t> segments;
  std::vector<WalCut> cuts;  // in order of segment
  std::map<std::string, Sequence> dead_scopes;

  uint64_t next_file_number = 1;
  uint64_t next_segment_number = 1;
  Sequence highest_sequence = 0;
  int64_t wall_clock_us = 0;

  bool operator==(const ManifestState&) const = default;

  // A state for a new data directory: random identity, nothing in it.
  static ManifestState ForNewDirectory();

  // Corruption, with the state half changed, when the edit does not fit.
  base::Status Apply(const VersionEdit& edit);
  // The edit that leads from an empty state to this one.
  VersionEdit Snapshot() const;

  // The blob files that the tables refer to: number, and bytes of all
  // its records.
  std::map<uint64_t, uint64_t> BlobFiles() const;
};

}  // namespace lsm
