// SnapshotReader reads the rows of a snapshot in key order, both ways, one
// page at a time.
//
//   newest rows -.
//   generations --+--> merge --> of each key the newest version that the
//   version -----'               snapshot sees, no tombstones --> page
//
// Between two pages it holds on to the snapshot and to nothing else, so the
// snapshot may move over to new tables meanwhile: whoever reads slowly pins
// files, not memory.
//
// Threads: one holder at a time, on any thread. Takes no lock of the engine.

#pragma once

#include <cstddef>
#include <memory>
#include <string_view>

#include "base/status.h"
#include "lsm/pinned_snapshot.h"
#include "lsm/row_page.h"

namespace lsm {

// What may be read, and as of when.
struct RangePin {
  std::shared_ptr<const PinnedSnapshot> snapshot;
  // Rows of the range that the snapshot's generations lack, because they were
  // still active and so were copied instead of sealed. May be null.
  std::shared_ptr<const RowPage> newest;
};

class SnapshotReader {
 public:
  struct Request {
    // From `begin` to before `end`; an empty end is beyond every key.
    std::string_view begin;
    std::string_view end;
    // From the last row downwards; the page is in that order then.
    bool backward = false;
    // The page ends with the row that reaches one of these.
    size_t rows_max = 0;
    size_t bytes_max = 0;
    // Of each value no more than this gets onto the page.
    size_t value_bytes = SIZE_MAX;
    // The reader will not come back: the block cache is left to those who do.
    bool passing = false;
  };

  // False: the page holds all there is. The range asked for must lie within
  // the one that `pin` was made for.
  static base::Result<bool> Read(const RangePin& pin, const Request& request,
                                 RowPage* page);
};

}  // namespace lsm
