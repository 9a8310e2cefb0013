// Watch tells when a file descriptor can be read or written without blocking.
//
// It does no I/O and does not own the descriptor: its holder reads, writes and
// closes, after the watch is gone.
//
// Threads: loop-bound.

#pragma once

#include <uv.h>

#include "net/loop.h"

namespace net {

class WatchEvents {
 public:
  // `broken`: the connection was reset; no events come any more.
  virtual void OnReady(bool readable, bool writable, bool broken) = 0;

 protected:
  ~WatchEvents() = default;
};

class Watch {
 public:
  // Watches nothing at first. `fd` must be a socket; it becomes non-blocking.
  Watch(Loop* loop, int fd, WatchEvents* events);
  // May be called from within OnReady.
  ~Watch();
  Watch(const Watch&) = delete;
  Watch& operator=(const Watch&) = delete;

  // Costs system calls when something changes, none otherwise.
  void Want(bool readable, bool writable);
  bool wants_readable() const { return readable_; }
  bool wants_writable() const { return writable_; }

 private:
  // Outlives the watch until libuv lets go of it.
  struct Handle {
    uv_poll_t poll;
    Watch* owner;
  };
  static void OnPoll(uv_poll_t* poll, int status, int events);

  Handle* const handle_;
  WatchEvents* const events_;
  bool readable_ = false;
  bool writable_ = false;
};

}  // namespace net
