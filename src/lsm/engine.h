// Engine is an ordered map of bytes that survives crashes: the door for an
// owner that must never wait.
//
//   Write   -> a sequence, at once; durable when released() reaches it
//   Get     -> found, absent, or miss ("not in memory")
//   Fetch   -> brings missed rows into memory, while the owner waits or
//              (FetchAsync) while it goes on
//
//          owner                       background
//   Write ---> log frame  --commit-->  segment     released(), synced()
//         '--> memory     --flush--->  tables      --compaction--> tables
//                ^---- Tick <--read------'
//
// Only memory is touched by Write and Get. A frame is sealed and handed to
// the log by Submit, at the end of the owner's tick.
//
// Invariants
//   - Batches are logged in the order they are applied; a crash leaves a
//     prefix of them, none in part.
//   - What the tables hold never passes synced().
//   - After a failed log write nothing is accepted any more: Write refuses.
//
// Threads: owner-bound, except released(), synced() and log_error(), which
// are shared. lsm::Db is the door for many threads.

#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "base/status.h"
#include "lsm/format.h"
#include "lsm/options.h"
#include "lsm/range_pages.h"
#include "lsm/stats.h"
#include "lsm/write_batch.h"

namespace lsm {

struct CheckpointSource;
struct RangePin;
class PinnedSnapshot;
class RowPage;
class Version;

enum class Found : uint8_t { kValue, kAbsent, kMiss };

struct Lookup {
  Found found = Found::kMiss;
  // No table and no other generation holds the key; hand it on to the batch.
  // As of this moment: forget it at the next Tick.
  bool nothing_below = false;
  // Of the record or tombstone that answered; 0 when none is in memory.
  Sequence sequence = 0;
  // kValue only. Lives until the next Write, Fetch or Tick.
  std::string_view value;
};

// Rows of a key range as they are now: newest versions, no tombstones.
// Lives until the next Write, Fetch or Tick of its engine.
class RangeView {
 public:
  virtual ~RangeView() = default;
  virtual bool Valid() const = 0;
  virtual void Seek(std::string_view key) = 0;
  virtual void Next() = 0;
  virtual std::string_view key() const = 0;
  virtual std::string_view value() const = 0;
  virtual Sequence sequence() const = 0;
  // Why it is not Valid, unless it simply reached the end.
  virtual base::Status status() const = 0;
};

class Engine {
 public:
  // Recovers what is there. Errors change nothing on disk and say, in one
  // sentence, which file is at fault.
  static base::Result<std::unique_ptr<Engine>> Open(Options options);
  // Waits for background work; what was written is synced when Close was
  // called before and returned Ok.
  ~Engine();

  // --- Rows.

  // Logs and applies the batch. Its sequence is the next one: above every
  // earlier, and the wall clock's microseconds if those are higher.
  // Io when the log has failed; NoRoom when `may_use_reserve` is false and
  // the disk is full (deletions are let through with true).
  base::Result<Sequence> Write(const WriteBatch& batch,
                               bool may_use_reserve = false);

  // What Write would answer now.
  base::Status MayWrite(bool may_use_reserve = false) const;

  Lookup Get(std::string_view key, uint64_t hash);
  // For keys that will be looked up soon: Prefetch all of them, then
  // PrefetchRow all of them, so that their cache misses overlap.
  void Prefetch(uint64_t hash);
  void PrefetchRow(uint64_t hash);
  // Reads these keys from the tables into memory; afterwards Get answers them
  // without a miss until the next Tick. Blocks on the disk.
  base::Status Fetch(std::span<const std::string> keys);
  using Done = std::function<void(base::Status)>;
  // The same without blocking: false when all of them are in memory already.
  // Otherwise true, and `done` runs once, at the end of a later Tick: with Ok
  // when what was read is in memory until the next one, with the error of one
  // of these keys (who asked for others only is not concerned), or from Close
  // with Miss. Who asks for a key that is being read waits for that read. A key
  // that is written meanwhile is not waited for.
  bool FetchAsync(std::span<const std::string> keys, Done done);
  // Rows in [begin, end); an empty end means to the last row. Never waits:
  // where memory, block cache and `pages` lack a row the view ends with Miss,
  // and `pages` have noted it. With no `pages` it blocks on the disk instead.
  std::unique_ptr<RangeView> NewRange(std::string_view begin,
                                      std::string_view end,
                                      RangePages* pages = nullptr,
                                      const RangeNeed& need = {});
  // Reads what the last Miss was about, and some more, until `pages` hold about
  // `bytes_max`. `done` is run as that of FetchAsync; with Ok a new view gets
  // further. With Miss, from Close, `pages` are empty. REQUIRES:
  // pages->missed().
  void FetchRangeAsync(std::shared_ptr<RangePages> pages, size_t bytes_max,
                       Done done);
  // A key chosen at random among the rows in [begin, end); absent when there
  // is none. Misses or blocks like NewRange.
  base::Result<std::optional<std::string>> RandomKey(
      std::string_view begin, std::string_view end, uint64_t seed,
      RangePages* pages = nullptr);
  // As counted: too high by what blind puts owe (see unsettled).
  int64_t counter(uint64_t id) const;

