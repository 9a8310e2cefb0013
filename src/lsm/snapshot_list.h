// SnapshotList knows the snapshots that a flush must spare: those that still
// wait for a generation of theirs to be flushed.
//
// Invariants
//   - A snapshot is here from before a flush takes one of its generations
//     until the version with that flush is installed, unless it was let go of.
//   - Ascending: a later snapshot has no lower sequence.
//
// Threads: owner-bound. Snapshots themselves may be let go of on any thread.

#pragma once

#include <memory>
#include <vector>

#include "lsm/pinned_snapshot.h"

namespace lsm {

class SnapshotList {
 public:
  // A new snapshot of this view at `sequence`.
  std::shared_ptr<const PinnedSnapshot> Add(Sequence sequence,
                                            PinnedSnapshot::View view);

  // Of the snapshots that are still held, ascending.
  std::vector<Sequence> Sequences();
  // The lowest of them; kSequenceMax when there is none.
  Sequence Oldest();

  // `version` was just installed; it holds all rows up to `flushed`.
  void MoveOver(const std::shared_ptr<const Version>& version,
                Sequence flushed);
  // The engine is about to go: whoever reads a snapshot gets an error.
  void Abandon();

 private:
  // The snapshots still held; forgets the others.
  std::vector<std::shared_ptr<PinnedSnapshot>> Living();

  std::vector<std::weak_ptr<PinnedSnapshot>> waiting_;
};

}  // namespace lsm
