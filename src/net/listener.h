// Listener takes connections from a listening socket and hands them on.
//
// When the process is out of descriptors it looks away for a while: the
// connections wait in the backlog, and the loop does not spin on an event that
// it cannot answer.
//
// Threads: loop-bound.

#pragma once

#include <functional>
#include <string>

#include "net/loop.h"
#include "net/socket.h"
#include "net/timer.h"
#include "net/watch.h"

namespace net {

class Listener final : private WatchEvents {
 public:
  using OnAccept = std::function<void(Socket)>;

  Listener(Loop* loop, Socket socket, OnAccept on_accept);

  // As the system chose it, if it was asked to.
  uint16_t port() const { return LocalPort(socket_.fd()); }
  // How often descriptors ran out.
  uint64_t refusals() const { return refusals_; }

 private:
  void OnReady(bool readable, bool writable, bool broken) override;

  const Socket socket_;
  const OnAccept on_accept_;
  uint64_t refusals_ = 0;
  Watch watch_;
  Timer pause_;
};

}  // namespace net
