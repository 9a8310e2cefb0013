// RangeWalks go through a range as of one moment, however long it is, on the
// readers' threads: for those who want all of it and keep little.
//
//   Start --> page, visit --> page, visit --> ...     a reader at a time
//                     '--mailbox--'           '--> Finish: done
//
// Between two pages it holds on to the snapshot and to nothing else, and other
// reads have their turn.
//
// Invariants
//   - `done` runs once for each Start, in Finish or Abort, never within it; no
//     `visit` is running then, and none runs later.
//
// Threads: owner-bound; `visit` runs on a reader, one call after the other.

#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/status.h"
#include "lsm/mailbox.h"
#include "lsm/reader_pool.h"
#include "lsm/row_page.h"
#include "lsm/snapshot_reader.h"

namespace lsm {

class RangeWalks {
 public:
  // Rows in order, those after the page before; the last page, which may be
  // empty, says so. An error ends the walk and is handed on.
  using Visit = std::function<base::Status(const RowPage& page, bool last)>;
  // Miss: the engine was closed first. Else why it cannot be read.
  using Done = std::function<void(base::Status)>;

  // Both outlive it.
  RangeWalks(ReaderPool* pool, Mailbox* mailbox)
      : pool_(pool), mailbox_(mailbox) {}
  RangeWalks(const RangeWalks&) = delete;
  RangeWalks& operator=(const RangeWalks&) = delete;

  // From `begin` to before `end`, an empty end being beyond every key; `pin`
  // was made for it. Of each value the page shows `value_bytes` at most.
  void Start(RangePin pin, std::string begin, std::string end,
             size_t value_bytes, Visit visit, Done done);
  // Tells those who wait that their walk is over; true if there were some.
  bool Finish();
  // The pool has stopped: lets go of all snapshots.
  void Abandon();
  // The same, and tells all who wait.
  void Abort();

  uint64_t in_flight() const { return walks_.size(); }

 private:
  struct Walk {
    // For the pool while it reads, for the owner in between.
    std::unique_ptr<SnapshotReader> reader;  // null: it holds on to nothing
    std::string next;
    std::string end;
    size_t value_bytes = 0;
    Visit visit;
    base::Status status;
    bool is_over = false;
    // For the owner.
    Done done;
  };
  using WalkPtr = std::shared_ptr<Walk>;

  static void ReadPage(Walk* walk);
  void Step(const WalkPtr& walk);
  void Arrive(const WalkPtr& walk);

  // Immutable.
  ReaderPool* const pool_;
  Mailbox* const mailbox_;

  // Owner-bound.
  std::vector<WalkPtr> walks_;
  std::vector<WalkPtr> over_;
};

}  // namespace lsm
