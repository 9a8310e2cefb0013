// WriteThrottle slows writers down to what the disk can take, before they have
// to be stopped. Each write takes a ticket: the count of all bytes written so
// far. Whoever wrote it goes on when so many have been earned.
//
//   pressure below 0.5   everything is earned at once: nobody waits
//   from there on        earned at a rate: the steady one at 0.75, twice that
//                        at 0.5, less and less towards 1
//   at 1                 nothing is earned: who writes is held
//
// The steady rate is what has been taken in, on average of the last ten
// seconds. So the rate follows the pressure at once, which settles it near
// 0.75, and the average finds, slowly enough not to swing, the rate at which it
// stays there: that of flush and compaction.
//
// Reads take no ticket. Who waits is served in the order of the tickets, and
// nobody is woken for less than a few milliseconds' worth.
//
// Threads: one at a time. Knows no clock and no socket.

#pragma once

#include <cstdint>

namespace base {

class WriteThrottle {
 public:
  using Ticket = uint64_t;

  // Once a tick, with the time on a clock that only goes forward.
  void Update(double pressure, int64_t now_us);
  // A request has written so much.
  Ticket Take(uint64_t bytes) {
    taken_ += bytes;
    if (!limiting_) earned_ = taken_;
    return taken_;
  }
  // Whether whoever has this ticket must wait; 0 never has to.
  bool MustWait(Ticket ticket) const { return ticket > earned_; }

  bool limiting() const { return limiting_; }
  // Bytes a second; 0 while nobody may write. Meaningless while not limiting.
  double rate() const { return rate_; }

 private:
  void Measure(int64_t elapsed_us);

  uint64_t taken_ = 0;
  uint64_t earned_ = 0;
  double earned_rest_ = 0;  // less than a byte
  bool limiting_ = false;
  double rate_ = 0;

  int64_t now_us_ = -1;  // of the last Update; -1: there was none
  // The average: bytes a second, and of how much time it is one.
  double steady_ = 0;
  double measured_us_ = 0;
  uint64_t taken_before_ = 0;
};

}  // namespace base
