// Frontend is the network side of the server: it owns listeners and
// connections, and ends each tick of the loop.
//
//   events of a pass     connections read and execute; replies pile up
//   end of the tick      those with requests left go on for a turn
//                        the log's frame is submitted, if it is time
//                        gates open as far as the log is
//                        each connection sends what may leave, in one write
//                        closed ones are destroyed
//                        the log gets its slice of background work
//   then                 the loop sleeps, or polls without sleeping while
//                        somebody still has requests or a frame is gathered
//
// Threads: loop-bound.

#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "base/status.h"
#include "net/connection.h"
#include "net/executor.h"
#include "net/listener.h"
#include "net/log_door.h"
#include "net/loop.h"
#include "net/shared.h"
#include "net/timer.h"

namespace net {

class Frontend {
 public:
  // The first three outlive it. Takes the loop's end of tick for itself.
  Frontend(Loop* loop, Executor* executor, LogDoor* log,
           const SubmitPolicy::Options& policy = {});
  ~Frontend();
  Frontend(const Frontend&) = delete;
  Frontend& operator=(const Frontend&) = delete;

  // Listens on every address of `hosts`, as `bind` lists them: "*" and "::*"
  // for all of IPv4 and IPv6; one with '-' before it may be missing on this
  // machine, and a family that does not exist here may be missing always.
  // Port 0 lets the system choose. On error nothing is listened to.
  base::Status ListenTcp(const std::vector<std::string>& hosts, uint16_t port,
                         int backlog);
  base::Status ListenUnix(const std::string& path, uint32_t permissions,
                          int backlog);
  void StopListening();
  // Of the first TCP listener; 0 without one.
  uint16_t port() const;

  // A socket that is connected already. For tests and other listeners.
  void Admit(Socket socket, bool is_unix);

  // Change what is in them at any time; it counts from then on.
  Limits& limits() { return shared_.limits; }
  const TrafficStats& stats() const { return shared_.stats; }
  void ResetStats() { shared_.stats = {}; }
  size_t connection_count() const { return connections_.size(); }
  // Connections that wait for the throttle.
  size_t throttled_count() const;
  // Of connections and their buffers, for the memory budget.
  size_t memory_bytes() const { return shared_.memory_bytes; }

  // Clean shutdown, after StopListening: nothing more is executed, and every
  // connection ends when its replies have left. Then connection_count() is 0,
  // unless somebody does not read.
  void CloseAll();

 private:
  void EndTick();
  void RunReady();
  void SubmitFrame();
  void OpenGates();
  void FlushDirty();
  void Bury();
  void Sweep();

  Shared shared_;
  std::vector<std::unique_ptr<Listener>> tcp_listeners_;
  std::unique_ptr<Listener> unix_listener_;
  std::vector<std::unique_ptr<Connection>> connections_;
  size_t sweep_next_ = 0;
  bool gathering_ = false;  // The log's frame waits for stragglers.
  Timer sweep_timer_;
  Timer throttle_timer_;  // Ends a sleep; the end of the tick does the rest.
};

}  // namespace net
