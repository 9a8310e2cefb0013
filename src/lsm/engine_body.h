// Engine::Body joins the rooms: memory, log, tables, and the background work
// that moves rows from one to the next.
//
//   engine.cc        rows, sequences, the tick            (owner)
//   engine_fetch.cc  keys and ranges read from the tables (owner)
//   engine_jobs.cc   seal, flush, and how each job ends   (owner starts and
//                    ends each job; its middle runs on a lane of Scheduler)
//   engine_compaction.cc  the same, for compaction
//   engine_memory.cc  the budget, and who is evicted      (owner)
//   engine_settle.cc  what blind puts have counted wrong  (owner)
//   engine_pressure.cc  how far flush and compaction are behind (owner)
//   engine_room.cc  when the disk is full                 (owner)
//   engine_readers.cc  snapshots, ranges and checkpoints  (owner; what it
//                    gives out is read on other threads)
//
// Invariants
//   - Sealing notes sequence, counters and killed scopes in one step: what a
//     flush writes to the MANIFEST is exactly the state at that sequence.
//   - One flush and one compaction at a time, from its start until the owner
//     has ended it: a lane that is idle again may have left letters unread.
//     So flushes install in order, and no input is chosen twice.
//   - An edit is given to the MANIFEST once. A job that meets a full disk there
//     is resumed where it stopped, not begun again.
//
// Threads: owner-bound, except for the functions named *InBackground, which
// touch only what they are given, log_ and manifest_ (both shared).

#pragma once

#include <atomic>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "lsm/cache_share.h"
#include "lsm/checkpoint.h"
#include "lsm/cold_ranges.h"
#include "lsm/cold_reads.h"
#include "lsm/compaction/merge_job.h"
#include "lsm/compaction/picker.h"
#include "lsm/compaction/pressure.h"
#include "lsm/engine.h"
#include "lsm/expiry_walk.h"
#include "lsm/mailbox.h"
#include "lsm/memory/memory_store.h"
#include "lsm/pauses.h"
#include "lsm/range_walks.h"
#include "lsm/reserve_file.h"
#include "lsm/scheduler.h"
#include "lsm/scope_ledger.h"
#include "lsm/settlements.h"
#include "lsm/snapshot_list.h"
#include "lsm/snapshot_reader.h"
#include "lsm/table_store.h"
#include "lsm/time_share.h"
#include "lsm/version/manifest.h"
#include "lsm/version/version.h"
#include "lsm/wal/log.h"

namespace lsm {

class Engine::Body {
 public:
  explicit Body(Options options);
  ~Body();

  base::Status Open();
  base::Status Close();

  // Rows (engine.cc).
  base::Result<Sequence> Write(const WriteBatch& batch, bool may_use_reserve);
  Lookup Get(std::string_view key, uint64_t hash);

  // Reading the tables (engine_fetch.cc).
  base::Status Fetch(std::span<const std::string> keys);
  bool FetchAsync(std::span<const std::string> keys, Done done);
  std::unique_ptr<RangeView> NewRange(std::string_view begin,
                                      std::string_view end, RangePages* pages,
                                      const RangeNeed& need);
  void FetchRangeAsync(std::shared_ptr<RangePages> pages, size_t bytes_max,
                       Done done);
  base::Result<std::optional<std::string>> RandomKey(std::string_view begin,
                                                     std::string_view end,
                                                     uint64_t seed,
                                                     RangePages* pages);

  // Blind puts (engine_settle.cc).
  bool MayPutBlind() const;
  bool SettleAsync(Done done);
  base::Status Settle();
  Settlements& settlements() { return settlements_; }

  // The tick (engine.cc).
  bool Tick();
  Pressure pressure() const;  // (engine_pressure.cc)
  Stats stats() const;

  // Work on request (engine_chores.cc).
  void Flush(Done done);
  void Compact(Done done);
  void Sync(Done done);
  bool RunBackground();

