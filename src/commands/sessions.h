// Sessions is the list of all clients: by id, for CLIENT LIST, KILL and PAUSE,
// and for replies that come later.
//
// Threads: loop-bound.

#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>

#include "commands/session.h"
#include "commands/watches.h"
#include "resp/writer.h"

namespace commands {

class Sessions {
 public:
  Sessions() = default;
  Sessions(const Sessions&) = delete;
  Sessions& operator=(const Sessions&) = delete;

  // Ids grow and are never used again.
  Session* Add(Transport* transport, int64_t now_ms);
  // The connection has ended; nobody may keep the pointer.
  void Remove(uint64_t id);
  // It has been killed: nobody finds it any more, though it lives until its
  // connection has ended.
  void MarkDying(Session& session);
  // Null when it is gone.
  Session* Find(uint64_t id) const;
  size_t size() const { return sessions_.size() - dying_; }
  size_t blocked_count() const;
  uint64_t connections_received() const { return next_id_ - 1; }
  // In order of id. `visit` must not add or remove sessions.
  void ForEach(const std::function<void(Session&)>& visit) const;

  // --- A reply that comes later.

  // Ends a Block: `phrase` writes the one reply of the blocked command, held
  // until `gate`. Nothing happens if the client is gone or not blocked.
  void Unblock(uint64_t id, types::Sequence gate,
               const std::function<void(resp::Writer&)>& phrase);
  // The same with a reply that is written already, however large.
  void UnblockWith(uint64_t id, types::Sequence gate, std::string reply);

  // --- CLIENT PAUSE.

  enum class Pause : uint8_t { kNone, kWrites, kAll };
  // A second pause never shortens or weakens the first one.
  void SetPause(Pause pause, int64_t until_ms, int64_t now_ms);
  // Ends the pause and resumes everybody whom it may have stopped.
  void EndPause();
  // What is paused at this moment.
  Pause pause(int64_t now_ms) const {
    return now_ms < pause_until_ms_ ? pause_ : Pause::kNone;
  }
  int64_t pause_until_ms() const { return pause_until_ms_; }
  // Once per tick: resumes everybody when the pause has run out.
  void Tick(int64_t now_ms);

  Watches& watches() { return watches_; }

 private:
  friend class Dispatcher;

  std::map<uint64_t, std::unique_ptr<Session>> sessions_;
  Watches watches_;
  size_t dying_ = 0;
  uint64_t next_id_ = 1;
  Pause pause_ = Pause::kNone;
  int64_t pause_until_ms_ = 0;
  // The request being executed, so that a reply which is ready before its
  // Block has returned goes straight into it.
  struct Executing {
    Session* session = nullptr;
    resp::Writer* reply = nullptr;
    types::Sequence* gate = nullptr;
  };
  Executing executing_;
};

}  // namespace commands
