// Txn is everything one command (or EXEC, or script) wants to change, held
// back until the command is known to succeed.
//
//   Begin ---> run ---> Commit ---> after-list
//               | Miss
//               '-> wants() are fetched, then Restart and run again, or Begin
//                   anew with the same clock and seed when others went first
//
// It is an overlay on the engine: its own later reads (Get, Range, Count,
// database map) see what it has put, and nobody else sees anything. Commit
// makes one batch of it, which cannot fail half way.
//
// A handler can always be run again, so whatever is not a row or the reply goes
// on the after-list: dropped by Restart, done once after Commit. The clock and
// the seed are drawn at Begin and stay.
//
// Every lookup raises gate(): the reply of the command may leave when that
// sequence is released. Nobody but the Txn needs to know.
//
// A lookup in memory only either answers or returns Miss, having noted the key
// in wants() or, of a range, what it lacks in pages(). One operation per row
// reaches the batch, however often the row was put.
//
// Invariants
//   - GET and SET of small values allocate nothing from the heap.
//   - RollBack(mark) leaves rows, counts, databases, written keys and the
//     after-list as they were at mark(); gate and wants stay raised.
//   - A batch that kills a scope holds no row of it.
//   - Views returned by Get live until Commit, Restart or Begin.
//
// Threads: loop-bound.

#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/random.h"
#include "base/status.h"
#include "lsm/engine.h"
#include "lsm/write_batch.h"
#include "types/arena.h"
#include "types/databases.h"
#include "types/row_key.h"
#include "types/row_overlay.h"

namespace types {

using RangeNeed = lsm::RangeNeed;
using RangePages = lsm::RangePages;
using Sequence = lsm::Sequence;

class DataSet;

struct Row {
  std::string_view value;
  // Of the record that was read; 0 for a row that this Txn itself has put.
  Sequence sequence = 0;
};

// Walks rows of a key range in order, the Txn's own rows merged in as they
// were when the cursor was made. Lives until Commit, Restart or Begin.
class RowCursor {
 public:
  virtual ~RowCursor() = default;
  virtual bool Valid() const = 0;
  virtual void Seek(std::string_view row) = 0;
  virtual void Next() = 0;
  virtual std::string_view key() const = 0;
  virtual std::string_view value() const = 0;
  // 0 for a row that the Txn itself has put.
  virtual Sequence sequence() const = 0;
  // Why it is not Valid, unless it simply reached the end. May be Miss.
  virtual base::Status status() const = 0;
};

// A key of a database that was changed, for WATCH and notifications.
struct WrittenKey {
  int db = 0;
  std::string_view key;
  bool deleted = false;
};

class Txn {
 public:
  explicit Txn(DataSet* data);
  Txn(const Txn&) = delete;
  Txn& operator=(const Txn&) = delete;

  // --- Life.

  // Empties it for a new command of a session whose database is `db`.
  // `writes`: the command may change rows; then expired keys that it meets are
  // deleted on the spot, otherwise by a batch of their own afterwards.
  void Begin(int64_t now_ms, uint64_t seed, int db, bool writes);
  // Empties it for another run of the same command.
  void Restart();
  // Writes everything as one batch (nothing if there is nothing), raises the
  // gate to its sequence and installs the database map. With an error nothing
  // is done. `may_use_reserve`: a deletion, let through on a full disk.
  base::Status Commit(bool may_use_reserve);
  // Runs the after-list, once. REQUIRES: Commit returned Ok.
  void RunAfter();

  // --- Rows.

  base::Result<std::optional<Row>> Get(const RowKey& key);
  // The value is `head`, then `rest`, both copied; the key's bytes must outlive
  // the run, as those of HeadKeyOf do.
  // REQUIRES: no scope of `key` was killed here.
  base::Status Put(const RowKey& key, std::string_view head,
                   std::string_view rest = {});
  // The row is not in memory, and may be put without a look at what it
  // replaces. Who does so counts it as new; the engine settles the counts.
  bool MayPutBlind(const RowKey& key);
  // REQUIRES: MayPutBlind(key), just now.
  base::Status PutBlind(const RowKey& key, std::string_view head,
                        std::string_view rest);
  base::Status Delete(const RowKey& key);
  // Rows in [begin, end), an empty end meaning to the last. Raises the gate to
  // everything applied: absent rows leave no trace to gate on.
  std::unique_ptr<RowCursor> Range(std::string_view begin, std::string_view end,
                                   const RangeNeed& need = {});
  // No row under `prefix` will ever be written or read again.
  void KillScope(std::string_view prefix);

  // --- Counters of the engine. Counts see what this Txn has added and raise
  // the gate to everything applied.

  void AddCount(uint64_t counter, int64_t delta);
  // Too high by what blind puts still owe.
  int64_t Count(uint64_t counter);
  // Miss, until that is settled.
  base::Result<int64_t> ExactCount(uint64_t counter);

  // --- Databases. `db` is the logical number a client selects.

