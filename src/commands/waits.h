// Waits is what clients wait for with a limit of time (WAIT, WAITAOF): the
// event ends it or the deadline does, whichever comes first.
//
//   ticket = waits.Add(session, deadline, "what to say at the deadline")
//   waits.Finish(ticket, gate, "what to say when it happened")
//
// Threads: loop-bound.

#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string_view>

#include "base/status.h"
#include "commands/sessions.h"
#include "resp/writer.h"

namespace commands {

// A timeout in ms as a client wrote it -> the time in ms since 1970 at which
// it has passed; 0 stays 0, which means never.
base::Result<int64_t> DeadlineMs(std::string_view timeout, int64_t now_ms);

class Waits {
 public:
  using Phrase = std::function<void(resp::Writer&)>;
  using Ticket = uint64_t;

  // `sessions` outlives it.
  explicit Waits(Sessions* sessions) : sessions_(sessions) {}
  Waits(const Waits&) = delete;
  Waits& operator=(const Waits&) = delete;

  // Blocks the session; at the deadline it gets `phrase`. 0: never.
  Ticket Add(Session& session, int64_t deadline_ms, Phrase phrase);
  // Nothing happens when the deadline was first, or the client is gone.
  void Finish(Ticket ticket, types::Sequence gate, const Phrase& phrase);
  // Several times a second.
  void Tick(int64_t now_ms);
  size_t size() const { return waits_.size(); }

 private:
  struct Wait {
    uint64_t session_id;
    int64_t deadline_ms;  // INT64_MAX: never
    Phrase phrase;
  };
  void ForgetTheGone();

  Sessions* const sessions_;
  std::map<Ticket, Wait> waits_;
  Ticket next_ticket_ = 1;
  int64_t next_deadline_ms_ = INT64_MAX;  // at or before the earliest
};

}  // namespace commands
