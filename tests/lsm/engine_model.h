// EngineModel drives an Engine with a seeded workload and remembers every
// state it has been in, so that after a crash it can say whether what is
// found is one of the states that are allowed:
//
//   synced prefix <= state <= applied prefix, whole batches only
//
// Each step is a batch (puts, deletes, counters, now and then the death of a
// scope), a look at some rows, a flush, a compaction, or the end of a tick;
// with some trouble in between where the options ask for it. Without threads
// the same seed does the same work up to the crash.
//
//   EngineModel model(seed);
//   model.Open(disk);  model.Run(steps);       // until it fails or ends
//   model.Crash();
//   model.Reopen(disk->Crash(seed2));          // compares
//   EXPECT_EQ(model.violation(), "");
//
// Rows live under 'M' | scope u32 | name; the scope in use is itself a row,
// as the databases of the server are.
//
// Threads: one holder at a time.

#pragma once

#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/mutex.h"
#include "base/random.h"
#include "lsm/engine.h"
#include "lsm/snapshot_reader.h"
#include "support/crash_file_system.h"
#include "support/manual_clock.h"

namespace lsm {

struct ModelOptions {
  SyncPolicy sync_policy = SyncPolicy::kAlways;
  bool log_direct = true;
  bool log_preallocate = true;
  int log_depth = 2;
  uint64_t reserve_bytes = 0;
  uint64_t memory_bytes = 8 << 20;
  bool threads = false;
  int names = 24;             // different keys of a scope
  size_t value_bytes = 3000;  // at most, but for a few large ones
  bool kills = true;
  bool cold_reads = false;      // by FetchAsync, too
  bool blind_puts = false;      // of keys that are not in memory
  bool readers = false;         // snapshots, ranges in pages, checkpoints
  uint64_t blob_bytes_min = 0;  // of values that lie apart from their keys
  size_t table_handles = 4096;  // few: tables are opened again and again

  // Trouble.
  bool clock_jumps = false;
  bool full_disks = false;
  bool failing_syncs = false;  // one in each life
  bool failing_reads = false;
  bool changing_policy = false;
  // Other disks that the same crash could have left, looked at beside the one
  // with which life goes on.
  int cuts = 2;
  Faults faults;
};

class EngineModel {
 public:
  EngineModel(uint64_t seed, const ModelOptions& options);
  ~EngineModel();

  // Opens a new store on the disk and keeps that alive.
  base::Status Open(std::shared_ptr<support::CrashFileSystem> disk);
  // Goes on for `steps` steps; returns early, with the reason, when the
  // engine refuses for good.
  base::Status Run(int steps);
  // Takes the power away, or kills the process, and notes what must have
  // survived.
  void Crash(bool killed = false);
  // Opens what a crash has left and checks it against the allowed states;
  // afterwards the state found is the only one.
  base::Status Reopen(std::shared_ptr<support::CrashFileSystem> disk);

  // The same, without going on from there.
  void Try(std::shared_ptr<support::CrashFileSystem> disk);

  // Compares all that the engine answers with the newest state.
  void CheckEverything();
  // Everything into the bottom level, where no dead row may be left.
  base::Status CompactAll();

  // What the engine did wrong first; empty if nothing was seen.
  const std::string& violation() const { return violation_; }

  Engine* engine() { return engine_.get(); }
  support::ManualClock& clock() { return clock_; }

 private:
  // The number of the write that gave the row its value, of which the bytes
  // follow; kNonsense for any other bytes.
  using ValueId = uint64_t;
  struct State {
    Sequence sequence = 0;
    uint32_t scope = 1;
    std::map<std::string, ValueId> rows;  // of the scope in use
    int64_t counter = 0;
  };

  struct HeldSnapshot {
    std::shared_ptr<const PinnedSnapshot> snapshot;
    State state;
  };

  static constexpr char kScopeRow[] = "Kscope";
  static constexpr ValueId kNonsense = UINT64_MAX;
  static std::string ScopePrefix(uint32_t scope);
  // Of the rows of a scope.
  static uint64_t CounterOf(uint32_t scope) { return scope; }
  static std::string RowKey(uint32_t scope, const std::string& name);

  Options EngineOptions();
  void Violate(const std::string& what);
  std::string ValueOf(ValueId id) const;
  ValueId IdOf(std::string_view value) const;

  // Steps.
  base::Status Step();
  base::Status WriteSomething();
  base::Status KillScope();
  base::Status LookAtSomething();
  base::Status EndTick();
  void MakeTrouble();
  base::Status Request(void (Engine::*work)(Engine::Done));
  // A batch was accepted and led to `next`; or it was refused.
  base::Status Note(State next, const base::Result<Sequence>& written);
  // Errors that pass, or that were asked for, are no violation.
  base::Status Tolerate(const base::Status& status);

  // Reading (engine_model_reads.cc).
  base::Result<const State*> FindState();
  base::Result<State> ReadState();
  base::Status ReadRows(State* state);
  base::Result<std::optional<ValueId>> ReadKey(const std::string& key);
  void CheckKey(const std::string& name);
  void CheckReadError(const base::Status& status);
  void AskForSomething();

  // Reading beside the engine (engine_model_readers.cc).
  base::Status ReadBeside();
  void CheckRange();
  void CheckSnapshot(const HeldSnapshot& held);
  void CheckPages(const RangePin& pin, const State& expected);
  base::Status TakeCheckpoint();
  void CheckCopy(const std::string& directory, const State& expected);

  // The highest sequence in any valid header of a log segment.
  Sequence HighestOnDisk();
  void ForgetSynced();

  base::Random random_;
  const uint64_t seed_;
  const ModelOptions options_;
  support::ManualClock clock_;
  std::shared_ptr<support::CrashFileSystem> disk_;
  std::string violation_;

  // Woken by the engine's threads.
  base::Mutex mutex_;
  base::CondVar woken_;
  uint64_t wakes_ GUARDED_BY(mutex_) = 0;

  std::unique_ptr<Engine> engine_;
  std::deque<HeldSnapshot> snapshots_;
  // Since a checkpoint was asked for; empty when none is.
  std::vector<State> checkpoint_states_;
  int checkpoints_ = 0;
  // The last state that a power cut must leave, then all later ones.
  std::deque<State> states_;
  // What kill -9 must leave; a power cut before the next opening may yet take
  // it.
  Sequence required_ = 0;
  uint32_t next_scope_ = 2;
  int unanswered_ = 0;  // reads that were asked for in this life
  ValueId writes_ = 0;
  // New sequences must be beyond it.
  Sequence highest_on_disk_ = 0;
  bool disk_is_full_ = false;
  bool reads_fail_ = false;
  bool sync_has_failed_ = false;
};

}  // namespace lsm
