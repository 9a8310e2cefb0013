// Outbox keeps the replies of one connection until they may leave, and until
// the socket takes them.
//
//      sent_       open_                   committed_     written()
//        v           v                          v             v
//   ...##|===========|--------------------------|.............|
//   gone | may leave | held: [gate 7][gate 9].. | being written
//
//   bytes:   full_ = [ chunk ][ chunk ]   tail_ = [ chunk so far ]
//
// Replies are written straight into tail(). Commit closes off what was
// written since the last one, as replies that may leave once `gate` is
// released. A tail that has grown past a chunk is moved aside, not copied, so
// a value is copied once on its way to the socket, whatever its size.
//
// Invariants
//   - Bytes leave in the order they were written: a reply whose gate is open
//     waits behind one whose gate is not.
//   - No byte at or beyond open_ is offered for sending.
//   - After Fail nothing is held: each reply that could not leave any more
//     became one error, in its place.
//
// Positions count all bytes since the connection began.
//
// Threads: loop-bound.

#pragma once

#include <sys/uio.h>

#include <cstddef>
#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
#include <vector>

namespace net {

class Outbox {
 public:
  // Where to write. Stays where it is until the next Commit.
  std::string* tail() { return &tail_; }

  // What was written since the last Commit is `replies` replies; they may
  // leave when `gate` is released, and `released` is known to be. Gates from
  // `together` up to this one open all at once, so that one is kept for them.
  void Commit(uint64_t gate, size_t replies, uint64_t released,
              uint64_t together = UINT64_MAX);
  // What was written since the last Commit never was.
  void Discard();
  size_t uncommitted_bytes() const { return written() - committed_; }

  // Opens gates up to `released`.
  void Release(uint64_t released);
  // Gates above `released` will never open: see above. `error` is a whole
  // reply. REQUIRES: nothing is uncommitted.
  void Fail(uint64_t released, std::string_view error);

  // The next bytes that may leave, in at most `count_max` pieces.
  int Ready(iovec* pieces, int count_max) const;
  // So many of them have left.
  void Sent(size_t bytes);

  uint64_t ready_bytes() const { return open_ - sent_; }
  // Counts what it costs to remember the gates, too.
  uint64_t held_bytes() const {
    return committed_ - open_ + segment_count() * sizeof(Segment);
  }
  bool holds() const { return segment_count() > 0; }
  bool empty() const { return sent_ == written(); }
  // All bytes ever written.
  uint64_t written() const { return tail_begin_ + tail_.size(); }

  // For CLIENT LIST and accounting.
  size_t chunk_count() const { return full_.size(); }
  size_t chunk_bytes() const { return full_bytes_; }
  size_t tail_bytes() const { return tail_.size(); }
  size_t memory_bytes() const {
    return full_bytes_ + tail_.capacity() +
           segments_.capacity() * sizeof(Segment);
  }
  // Gives back memory that was not needed since the last call.
  void Trim();

 private:
  struct Segment {
    uint64_t end;
    uint64_t gate;
    uint64_t replies;
  };
  size_t segment_count() const { return segments_.size() - first_segment_; }
  void Append(uint64_t begin, uint64_t end, std::string* out) const;

  std::deque<std::string> full_;
  size_t full_bytes_ = 0;
  uint64_t full_begin_ = 0;
  std::string tail_;
  uint64_t tail_begin_ = 0;
  size_t tail_bytes_max_ = 0;  // Since the last Trim.

  uint64_t sent_ = 0;
  uint64_t open_ = 0;
  uint64_t committed_ = 0;
  // Held, in order; those before first_segment_ are open already.
  std::vector<Segment> segments_;
  size_t first_segment_ = 0;
};

}  // namespace net
