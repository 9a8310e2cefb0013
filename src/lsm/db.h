// Db is the engine as a library: an ordered map of bytes on disk that many
// threads may use at once.
//
//   auto db = lsm::Db::Open({.directory = "/var/lib/thing"});
//   db->Put("name", "redbed");                 // durable when it returns
//   db->Get("name");                           // optional: "redbed"
//   db->Scan("a", "n", [](const lsm::Row& row) { ...; return true; });
//
// It is a thin door over lsm::Engine: the owner is whoever holds the mutex. A
// durable write lets go of it and waits for its sequence, so that the writes
// of many threads share one commit.
//
// Keys and values are any bytes, empty ones too; keys up to kKeyBytesMax,
// values up to kValueBytesMax.
//
// Threads: shared. Close and the destructor: when no other call is under way.

#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/mutex.h"
#include "base/status.h"
#include "lsm/engine.h"
#include "lsm/options.h"
#include "lsm/write_batch.h"

namespace lsm {

// A row as it was read.
struct Row {
  std::string key;
  std::string value;
  // When it was written: microseconds since 1970 where the clock was right,
  // and above every earlier write in any case.
  Sequence sequence = 0;
};

struct WriteOptions {
  // Wait until the write is on stable storage. Without it a power cut (never
  // a crash of the process, once the next commit has begun) may take back the
  // last writes, always a suffix of them.
  bool sync = true;
};

class Db {
 public:
  // Errors as Engine::Open. `options.on_progress` is taken.
  static base::Result<std::unique_ptr<Db>> Open(Options options);
  ~Db();
  Db(const Db&) = delete;
  Db& operator=(const Db&) = delete;

  base::Status Put(std::string_view key, std::string_view value,
                   const WriteOptions& options = {}) EXCLUDES(mutex_);
  // Deleting what is not there is fine.
  base::Status Delete(std::string_view key, const WriteOptions& options = {})
      EXCLUDES(mutex_);
  // All of the batch or nothing of it, for every reader and every crash.
  base::Status Write(const WriteBatch& batch, const WriteOptions& options = {})
      EXCLUDES(mutex_);

  // The newest value; nullopt when there is none. Sees every write that has
  // returned, and possibly some that have not.
  base::Result<std::optional<Row>> Get(std::string_view key) EXCLUDES(mutex_);

  // Rows in [begin, end) in key order, an empty `end` meaning to the last,
  // until `visit` returns false. Reads in pages: what is written meanwhile may
  // or may not be seen, each row is whole. `visit` may call the Db.
  base::Status Scan(std::string_view begin, std::string_view end,
                    const std::function<bool(const Row&)>& visit)
      EXCLUDES(mutex_);

  // Everything written so far is in tables and on stable storage.
  base::Status Flush() EXCLUDES(mutex_);
  // Flushes, then merges all tables into the bottom level.
  base::Status Compact() EXCLUDES(mutex_);
  Stats stats() EXCLUDES(mutex_);
  // Waits for what is under way and syncs. Nothing may be called afterwards.
  base::Status Close() EXCLUDES(mutex_);

 private:
  Db() = default;
  // Counts that something may have changed; from any thread, without mutex_.
  void Wake() EXCLUDES(wake_mutex_);
  uint64_t Wakes() EXCLUDES(wake_mutex_);
  // Lets go of mutex_ until there were more than `seen` wakes, or for a moment:
  // after a failure the engine tries again by the clock, and wakes nobody.
  void WaitForWake(uint64_t seen) REQUIRES(mutex_);
  base::Status WaitUntilSynced(Sequence sequence) REQUIRES(mutex_);
  base::Status WaitForEase() REQUIRES(mutex_);
  base::Status Run(void (Engine::*work)(Engine::Done)) EXCLUDES(mutex_);

  base::Mutex mutex_;
  std::unique_ptr<Engine> engine_ GUARDED_BY(mutex_);

  // Taken after mutex_, or alone.
  base::Mutex wake_mutex_;
  base::CondVar woken_;
  uint64_t wakes_ GUARDED_BY(wake_mutex_) = 0;
};

}  // namespace lsm
