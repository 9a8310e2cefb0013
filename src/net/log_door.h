// LogDoor is what the network asks of the log: how far replies may leave, and
// when to write what has piled up. The wiring answers it from lsm::Engine.
//
// Threads: loop-bound, except released() and failed(), which are shared.

#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

namespace net {

class LogDoor {
 public:
  virtual ~LogDoor() = default;

  // Replies with a gate up to here may leave. Never falls.
  virtual uint64_t released() const = 0;
  // The log is broken: gates above released() never open.
  virtual bool failed() const = 0;
  // What a client is told whose reply cannot leave any more, without '-'.
  virtual std::string failure_reply() const = 0;

  // Bytes in the open frame, waiting for Submit.
  virtual size_t open_bytes() const = 0;
  // Gates from here on lie in the open frame, and so open all at once.
  virtual uint64_t open_first() const = 0;
  virtual int frames_in_flight() const = 0;
  // How many frames may be in flight at once.
  virtual int depth() const = 0;
  // Hands the open frame over. False when no slot is free: the frame stays,
  // and whoever frees a slot wakes the loop.
  virtual bool Submit() = 0;
  // Writes the open frame on this thread; it is released on return. False
  // when that cannot be, and nothing was done.
  virtual bool SubmitInline() = 0;
  // Applied in memory, not yet released.
  virtual size_t unreleased_bytes() const = 0;
  // How far flush and compaction are behind: from 0, at ease, to 1, where
  // whoever writes must wait.
  virtual double pressure() const { return 0; }

  // Once at the end of every tick: background work in slices.
  virtual void EndOfTick() = 0;
};

}  // namespace net
