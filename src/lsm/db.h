// Db is the engine as a library: an ordered map of bytes on disk that many
// threads may use at once.
//
//   auto db = lsm::Db::Open({.directory = "/var/lib/thing"}).value();
//   db->Put("name", "redbed");                 // durable when it returns
//   db->Get("name");                           // optional: "redbed"
//   auto rows = db->NewIterator({.begin = "a", .end = "n"});
//   for (rows->SeekToFirst(); rows->Valid(); rows->Next()) ...
//
// It is a thin door over lsm::Engine: the owner is whoever holds the mutex.
// Nobody holds it over a disk: a durable write lets go of it and waits for its
// sequence, so that the writes of many threads share one commit; a read that
// misses memory lets go of it and reads pinned tables; iterators and snapshots
// need it only when they are made. A thread of its own does what nobody waits
// for: it hands on writes that were not synced, and ends flushes.
//
// Keys and values are any bytes, empty ones too; keys up to kKeyBytesMax,
// values up to kValueBytesMax bytes.
//
// Errors, everywhere: Invalid for a call that can never succeed, NoRoom when
// the disk is full (writes resume by themselves once it is not), Io when the
// system refused (after a failed write of the log every write answers it until
// the store is opened again), Corruption when bytes on disk are not what was
// written; the message names the file.
//
// Threads: shared. Close and the destructor: when no other call is under way;
// iterators and snapshots go before.

#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/status.h"
#include "lsm/db_iterator.h"
#include "lsm/options.h"
#include "lsm/snapshot.h"
#include "lsm/stats.h"
#include "lsm/write_batch.h"

namespace lsm {

// A row as it was read.
struct Row {
  std::string key;    // as it was asked for
  std::string value;  // whole, a copy
  // When it was written: microseconds since 1970 where the clock was right,
  // and above every earlier write in any case.
  Sequence sequence = 0;
};

struct WriteOptions {
  // Wait until the write is on stable storage. Without it the write is handed
  // to the log within some 10 ms: a crash of the process may take back what
  // was written since, a power cut a little more (about a second under another
  // policy than kAlways); always a suffix of all writes, never a hole.
  bool sync = true;
};

// What an iterator may visit: the rows in [begin, end), an empty `end` meaning
// to the last.
struct RangeOptions {
  std::string begin;  // included; empty: from the first row on
  std::string end;    // excluded; not above `begin`: no row is visited
  // As of when, of the same Db; null: as of the making of the iterator.
  std::shared_ptr<const Snapshot> snapshot;
};

class Db {
 public:
  // Opens the store in `options.directory`, or makes one there, and recovers
  // it. `options.on_progress` and `options.background_threads` are taken.
  // Errors leave every byte as it was: Io if another process has it open, or
  // it is missing and `create_if_missing` is off; Corruption; Invalid if a
  // newer program wrote it, or if an option is out of its bounds.
  static base::Result<std::unique_ptr<Db>> Open(Options options);
  // Without Close before it, writes that were not synced may be lost.
  ~Db();
  Db(const Db&) = delete;
  Db& operator=(const Db&) = delete;

  // --- Writing. Waits where the disk falls behind (see Options).

  base::Status Put(std::string_view key, std::string_view value,
                   const WriteOptions& options = {});
  // Deleting what is not there is fine.
  base::Status Delete(std::string_view key, const WriteOptions& options = {});
  // All of the batch or nothing of it, for every reader and every crash.
  base::Status Write(const WriteBatch& batch, const WriteOptions& options = {});

  // --- Reading.

  // The newest value; nullopt when there is none. Sees every write that has
  // returned, and possibly some that have not.
  base::Result<std::optional<Row>> Get(std::string_view key);
  // The value as of the snapshot, which must be of this Db.
  base::Result<std::optional<Row>> Get(std::string_view key,
                                       const Snapshot& snapshot);
  // Rows in key order, in both directions, all as of one moment. It is not on
  // a row yet.
  std::unique_ptr<DbIterator> NewIterator(RangeOptions options = {});
  // The store as it is now: every write that has returned is in it.
  std::shared_ptr<const Snapshot> TakeSnapshot();

  // --- The whole store.

  // A store of its own in `directory`, which must be missing or empty: all
  // that was written before the call and possibly some of what is written
  // meanwhile, a prefix of all writes. Costs a flush and a hard link for each
  // table (a copy, where links are not possible); reads and writes go on.
  // Durable when it returns. Invalid if the directory is not empty.
  base::Status Checkpoint(const std::string& directory);
  // Everything written so far is in tables and on stable storage.
  base::Status Flush();
  // Flushes, then merges all tables into the bottom level.
  base::Status Compact();
  // What is counted is counted since Open.
  Stats stats();
  // Waits for what is under way and syncs. Nothing may be called afterwards.
  base::Status Close();

 private:
  class Body;
  explicit Db(std::unique_ptr<Body> body);
  std::unique_ptr<Body> body_;
};

}  // namespace lsm