  // Readers of other threads (engine_readers.cc).
  std::shared_ptr<const PinnedSnapshot> TakeSnapshot();
  RangePin TakeRange(std::string_view begin, std::string_view end);
  std::shared_ptr<const Version> PinTables();
  void InstallFetched(std::string_view key, uint64_t hash,
                      const std::shared_ptr<const Version>& version,
                      uint64_t packed, std::string_view value);
  void PrepareCheckpoint(
      std::function<void(base::Result<CheckpointSource>)> done);
  Sequence WalkRange(std::string begin, std::string end, size_t value_bytes,
                     RangeWalks::Visit visit, Done done);
  using CheckpointDone = std::function<void(base::Result<std::string>)>;
  void AddCheckpoint(const std::string& directory, size_t keep,
                     CheckpointDone done);

  void SetMemoryBytes(uint64_t bytes);
  void SetOtherMemory(uint64_t bytes) { other_memory_ = bytes; }
  void SetDefragPercent(int percent) { defrag_share_.SetPercent(percent); }
  uint64_t MemoryInUse() const;

  // Why nothing can be written; NoRoom where only the reserve is left.
  base::Status MayWrite(bool may_use_reserve) const;

  // The parts, for the door.
  MemoryStore& memory() { return memory_; }
  Log& log() const { return *log_; }
  Options& options() { return options_; }
  Sequence applied() const { return applied_; }
  int64_t counter(uint64_t id) const;

 private:
  // One sealed generation with the state of the store as of its end.
  struct SealedPart {
    // Null when nothing but counters and scopes has changed.
    std::shared_ptr<const Generation> generation;
    Sequence last = 0;
    std::map<uint64_t, int64_t> counters;
    std::map<std::string, Sequence> killed;
  };
  struct Waiter {
    Sequence sequence = 0;
    Done done;
  };
  // How every job ends: its edit, and what may go once that is safe.
  struct Commit {
    std::shared_ptr<const Version> base;  // as the job began
    VersionEdit edit;
    std::vector<TableFilePtr> opened;  // what the edit adds
    VersionChange change;              // what it makes of `base`
    std::vector<TableFilePtr> inputs;  // retired when witnessed
    std::vector<uint64_t> segments;    // given up when witnessed
    uint64_t bytes_read = 0;
    uint64_t bytes_written = 0;
    bool appended = false;   // the MANIFEST has the edit, synced or not
    bool installed = false;  // synced, and on its way to the owner
  };
  struct FlushInput;
  struct CompactionInput;
  // A checkpoint that waits for the flush of all rows up to its snapshot.
  struct PendingCheckpoint {
    std::shared_ptr<const PinnedSnapshot> snapshot;
    std::optional<CheckpointSource> source;
    // Until there is a source nothing is put blindly: the flush may take later
    // rows with it, and what these owe would be settled in the log alone.
    std::shared_ptr<const void> hold;
  };

  // Opening.
  LogOptions MakeLogOptions();
  void LoadState(const ManifestState& state);
  base::Status ApplyReplayed(Sequence sequence, const WriteBatch& batch);
  void ReportExpiring(Sequence sequence, const WriteBatch& batch);

  // Writing.
  void ApplyInMemory(Sequence sequence, const WriteBatch& batch);
  Sequence NextSequence() const;

  // The tick.
  bool NeedsSeal() const;
  uint64_t GenerationBytes() const;
  uint64_t Excess() const;  // (engine_memory.cc)
  bool Evict();
  bool Defragment();
  void SetPace();

  // Blind puts.
  void StartSettling();
  void SettleKnown();
  base::Status WriteSettlement(std::span<const Settlements::Known> rows);
  bool IsDead(std::string_view key, Sequence sequence) const;

  // The pressure (engine_pressure.cc).
  void NoteVersion();
  void NoteFlushBegins();
  void NoteFlushEnds(const Commit& commit);
  void NoteCompaction(uint64_t bytes_expected, size_t level0_runs);

  // A full disk (engine_room.cc).
  void NoteErrors();
  bool IsFull() const;
  bool FlushMakesRoom() const;
  base::Status RunInBackground(uint64_t bytes,
                               const std::function<base::Status()>& job);
  uint64_t ReserveWanted() const;
  bool LogNeedsReserve() const;
  void TendReserve();
  void NoteReserve(const base::Status& status, bool made);
  void NoteReserveReleased(const base::Status& reason);

