// Connection is one client's socket: requests in, replies out.
//
//   socket --> InputBuffer --> Parser --> Executor --> Outbox --> socket
//
// When the socket is readable it reads once and executes what is complete;
// what it wrote leaves at the end of the tick, as far as gates are open. It
// stops executing, and soon reading, while
//   - its client is blocked or paused, or the rows of its next request are
//     being read (until Resume),
//   - too much of its replies is held, or it writes while too much in all is
//     unreleased (until gates open),
//   - it writes faster than the disk can take (base/write_throttle.h),
//   - it had its share of this tick (until the next).
//
// How it ends
//   - Reset, cut for a limit, or killed: at once.
//   - Protocol error, QUIT, CLIENT KILL of itself: when the replies have left.
//   - The peer has said everything (half-closed): what arrived is executed,
//     and it ends when the replies have left. A blocked client ends at once.
//
// Invariants
//   - Requests are executed in order, one at a time; each yields its replies
//     before the next begins.
//   - After it is closed it executes and sends nothing; the end of the tick
//     destroys it.
//
// Threads: loop-bound.

#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "commands/session.h"
#include "net/input_buffer.h"
#include "net/outbox.h"
#include "net/shared.h"
#include "net/socket.h"
#include "net/watch.h"
#include "resp/parser.h"

namespace net {

class Connection final : public commands::Transport, private WatchEvents {
 public:
  Connection(Shared* shared, Socket socket, bool is_unix);
  // Also ends the session.
  ~Connection() override;
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  // --- commands::Transport.
  std::string_view peer() const override { return peer_; }
  std::string_view local() const override { return local_; }
  int fd() const override { return socket_.fd(); }
  bool is_unix() const override { return is_unix_; }
  Usage usage() const override;
  void CloseSoon(bool after_replies) override;
  void Deliver(std::string reply, types::Sequence gate) override;
  void Resume() override;

  // --- The end of the tick.
  // Puts it on the ready list.
  void MakeReady();
  // Executes what is waiting.
  void GoOn();
  // Opens gates; false when nothing is held any more.
  bool Release();
  // Whether it still must not execute, for want of open gates or because it
  // is throttled.
  bool Stalled() const;
  bool Throttled() const;
  // It is not stalled any more.
  void EndStall();
  // Sends what may leave.
  void Flush();
  // About once a second: cuts idlers and those that do not read, gives back
  // memory.
  void Sweep(int64_t now_ms);

  bool closed() const { return closed_; }

  // Where the owner keeps it.
  size_t slot = 0;
  // On the list of that name.
  bool ready = false;
  bool dirty = false;
  bool holding = false;
  bool stalled = false;

 private:
  struct Delayed {
    std::string reply;
    types::Sequence gate;
  };

  void OnReady(bool readable, bool writable, bool broken) override;
  void Read();
  void Execute();
  // False when there is nothing more to do for now.
  bool ExecuteBatch(size_t requests_max);
  bool ExecuteOne(resp::Words words);
  void FetchAhead();
  void Stall();
  void Commit(types::Sequence gate);
  void RefuseProtocol();
  bool MayExecute() const;
  bool MayGoOn();
  void CheckOutputLimits(int64_t now_ms);
  void CloseIfDone();
  void CloseNow();
  void WatchWhatMatters();
  void Account();
  void Enlist(bool Connection::*flag, std::vector<Connection*>* list);

  // Immutable.
  Shared* const shared_;
  const bool is_unix_;
  const std::string peer_;
  const std::string local_;

  // Loop-bound.
  Socket socket_;
  std::optional<Watch> watch_;
  InputBuffer input_;
  resp::Parser parser_;
  Outbox outbox_;
  commands::Session* session_ = nullptr;
  std::vector<Delayed> delayed_;  // Deliveries during its own execution.
  bool executing_ = false;
  bool waiting_ = false;  // Blocked, paused or parked, until Resume.
  bool blocked_ = false;  // Waiting, and the reply will be delivered.
  bool misses_ = false;   // Its next request waits for rows.
  bool writes_ = false;   // Its last request was not released yet.
  base::WriteThrottle::Ticket ticket_ = 0;  // Of its last write.
  int64_t throttled_since_us_ = 0;          // 0: it is not.
  bool ended_ = false;                      // The peer has said everything.
  // Requests whose rows were asked for ahead, the one that waited included.
  size_t fetched_ahead_ = 0;
  bool socket_full_ = false;  // It did not take all that may leave.
  bool close_after_replies_ = false;
  bool closed_ = false;
  int64_t active_ms_ = 0;           // Last time that bytes moved, either way.
  int64_t over_soft_limit_ms_ = 0;  // Since then; 0: it is not.
  size_t charged_bytes_ = 0;        // In shared_->memory_bytes.
};

}  // namespace net
