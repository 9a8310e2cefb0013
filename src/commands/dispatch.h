// Dispatcher takes a request to its end: finds the row, asks the checks, runs
// the handler (again, while rows are missing), commits, and says until when
// the reply must be held.
//
//   words --> row --> checks --> run --Ok--> commit --> after-list --> Done
//                                 ^  |
//                                 |  Miss: what is wanted is read meanwhile
//                                 '--+     (missing_rows.cc)
//
// Done tells the connection what to do:
//
//   kReplied       the reply stands in the writer; hold it until `gate`
//   kRetryLater    CLIENT PAUSE: keep the request, Transport::Resume will come
//   kWaitsForRows  the same: its rows are being read, and others go on
//   kBlocked       the reply comes through Transport::Deliver, then Resume
//   kClose         as kReplied, then close the connection
//
// What was kept is executed again, before anything else of its session. It
// runs with the clock and the random numbers of its first run, and counts as
// one request; only its runs are timed, not the waiting.
//
// A Status that a handler returns becomes the reply here and nowhere else:
// Invalid word for word, trouble of the world as an error that names it and a
// line in the server's log.
//
// Threads: loop-bound.

#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/random.h"
#include "base/status.h"
#include "commands/command.h"
#include "commands/server.h"
#include "commands/session.h"
#include "commands/table.h"
#include "resp/words.h"
#include "resp/writer.h"
#include "types/txn.h"

namespace commands {

enum class Outcome : uint8_t {
  kReplied,
  kRetryLater,
  kWaitsForRows,
  kBlocked,
  kClose
};

struct Done {
  Outcome outcome = Outcome::kReplied;
  types::Sequence gate = 0;
  size_t written_bytes = 0;  // to the log; 0 for whoever has only read
};

class Dispatcher {
 public:
  // `table` and `server` outlive it. The seed is where all random choices of
  // commands come from.
  Dispatcher(Table* table, Server* server,
             uint64_t seed = base::SecureRandom());
  Dispatcher(const Dispatcher&) = delete;
  Dispatcher& operator=(const Dispatcher&) = delete;

  // Executes one request and appends its reply. The words must stay put until
  // it returns.
  Done Execute(Session& session, resp::Words words, resp::Writer& reply);

  // Brings the first key of a request that will come soon closer to the
  // processor, in two steps: call Prefetch for several requests and then
  // PrefetchRow with what it returned for each. Never fails.
  uint64_t Prefetch(const Session& session, resp::Words words);
  void PrefetchRow(uint64_t hash) {
    if (hash != 0) server_->data.engine().PrefetchRow(hash);
  }

  // These requests of the session follow one that waits for rows: what they
  // will miss is read at the same time. Nothing is executed.
  void FetchAhead(const Session& session,
                  std::span<const resp::Words> requests);

  // The connection has ended: forgets the session and all that hangs on it.
  void Remove(Session& session);

  // Deletes keys whose time is up, at most `budget` of them; true if there may
  // be more. The server calls it several times a second. What is not in memory
  // is read first, and deleted when it has come; then the next ones follow by
  // themselves, as long as there are some.
  bool ExpireDue(size_t budget);

  // For EXEC: runs what the session has queued as one atom and writes the
  // array of replies. An error of one command takes back its own rows only.
  base::Status RunQueue(Call& call);

  // Test mode: every handler runs twice or more, with misses injected at row
  // accesses chosen by the seed. Replies and batches must not change by it.
  void set_rerun_mode(uint64_t seed) { rerun_seed_ = seed; }
  // The last command's Txn, for tests.
  const types::Txn& txn() const { return txn_; }

  Table& table() { return *table_; }

 private:
  struct Request {
    Session& session;
    resp::Words words;
    resp::Writer& reply;
    resp::Writer::Mark mark;
    CommandEntry* entry;  // null: no such command
    int64_t start_us;     // of this run
    const Parked& past;   // of the runs before it

    const CommandSpec& spec() const { return *entry->spec; }
    int64_t now_ms() const {
      return (past.rounds > 0 ? past.now_us : start_us) / 1000;
    }
    // Its own flags, and for EXEC those of what is queued (FlagsOf).
    uint32_t flags() const;
  };

  // What must hold before a command may run or be queued (checks.cc).
  base::Status CheckAll(const Request& request) const;
  base::Status IsKnown(const Request& request) const;
  base::Status HasRightArity(const Request& request) const;
  base::Status IsEnabled(const Request& request) const;
  base::Status IsAuthenticated(const Request& request) const;
  base::Status MayBeInMulti(const Request& request) const;
  base::Status MayWrite(const Request& request) const;

  static bool IsHttp(const Request& request);
  CommandEntry* FindEntry(resp::Words words) const;
  Done Reject(const Request& request, const base::Status& why);
  // Ends a MULTI whose EXEC cannot run; what the client is told.
  std::string AbandonQueue(Session& session, const base::Status& why);
  bool IsPaused(const Request& request) const;
  Done Enqueue(const Request& request);
  Done Run(const Request& request);
  Done Finish(const Request& request, const base::Status& status,
              types::Sequence gate);

  // Runs the handler until it has all the rows it needs. Miss: it was parked.
  base::Status RunUntilComplete(const Request& request);
  base::Status Invoke(const CommandEntry& entry, resp::Words words,
                      Session& session, resp::Writer& reply, Staged* staged);

  // Missing rows (missing_rows.cc).

  // Parks the request (Miss), or reads what its last run has missed and empties
  // its Txn for the next one.
  base::Status BringRows(const Request& request);
  // The same for what a range lacks.
  base::Status BringPages(const Request& request);
  void Park(const Request& request);
  void Unpark(uint64_t session_id, base::Status status);
  void WantKeys(const CommandSpec& spec, resp::Words words, int db);
  static uint32_t FlagsOf(uint32_t queue, uint32_t next);
  // Deletes what is in memory, and has the rest read.
  base::Status DeleteExpired(const std::vector<std::string>& rows);
  void ExpireFetched(const std::vector<std::string>& rows,
                     const base::Status& status);
  // Keys whose time is up and that are being read.
  size_t expiry_reads_ = 0;

  // Trouble of the log becomes Invalid, with Redis's code for it.
  base::Status Commit(types::Txn& txn, bool may_use_reserve);
  void NoteCall(CommandEntry& entry, int64_t micros,
                const base::Status& status);
  void NoteError(std::string_view message);
  // A line in the server's log; a client's mistake is a reply and no more.
  static void LogTrouble(std::string_view who, const base::Status& status);
  // SLOWLOG, if it was slow.
  void NoteTime(const CommandEntry& entry, const Session& session,
                resp::Words words, int64_t micros);
  // CLIENT REPLY: takes back what must not be sent.
  void Silence(const Request& request);

  // Immutable.
  Table* const table_;
  Server* const server_;

  // Loop-bound.
  types::Txn txn_;
  types::Txn expiry_txn_;
  base::Random seeds_;
  uint64_t rerun_seed_ = 0;  // 0: no test mode
  // A commit has failed. Until the engine says otherwise writes are refused
  // before they run.
  mutable bool log_failed_ = false;
};

}  // namespace commands
