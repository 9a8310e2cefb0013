// ExpiryWalk finds rows on disk that are about to die, so that the owner can
// delete them in time although nobody asks for them.
//
// Each table says in its properties when its first row dies. A walk reads the
// tables in which something is due, reports what it finds, and remembers for
// each when the next row after those dies; so a table whose dead rows are
// still there, but deleted above, is not read again and again.
//
// Who deletes them takes no more than some at a time: a walk that has reported
// so many stops, and the next one goes on at the row where it stopped.
//
// Threads: one walk at a time, on any thread.

#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <unordered_map>
#include <vector>

#include "base/status.h"
#include "lsm/options.h"
#include "lsm/version/version.h"

namespace lsm {

class ExpiryWalk {
 public:
  // How far the walks through one table have come.
  struct Place {
    int64_t due_ms = 0;  // when the next row dies; 0: none does
    // Where to go on, and when the next row before that dies.
    std::string from;
    int64_t due_before_ms = 0;
  };
  // What one walk reads, and what it learns.
  struct Plan {
    int64_t horizon_ms = 0;  // rows that die by then are reported
    size_t rows_max = SIZE_MAX;
    std::vector<TableFilePtr> files;
    // In the order of `files`; after Run, of those that were read, new ones.
    std::vector<Place> places;
    size_t read = 0;
    bool stopped = false;  // more rows are due than were to be reported
  };

  // The tables with rows that die before `horizon_ms`; empty when there are
  // none. Forgets tables that the version no longer has.
  Plan Begin(const Version& version, int64_t horizon_ms,
             size_t rows_max = SIZE_MAX);
  // Calls `report` with rows in batches. Ends early, with Ok, when
  // `should_stop` says so.
  using Report = std::function<void(std::vector<ExpiringRow> rows)>;
  static base::Status Run(const Options& options, const Report& report,
                          const std::function<bool()>& should_stop, Plan* plan);
  void End(const Plan& plan);

 private:
  std::unordered_map<uint64_t, Place> places_;  // by file number
};

}  // namespace lsm