  // --- Blind puts (settlements.h).

  // A key that Get misses may be put with WriteBatch::BlindPut. False while too
  // many of them, or somebody who holds, wait for their settlement.
  bool MayPutBlind() const;
  // Keys whose blind put is not settled yet.
  size_t unsettled() const;
  // While it is held nothing is put blindly.
  std::shared_ptr<const void> HoldBlindPuts();
  // False when nothing is unsettled: all counters are exact. Otherwise `done`
  // runs once, in a later Tick, when that is so of all that was applied until
  // now; or with the error that prevents it.
  bool SettleAsync(Done done);
  // The same at once. Blocks on the disk.
  base::Status Settle();

  // --- Reading on other threads. What these give out is shared: it is read
  // without the owner, and lives until it is let go of.

  // The store as it is now. Seals, unless nothing has changed since the last.
  std::shared_ptr<const PinnedSnapshot> TakeSnapshot();
  // The same for the rows in [begin, end) only: of few rows that are not
  // sealed it takes a copy, and does not seal.
  RangePin TakeRange(std::string_view begin, std::string_view end);
  // Goes through the rows of [begin, end), as they are now, page after page on
  // a reader's thread, for who wants them all and keeps little. `visit` gets at
  // least `value_bytes` of each value, and `last` with the last page, which may
  // be empty; its error ends the walk. `done` is run as that of FetchAsync.
  // The moment.
  Sequence WalkRange(
      std::string begin, std::string end, size_t value_bytes,
      std::function<base::Status(const RowPage& page, bool last)> visit,
      Done done);
  // After a miss: the tables, to read the key from. Counts as a fetch.
  std::shared_ptr<const Version> PinTables();
  // What was read there, or a tombstone, packed 0, for "nothing": kept in
  // memory if nothing newer can have passed through it meanwhile.
  void InstallFetched(std::string_view key, uint64_t hash,
                      const std::shared_ptr<const Version>& version,
                      uint64_t packed, std::string_view value);
  // Flushes; then gives all that WriteCheckpoint needs to copy the store as of
  // this moment or a little later. `done` runs on the owner.
  void PrepareCheckpoint(
      std::function<void(base::Result<CheckpointSource>)> done);
  // The same, and a thread writes it into a CheckpointDirectory, of which the
  // `keep` newest stay; `done` gets the path. Invalid while another one is
  // being made.
  void AddCheckpoint(const std::string& directory, size_t keep,
                     std::function<void(base::Result<std::string>)> done);

  // --- Sequences.

  Sequence applied() const;   // the last one given out
  Sequence released() const;  // replies up to here may leave
  Sequence synced() const;    // a power cut cannot take these back
  base::Status log_error() const;

  // --- The owner's tick.

  // Hands the open frame to the log, if a slot is free; true if it did.
  bool Submit();
  // The caller itself writes the frame durably; false when that cannot be.
  bool SubmitInline();
  // From here on sequences are released all at once.
  Sequence open_first() const;
  size_t open_bytes() const;        // waiting in the open frame
  size_t unreleased_bytes() const;  // applied, not yet released
  int frames_in_flight() const;
  // Once per tick: reads the clock, seals a full generation, installs what
  // the background finished, evicts and frees in slices of bounded cost. True
  // while more slices wait: tick again soon, even if nothing else happens.
  bool Tick();
  // From 0 (at ease) to 1 (compaction/pressure.h). At 1 whoever writes should
  // not be read.
  double pressure() const;

  // --- Background work, on request. `done` runs on the owner.

  // Everything applied so far is in tables and synced.
  void Flush(Done done);
  // Flushes, then merges all tables down to the bottom level.
  void Compact(Done done);
  // Everything applied so far is synced.
  void Sync(Done done);
  // Manual mode only: runs one pending flush or compaction on the caller, or
  // else reads one key that FetchAsync was asked for. False when there was
  // nothing to do.
  bool RunBackground();

  // --- Settings that change at run time.

  base::Status SetSyncPolicy(SyncPolicy policy);
  void SetMemoryBytes(uint64_t bytes);
  // What the process occupies beside the engine (client buffers, fragments of
  // the allocator): it comes out of the same budget, up to half of it.
  void SetOtherMemory(uint64_t bytes);
  // Up to this part of the time goes to moving records out of sparse slabs, so
  // that these can be given back (base/allocator.h). At first none does.
  void SetDefragPercent(int percent);
  // Records, indexes, filters and blocks, in allocator bytes.
  uint64_t memory_in_use() const;
  void SetGenerationBytes(uint64_t bytes);

  // A copy of all numbers; cheap enough for every INFO.
  Stats stats() const;
  // Syncs, writes the witness frame and stops the threads; flushes and
  // compactions under way end early, and whoever waits for one gets an error.
  // Nothing but the destructor may be called afterwards.
  base::Status Close();

 private:
  class Body;
  explicit Engine(std::unique_ptr<Body> body);
  std::unique_ptr<Body> body_;
};

}  // namespace lsm
