// CheckDirectory reads a data directory from end to end, changes nothing, and
// tells everything that is not as it should be:
//
//   CURRENT, MANIFEST   by the rule of their recovery
//   tables              all that CheckTable checks, and what the MANIFEST says
//   blob files          every record, and that each reference has one
//   levels              disjoint where they must be
//   log                 by the rule of recovery; every batch decodes
//   counters            against the rows that are there, if all is sound
//
// Threads: any; nobody else may write to the directory.

#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "base/status.h"
#include "lsm/options.h"

namespace lsm {

struct CheckRequest {
  // fs, directory, key_ranges and expiry_of are asked for.
  const Options* options = nullptr;

  // What a live row adds to the counters; empty: they are not compared. Of a
  // large value only the beginning may be shown (kBlobHeadBytes).
  using AddCount = std::function<void(uint64_t counter, int64_t delta)>;
  std::function<void(std::string_view key, std::string_view value,
                     const AddCount& add)>
      count_row;
  // A sentence that names the file. Damage makes a directory unsound; the
  // rest is only worth knowing.
  std::function<void(bool is_damage, const std::string& text)> on_finding;
  // Of bytes to read, as far as known.
  std::function<void(uint64_t done, uint64_t all)> on_progress;
};

struct CheckSummary {
  uint64_t damages = 0;
  uint64_t tables = 0;
  uint64_t blob_files = 0;
  uint64_t rows = 0;  // In tables, all versions and tombstones.
  uint64_t segments = 0;
  uint64_t batches = 0;    // Of the log, not yet in tables.
  uint64_t live_rows = 0;  // Only where all is sound and counts were asked for.
};

// Fails when there is nothing to look at: no database, one of a newer version,
// or a directory that cannot be read.
base::Result<CheckSummary> CheckDirectory(const CheckRequest& request);

}  // namespace lsm
