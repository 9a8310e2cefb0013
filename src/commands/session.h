// Session is what the server knows about one client, apart from its bytes:
// which database, which protocol, what it has queued and watches.
//
// The bytes belong to the connection below, which a session knows only as a
// Transport; a session without one (a test, the expiry walk) works as well.
//
//   Transport::peer ...     facts for CLIENT LIST
//   Transport::Deliver      a reply that comes later than its request
//   Transport::Resume       a paused, parked or blocked session may go on
//
// A handler changes a session only from its Txn's after-list. What later
// commands of the same EXEC must see of it stands in Staged meanwhile.
//
// Blocking: an effect calls Block(); dispatch then answers kBlocked and the
// transport executes nothing more of this client. Whoever was asked calls
// Sessions::Unblock(id, ...) with the reply, even before Block's caller has
// returned.
//
// Threads: loop-bound.

#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/status.h"
#include "resp/words.h"
#include "types/txn.h"

namespace commands {

struct CommandEntry;

// The connection under a session, as far as commands may ask.
class Transport {
 public:
  struct Usage {
    size_t query_bytes = 0;         // received, not yet executed (qbuf)
    size_t query_free_bytes = 0;    // qbuf-free
    size_t output_fixed_bytes = 0;  // obl
    size_t output_list_length = 0;  // oll
    size_t output_list_bytes = 0;   // omem
    size_t memory_bytes = 0;        // tot-mem
    bool readable = true;           // events=r
    bool writable = false;          // events=w
  };

  virtual ~Transport() = default;
  // "127.0.0.1:50000", "[::1]:50000" or "/run/redbed.sock:0".
  virtual std::string_view peer() const = 0;
  virtual std::string_view local() const = 0;
  virtual int fd() const = 0;
  virtual bool is_unix() const = 0;
  virtual Usage usage() const = 0;
  // Closes it: at once, or when the replies so far have left. Nothing more of
  // it is executed either way. The session lives until the connection ends.
  virtual void CloseSoon(bool after_replies) = 0;
  // Sends a reply (RESP bytes) of this client that may leave at `gate`.
  virtual void Deliver(std::string reply, types::Sequence gate) = 0;
  // Execution may go on: a pause ended, the rows of the request that was kept
  // have come, or the session was unblocked.
  virtual void Resume() = 0;
};

// A command waiting for EXEC. It owns its words.
class QueuedCommand {
 public:
  QueuedCommand(CommandEntry* entry, resp::Words words);

  CommandEntry& entry() const { return *entry_; }
  resp::Words words() const { return words_; }
  size_t memory_bytes() const;

 private:
  CommandEntry* entry_;
  std::unique_ptr<char[]> bytes_;
  size_t bytes_size_ = 0;
  std::vector<std::string_view> words_;
};

enum class ReplyMode : uint8_t {
  kOn,
  kOff,
  kSkipNext,  // CLIENT REPLY SKIP was the last command
  kSkip,      // this command's reply is dropped
};

// A request whose rows are on their way. The transport keeps its words and
// executes it again; here is what must be the same then.
struct Parked {
  int rounds = 0;        // times it was parked so far; 0: there is none
  int row_rounds = 0;    // of them, for keys rather than for ranges
  bool waiting = false;  // the rows have not come yet
  int64_t now_us = 0;    // the time of its first run
  uint64_t seed = 0;     // its random numbers
  int64_t spent_us = 0;  // in its runs, the waiting left out
  base::Status error;    // why its rows will not come
  // It counts keys: none are put blindly until it has run.
  std::shared_ptr<const void> hold;
  // What was read of ranges for it.
  std::shared_ptr<types::RangePages> pages;
};

class Session {
 public:
  // `transport` may be null.
  Session(uint64_t id, Transport* transport, int64_t now_ms)
      : id(id), transport(transport), created_ms(now_ms), active_ms(now_ms) {}
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;

  // Immutable.
  const uint64_t id;
  Transport* const transport;
  const int64_t created_ms;

  // Loop-bound.
  int db = 0;
  int protocol = 2;
  bool authenticated = true;  // the one who makes sessions decides
  std::string user = "default";
  std::string name;
  std::string lib_name;
  std::string lib_version;
  int64_t active_ms;  // last request
  // The row of the last request (see table.h); null before the first one and
  // after an unknown one.
  const CommandEntry* last_command = nullptr;
  ReplyMode reply_mode = ReplyMode::kOn;
  bool no_evict = false;
  bool no_touch = false;
  bool monitor = false;
  // Killed: it does nothing more, and is known only until its connection has
  // ended. (Sessions sets it.)
  bool dying = false;
  // Set by handlers through the after-list; dispatch answers kClose.
  bool close_after_reply = false;

  // --- MULTI.
  bool in_multi = false;
  bool multi_failed = false;  // a command could not be queued: EXECABORT
  bool watch_failed = false;  // a watched key was touched: EXEC answers nil
  std::vector<QueuedCommand> queue;
  size_t queue_bytes = 0;
  uint32_t queue_flags = 0;  // of all its commands together
  // How many keys are watched; which ones, Watches knows.
  size_t watching = 0;

  // Leaves MULTI; the watches are the caller's business.
  void ClearQueue();

  // Dispatch's alone.
  Parked parked;

  // --- Blocking.
  bool blocked() const { return blocked_; }
  // `awaited` is let go of when nobody waits any longer: whoever prepares it
  // elsewhere can tell by a weak reference that it is in vain.
  void Block(std::shared_ptr<const void> awaited = nullptr) {
    blocked_ = true;
    awaited_ = std::move(awaited);
  }

 private:
  friend class Sessions;
  bool blocked_ = false;
  std::shared_ptr<const void> awaited_;
};

// Staged is what the commands of an EXEC have done to sessions so far. It goes
// when the EXEC is run again, and when it is done. A handler that may still
// fail stages nothing.
struct Staged {
  // Of the session that executes.
  std::optional<std::string> name;
  // Ids of other sessions.
  std::set<uint64_t> killed;
};

}  // namespace commands
