// Snapshot is the store as it was at one moment, for as long as it is held.
//
//   std::shared_ptr<const lsm::Snapshot> then = db->TakeSnapshot();
//   db->Put("k", "new");
//   db->Get("k", *then);        // what it was
//
// Making one seals the memtable and copies nothing. It pins memory only until
// the next flush, which keeps what it sees apart from what is newer; from then
// on it pins files: what is overwritten or deleted meanwhile keeps its place
// on the disk until the snapshot is let go of.
//
// Threads: immutable for whoever holds it, on any thread. Let go of it before
// its Db goes.

#pragma once

#include "lsm/format.h"

namespace lsm {

class Snapshot {
 public:
  virtual ~Snapshot() = default;
  Snapshot(const Snapshot&) = delete;
  Snapshot& operator=(const Snapshot&) = delete;

  // The last write that is in it; none later is. A hybrid timestamp, as that
  // of a row: microseconds since 1970 where the clock was right.
  Sequence sequence() const { return sequence_; }

 protected:
  explicit Snapshot(Sequence sequence) : sequence_(sequence) {}

 private:
  const Sequence sequence_;
};

}  // namespace lsm
