// SnapshotReader reads the rows of a snapshot in key order, both ways, one
// page at a time.
//
//   newest rows -.
//   generations --+--> merge --> of each key the newest version that the
//   version -----'               snapshot sees, no tombstones --> page
//
// Between two pages it holds on to the snapshot, and to the tables of the page
// before: its place in each of their runs, which is a block, or what was read
// ahead. Generations it finds anew, so that whoever reads slowly pins files,
// not memory, and the snapshot may move over to new tables meanwhile.
//
// Threads: one holder at a time, on any thread. Takes no lock of the engine.

#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/status.h"
#include "lsm/pinned_snapshot.h"
#include "lsm/row_page.h"
#include "lsm/version/run.h"

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

  explicit SnapshotReader(RangePin pin) : pin_(std::move(pin)) {}

  // False: the page holds all there is. The range asked for must lie within
  // the one that the pin was made for.
  base::Result<bool> Read(const Request& request, RowPage* page);

 private:
  struct OpenRun {
    std::shared_ptr<const Run> run;
    std::unique_ptr<TwoWayIterator> rows;  // null until needed
  };
  // What may hold rows of a range.
  struct Sources {
    std::vector<std::unique_ptr<TwoWayIterator>> memory;
    std::vector<TwoWayIterator*> runs;

    std::vector<TwoWayIterator*> All() const;
  };

  Sources SourcesOf(const Request& request, const PinnedSnapshot::View& view);
  // Makes runs_ those of the version, read with these options.
  void TakeRuns(const Version& version, const ReadOptions& options);
  base::Result<bool> ReadForward(const Request& request, const Sources& sources,
                                 RowPage* page);
  base::Result<bool> ReadBackward(const Request& request,
                                  const Sources& sources, RowPage* page) const;

  const RangePin pin_;
  // Of the last page.
  std::shared_ptr<const Version> version_;
  ReadOptions options_;
  std::vector<OpenRun> runs_;
  // If there: the runs of that page, which was of rows before upto_end_, have
  // nothing to show between this key and the row on which they stand.
  std::optional<std::string> upto_;
  std::string upto_end_;
};

}  // namespace lsm