  // Readers.
  PinnedSnapshot::View ViewOfUnflushed() const;
  // No row that this sequence sees may go with its scope.
  Sequence OldestReader();
  CheckpointSource MakeCheckpointSource(
      const std::map<uint64_t, int64_t>& counters) const;
  // A flush was installed: its tables are what readers pin from now on.
  void MoveReadersOver(const std::map<uint64_t, int64_t>& counters);
  base::Result<std::string> AddCheckpointInBackground(
      const CheckpointSource& source, const std::string& directory,
      size_t keep);
  void EndCheckpoint(base::Result<std::string> made);

  // Jobs.
  void Seal();
  // Seals, and what is sealed is to be flushed.
  void SealToFlush();
  bool FlushIsDue() const;
  bool MayGoOn(FlushInput* input);
  bool IsSettled(FlushInput* input);
  void ForgetCounters(const std::map<uint64_t, int64_t>& flushed);
  void NoteKills();
  void StartJobs();
  void StartFlush();
  std::shared_ptr<FlushInput> NewFlush();
  base::Status FlushInBackground(const std::shared_ptr<FlushInput>& input);
  base::Status WriteGenerations(FlushInput* input);
  void FinishFlush(const std::shared_ptr<FlushInput>& input,
                   const base::Status& status);
  void StartCompaction();
  bool MayCompactAll() const;
  // Null where there is nothing to do for sure.
  std::shared_ptr<CompactionInput> NewCompaction();
  void ChooseInBackground(CompactionInput* input);
  base::Status CompactInBackground(
      const std::shared_ptr<CompactionInput>& input);
  base::Status MergeTables(CompactionInput* input);
  void FinishCompaction(const std::shared_ptr<CompactionInput>& input,
                        const base::Status& status);
  base::Result<std::vector<std::unique_ptr<RowIterator>>> OpenInputs(
      const CompactionInput& input);
  void StartSync();
  void StartCleanUp();
  // Has the clean-up lane let go of this. Whoever is last to let go of a
  // version takes it apart, with its tables: nothing for the owner.
  void LetGoLater(std::shared_ptr<const void> pin) {
    let_go_.push_back(std::move(pin));
  }
  void StartExpiryWalk();
  // Makes the edit durable, has the owner install it, and lets go of what it
  // replaces. After NoRoom: call again, with the same commit.
  base::Status CommitInBackground(const std::shared_ptr<Commit>& commit);
  void LetGo(const Commit& commit);
  void Install(const Commit& commit);
  // Opens what a job has written; removes it if that cannot be.
  base::Result<std::vector<TableFilePtr>> OpenTables(const MergeResult& made);
  void NoteBackgroundError(const base::Status& status);
  void AnswerWaiters();
  // The first error that ends all flushes and compactions.
  base::Status FinalError() const;
  bool MayWork() const;
  PickerOptions MakePickerOptions() const;
  TableWriterOptions MakeWriterOptions(int level, Pacer* pacer) const;
  std::shared_ptr<const DeadScopes> MakeDeadScopes(
      const std::map<std::string, Sequence>& killed,
      Sequence oldest_reader) const;

  // Immutable after Open (but for the sizes that may be set).
  Options options_;
  Identity identity_;