  int db() const { return db_; }
  // For the rest of this run; whoever wants it to last sets the session's
  // database on the after-list too.
  void set_db(int db) { db_ = db; }
  int databases() const;
  PhysicalId Physical(int db);
  // REQUIRES: both < databases().
  void SwapDatabases(int a, int b);
  // Gives `db` a fresh physical id. The caller kills the scopes of the old.
  void RenewDatabase(int db);

  // --- Misses and gates.

  // Looks the key up and notes it in wants() if it is not in memory.
  void Want(const RowKey& key);
  // Before another run blind puts must be settled, and none be made.
  bool wants_exact_counts() const { return wants_exact_counts_; }
  // From now until Begin ranges miss what is neither in memory nor in `pages`,
  // read for earlier runs of the command and perhaps null. (Otherwise they wait
  // for the disk.)
  void LetRangesMiss(std::shared_ptr<RangePages> pages) {
    ranges_miss_ = true;
    pages_ = std::move(pages);
  }
  // Null when no range was asked for.
  const std::shared_ptr<RangePages>& pages() const { return pages_; }
  // For the engine: null where it may wait.
  RangePages* PagesToMiss();
  // What is wanted since the last Begin or Restart, in order, each once.
  std::vector<std::string> TakeWants();
  void RaiseGate(Sequence sequence) {
    if (sequence > gate_) gate_ = sequence;
  }
  Sequence gate() const { return gate_; }
  // For the test mode of dispatch: until the next Begin, about half of the row
  // accesses miss, each row at most once.
  void InjectMisses(uint64_t seed);

  // --- The rest of a run.

  int64_t now_ms() const { return now_ms_; }
  uint64_t seed() const { return seed_; }
  bool writes() const { return writes_; }
  // The same numbers in every run.
  base::Random& random() { return random_; }
  Arena& arena() { return arena_; }
  DataSet& data() { return *data_; }
  // The head row's key, in the arena.
  RowKey HeadKeyOf(int db, std::string_view key);

  void After(std::function<void()> effect) {
    after_.push_back(std::move(effect));
  }
  // `key` outlives the Txn's run: a request's word, or lies in the arena.
  void NoteWritten(int db, std::string_view key, bool deleted) {
    written_.push_back({db, key, deleted});
  }
  std::span<const WrittenKey> written() const { return written_; }
  // Reads that found, or did not find, a key; for keyspace_hits and _misses.
  void NoteHit(bool hit) { ++(hit ? hits_ : misses_); }
  uint64_t hits() const { return hits_; }
  uint64_t misses() const { return misses_; }
  // Commit has something to write.
  bool dirty() const;
  // What the last Commit wrote, for tests; empty when it wrote nothing.
  const lsm::WriteBatch& batch() const { return batch_; }

  // --- Savepoints: one command's part of an EXEC.

  struct Mark {
    RowOverlay::Mark rows;
    size_t counts = 0;
    size_t databases = 0;
    size_t kills = 0;
    size_t written = 0;
    size_t after = 0;
    int db = 0;
  };
  Mark mark();
  void RollBack(const Mark& mark);

 private:
  struct CountChange {
    uint64_t counter;
    int64_t delta;
  };
  // The engine's answer, remembered for the next question about the same row:
  // a command usually looks before it writes. Miss when it is not in memory,
  // or when this access must pretend so.
  base::Status Look(const RowKey& key);
  bool LookInMemory(const RowKey& key);
  void PutRow(const RowKey& key, std::string_view head, std::string_view rest,
              RowOverlay::Entry entry);
  bool Injected(std::string_view key);
  const DatabaseMap& databases_now() const;
  DatabaseMap& ChangeDatabases();
  void Clear();
  void FillBatch();
  void AddCountsToBatch();
  void PlanExpiry();

  // Immutable.
  DataSet* const data_;

  // Loop-bound.
  int64_t now_ms_ = 0;
  uint64_t seed_ = 0;
  int first_db_ = 0;
  int db_ = 0;
  bool writes_ = false;
  base::Random random_{0};
  Sequence gate_ = 0;
  Arena arena_;
  RowOverlay rows_;
  RowKey looked_key_;
  lsm::Lookup looked_;
  std::vector<CountChange> counts_;
  std::vector<DatabaseMap> databases_;  // the last one is what this Txn sees
  std::vector<std::string> kills_;
  std::vector<WrittenKey> written_;
  std::vector<std::function<void()>> after_;
  std::vector<std::string> wants_;
  bool wants_exact_counts_ = false;
  bool ranges_miss_ = false;
  std::shared_ptr<RangePages> pages_;
  uint64_t hits_ = 0;
  uint64_t misses_ = 0;
  // Test mode: rows that have missed already, and who is next.
  bool injecting_ = false;
  base::Random inject_{0};
  std::set<std::string, std::less<>> injected_;
  // What lies before these belongs to a savepoint and is not changed.
  size_t counts_floor_ = 0;
  size_t databases_floor_ = 0;
  lsm::WriteBatch batch_;
};

}  // namespace types
