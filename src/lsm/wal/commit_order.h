// CommitOrder turns "this frame is written" and "that file is synced", which
// come in any order, into the two numbers that only grow.
//
//   frames    1 2 3 4 5 6 7        tickets, in the order of the log
//   finished  x x x x . x .        6 overtook 5: it does not count yet
//             written ^ (4)        the longest finished prefix
//   a sync that began when written was 3 makes synced 3
//
// A frame is finished either durably (one durable write) or only cached; the
// latter needs a later sync before `synced` may pass it.
//
// Invariants
//   - synced() <= written(); neither falls.
//   - At most kSlots frames lie between written() and the last one started:
//     while one write is slow, those beside it may overtake so often.
//
// Threads: as guarded as its holder.

#pragma once

#include <array>
#include <cstdint>

#include "lsm/format.h"
#include "lsm/wal/fault.h"

namespace lsm {

// A place between two frames.
struct CommitPoint {
  uint64_t ticket = 0;  // Of the frame before it; frames count from 1.
  Sequence last = 0;    // Highest sequence that ends before it.
  uint64_t bytes = 0;   // Payload before it.
};

class CommitOrder {
 public:
  // Everything up to `last` is synced.
  CommitOrder(Sequence last, const LogFaults& faults);

  bool CanStart() const { return started_.ticket - written_.ticket < kSlots; }
  // The next frame of the log is on its way. Returns its ticket.
  // REQUIRES: CanStart().
  uint64_t Start(Sequence last, uint64_t payload_bytes);
  void Finish(uint64_t ticket, bool durable);
  // A sync that began when written() was `upto` has succeeded.
  void FinishSync(const CommitPoint& upto);

  const CommitPoint& written() const { return written_; }
  const CommitPoint& synced() const { return synced_; }
  // Something written is only cached.
  bool NeedsSync() const { return cached_ticket_ > covered_ticket_; }

 private:
  struct Entry {
    CommitPoint point;
    bool finished = false;
    bool durable = false;
  };
  static constexpr size_t kSlots = 64;
  Entry& EntryOf(uint64_t ticket) { return ring_[ticket % kSlots]; }

  const LogFaults faults_;
  std::array<Entry, kSlots> ring_;
  CommitPoint started_;
  CommitPoint written_;
  CommitPoint synced_;
  uint64_t cached_ticket_ = 0;   // Of the last cached frame in written_.
  uint64_t covered_ticket_ = 0;  // Up to here a sync has been done.
};

}  // namespace lsm