  // Owner-bound.
  std::unique_ptr<base::FileLock> lock_;
  MemoryStore memory_;
  CacheShare cache_share_;
  uint64_t other_memory_ = 0;  // of the process, beside the engine
  TimeShare defrag_share_;
  MemoryStore::Moves defrag_round_;  // since the round began
  int64_t next_defrag_us_ = 0;
  Sequence applied_ = 0;
  Sequence first_new_ = 0;
  int64_t tick_us_ = 0;       // wall clock, read once per tick
  int64_t tick_mono_us_ = 0;  // monotonic
  int64_t last_tick_us_ = 0;  // of the tick before, monotonic
  std::map<uint64_t, int64_t> counters_;
  ScopeLedger scopes_;
  std::deque<SealedPart> sealed_;
  Sequence flushed_ = 0;
  Sequence flush_upto_ = 0;  // what was sealed for a flush, not for a snapshot
  std::shared_ptr<const Version> version_;
  std::vector<std::shared_ptr<const void>> let_go_;
  SnapshotList snapshots_;
  std::weak_ptr<const PinnedSnapshot> last_snapshot_;
  std::vector<std::shared_ptr<PendingCheckpoint>> checkpoints_;
  CheckpointDone checkpoint_done_;  // of the one that AddCheckpoint makes
  std::vector<Waiter> flush_waiters_;
  std::vector<Waiter> sync_waiters_;
  std::vector<Waiter> settle_waiters_;
  std::vector<Done> compact_waiters_;
  std::vector<Done> compacting_waiters_;       // for the one that has begun
  std::vector<std::string> forgotten_scopes_;  // for the next edit
  size_t scopes_to_look_at_ = 0;               // since the version last changed
  // No compaction has been chosen yet that could drop what this one killed.
  Sequence last_kill_ = 0;
  // Started, and not yet ended by the owner.
  bool flushing_ = false;
  bool compacting_ = false;
  bool syncing_ = false;
  // Stopped by a full disk after their edit was given to the MANIFEST, or a
  // flush that has written its tables and waits for settlements.
  std::shared_ptr<FlushInput> stalled_flush_;
  std::shared_ptr<CompactionInput> stalled_compaction_;
  bool compact_all_ = false;
  Sequence compact_upto_ = 0;  // what was applied when it was asked for
  // The running compaction is what somebody waits for.
  bool compaction_awaited_ = false;
  // Something may have to be compacted; false once the picker found nothing.
  bool look_for_work_ = true;
  int64_t next_walk_us_ = 0;  // monotonic
  int64_t next_pace_us_ = 0;  // monotonic
  // For the pressure: of the version, and of the jobs that are running.
  uint64_t pending_bytes_ = 0;
  uint64_t table_bytes_ = 0;
  JobProgress flush_progress_;
  uint64_t flushing_bytes_ = 0;  // of the generations, in memory
  double flush_ratio_ = 1;       // table bytes of the last for each of those
  JobProgress compaction_progress_;
  size_t level0_inputs_ = 0;  // runs
  // Of the generation that was sealed last.
  uint64_t sealed_generation_bytes_ = 0;
  int64_t sealed_us_ = 0;  // monotonic
  int64_t fill_us_ = 0;
  int64_t retry_at_us_ = 0;  // background work waits until then
  base::Status background_error_;
  // NoRoom while there should be a reserve and no space for it.
  base::Status reserve_status_;
  int64_t next_reserve_us_ = 0;  // monotonic
  Sequence full_since_ = 0;      // what was applied then
  bool closed_ = false;
  // As of the last Tick, so that no Write takes a mutex for them.
  base::Status manifest_error_;
  base::Status write_status_;

  Pauses pauses_;
  mutable Stats stats_;  // the counters in it; sizes are filled on request

  // Handed to jobs by value.
  ScopeLengths scope_lengths_;

  // Of the lane of walks.
  ExpiryWalk expiry_walk_;

  // Shared.
  std::shared_ptr<TableStore> tables_;
  ReserveFile reserve_;
  std::unique_ptr<Manifest> manifest_;
  // The same, for the log, which runs before it is there; null until then.
  std::atomic<Manifest*> manifest_of_log_ = nullptr;
  std::unique_ptr<Log> log_;
  Pacer flush_pacer_;
  Pacer compaction_pacer_;
  Pacer copy_pacer_;
  Mailbox mailbox_;

  // Owner-bound; what they began is the readers' until it comes back.
  Settlements settlements_;
  Sequence last_settlement_ = 0;
  ColdReads cold_reads_;
  ColdRanges cold_ranges_;
  RangeWalks range_walks_;

  // Last: their threads stop before anything else goes.
  ReaderPool readers_;
  Scheduler scheduler_;
};

}  // namespace lsm
