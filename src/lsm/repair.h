// RepairDirectory saves what is whole of a damaged data directory into a new
// one, and tells exactly what is lost. The damaged one is only read.
//
//   tables, log --whole blocks and batches--> merge --> tables of the bottom
//                                                       level, a new MANIFEST
//
// What the disk cannot read counts as damaged, page by page. Of each key the
// newest version that could be saved is kept. Where a newer one may have been
// lost, the loss says so.
//
// Threads: any; nobody else may write to either directory.

#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/status.h"
#include "lsm/check.h"
#include "lsm/format.h"
#include "lsm/options.h"

namespace lsm {

// Rows or batches that are gone.
struct Loss {
  std::string what;  // Why, naming the file and the place.
  // Of a table: rows with keys between these, and how many there were, as far
  // as known (of all losses of this table together).
  std::optional<std::string> first;
  std::optional<std::string> last;
  bool first_included = false;
  bool last_included = false;
  std::optional<uint64_t> rows;
  // Of the log, where any key may be concerned: batches after this one.
  bool is_log = false;
  // The sequences that what is gone may have had; `upto` 0: not known.
  Sequence after = 0;
  Sequence upto = 0;
  // Of a table: saved rows in this range that may be older than what is gone.
  uint64_t maybe_stale = 0;
};

struct RepairRequest {
  std::string from;
  // For the new directory, which does not exist or is empty: fs, directory,
  // key_ranges, expiry_of and the sizes are asked for.
  const Options* options = nullptr;
  // As in CheckRequest; empty: the counters of the MANIFEST are taken over.
  decltype(CheckRequest::count_row) count_row;
  // Each row that is saved, after it was written.
  std::function<void(std::string_view key, std::string_view value)> on_saved;
  // A saved row that may be older than what losses[loss] names.
  std::function<void(size_t loss, std::string_view key, Sequence sequence)>
      on_maybe_stale;
  std::function<void(uint64_t done, uint64_t all)> on_progress;
};

struct RepairReport {
  std::vector<Loss> losses;
  // Damage that cost nothing, and what else is worth knowing.
  std::vector<std::string> notes;
  uint64_t rows = 0;     // Saved.
  uint64_t tables = 0;   // Read.
  uint64_t batches = 0;  // Read from the log.
  // The MANIFEST could not be believed: files were chosen by their names.
  bool guessed_files = false;
};

// Fails when a file cannot be opened, when the new directory is not empty, or
// when writing fails; then what it holds is worthless.
base::Result<RepairReport> RepairDirectory(const RepairRequest& request);

}  // namespace lsm
