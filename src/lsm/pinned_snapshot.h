// PinnedSnapshot is what a Snapshot holds on to: the generations that were not
// flushed when it was made, and the version below them.
//
//   made                          a flush of 8 and 9 is installed
//   generations 9, 8   + V4   -->  no generation   + V5
//   (memory and files)             (files; rows above its sequence, which the
//                                   flush also wrote, are not looked at)
//
// A flush that begins while it lives keeps, of each key, the newest version
// that it sees; see compaction/README.md. Compactions need not know it: until
// it has moved over no table holds a row newer than it, so they drop nothing
// of what it sees, and afterwards it holds the tables themselves.
//
// Invariants
//   - Generations and version together hold every row that it sees.
//   - A version of a key above its sequence may be in the version, never in
//     its generations.
//
// Threads: shared. The owner moves it over; any thread may read.

#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/mutex.h"
#include "base/status.h"
#include "lsm/memory/generation.h"
#include "lsm/snapshot.h"
#include "lsm/version/version.h"

namespace lsm {

class PinnedSnapshot : public Snapshot {
 public:
  struct View {
    std::vector<std::shared_ptr<const Generation>> generations;  // newest first
    std::shared_ptr<const Version> version;
  };
  struct Row {
    Sequence sequence = 0;
    std::string value;
  };

  PinnedSnapshot(Sequence sequence, View view);

  // A copy to read from; it stays right whatever happens to the snapshot, and
  // pins what it names. Io once the engine is gone.
  base::Result<View> view() const EXCLUDES(mutex_);

  // The row of the key as of the snapshot. Reads the disk for what the block
  // cache does not hold.
  base::Result<std::optional<Row>> Get(std::string_view key,
                                       uint64_t hash) const;

  // Owner: `version` is the first one that holds all rows up to `flushed`.
  // True when no generation is left to wait for.
  bool MoveOver(const std::shared_ptr<const Version>& version, Sequence flushed)
      EXCLUDES(mutex_);
  // Owner: lets go of everything; the engine is about to go.
  void Abandon() EXCLUDES(mutex_);

 private:
  mutable base::Mutex mutex_;
  View view_ GUARDED_BY(mutex_);
};

}  // namespace lsm
