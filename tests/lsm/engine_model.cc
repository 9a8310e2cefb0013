#include "lsm/engine_model.h"

#include <algorithm>
#include <utility>

#include "base/coding.h"
#include "base/log.h"
#include "base/strings.h"
#include "lsm/version/manifest_reader.h"
#include "lsm/wal/segment_reader.h"

namespace lsm {
namespace {

using support::CrashFileSystem;

constexpr char kDirectory[] = "/data";

// How long the owner waits for the engine's threads before it looks again.
constexpr int64_t kWaitUs = 2000;

}  // namespace

std::string EngineModel::ScopePrefix(uint32_t scope) {
  std::string prefix = "M";
  base::PutBig<uint32_t>(&prefix, scope);
  return prefix;
}

std::string EngineModel::RowKey(uint32_t scope, const std::string& name) {
  return ScopePrefix(scope) + name;
}

EngineModel::EngineModel(uint64_t seed, const ModelOptions& options)
    : random_(seed), seed_(seed), options_(options) {
  states_.emplace_back();
  // Every crash is told to the log; here they are legion.
  (void)base::OpenLog("/dev/null", base::LogLevel::kWarning).ok();
}

EngineModel::~EngineModel() = default;

Options EngineModel::EngineOptions() {
  Options options;
  options.fs = disk_.get();
  options.clock = &clock_;
  options.directory = kDirectory;
  options.sync_policy = options_.sync_policy;
  options.generation_bytes = 64 << 10;
  options.table_bytes = 64 << 10;
  options.log_segment_bytes = 64 << 10;
  options.log_preallocate = options_.log_preallocate;
  options.log_direct = options_.log_direct;
  options.log_depth = options_.log_depth;
  options.reserve_bytes = options_.reserve_bytes;
  options.memory_bytes = options_.memory_bytes;
  options.background_threads = options_.threads;
  options.compaction_threads = 3;
  options.blob_bytes_min = options_.blob_bytes_min;
  options.table_handles = options_.table_handles;
  options.on_progress = [this] {
    base::MutexLock lock(mutex_);
    ++wakes_;
    woken_.SignalAll();
  };
  options.key_ranges = {
      {.leading = 'M', .scope_lengths = {5}}
  };
  options.on_settle = [](const BlindRow& row, Settlement* settlement) {
    const uint32_t scope = base::LoadBig<uint32_t>(row.key.data() + 1);
    --settlement->counts[CounterOf(scope)];
  };
  options.faults = options_.faults;
  return options;
}

void EngineModel::Violate(const std::string& what) {
  if (violation_.empty()) violation_ = what;
}

std::string EngineModel::ValueOf(ValueId id) const {
  base::Random random(seed_ ^ id);
  std::string value = base::StrCat("write ", id, " ");
  const uint64_t filler = random.OneIn(80) ? random.Below(150'000)
                                           : random.Below(options_.value_bytes);
  value.resize(value.size() + filler, static_cast<char>('a' + id % 26));
  return value;
}

EngineModel::ValueId EngineModel::IdOf(std::string_view value) const {
  constexpr std::string_view kBegin = "write ";
  if (!value.starts_with(kBegin)) return kNonsense;
  const std::string_view rest = value.substr(kBegin.size());
  const auto id = base::ParseInt(rest.substr(0, rest.find(' ')));
  if (!id || value != ValueOf(static_cast<ValueId>(*id))) return kNonsense;
  return static_cast<ValueId>(*id);
}

// --- Lives.

base::Status EngineModel::Open(std::shared_ptr<CrashFileSystem> disk) {
  snapshots_.clear();
  engine_.reset();
  disk_ = std::move(disk);
  disk_->SetDirect(options_.log_direct);
  disk_is_full_ = reads_fail_ = sync_has_failed_ = false;
  unanswered_ = 0;
  TRY_ASSIGN(engine_, Engine::Open(EngineOptions()));
  return base::Status::Ok();
}

base::Status EngineModel::Run(int steps) {
  for (int i = 0; i < steps && violation_.empty(); ++i) {
    TRY(Tolerate(Step()));
    TRY(engine_->log_error());
    ForgetSynced();
  }
  if (!options_.cold_reads || options_.threads) return base::Status::Ok();
  engine_->Tick();
  while (engine_->RunBackground()) {
  }
  if (unanswered_ > 0) Violate("a read was never answered");
  return base::Status::Ok();
}

void EngineModel::ForgetSynced() {
  if (engine_->stats().flushed > engine_->synced()) {
    Violate("the tables hold what is not synced");
  }
  while (states_.size() > 1 && states_[1].sequence <= engine_->synced()) {
    states_.pop_front();
  }
}

// In this order: what is synced once the power is gone, was before.
void EngineModel::Crash(bool killed) {
  disk_->CutPower();
  if (!killed) required_ = 0;
  if (engine_ == nullptr) return;
  ForgetSynced();
  // What a failed sync left in the page cache is not believed again.
  if (killed && engine_->log_error().ok()) required_ = engine_->released();
  snapshots_.clear();
  engine_.reset();
  checkpoint_states_.clear();
}

base::Status EngineModel::Reopen(std::shared_ptr<CrashFileSystem> disk) {
  if (options_.clock_jumps) {
    clock_.SetWall(clock_.WallMicros() - 3'600'000'000 +
                   static_cast<int64_t>(random_.Below(5'400'000'000)));
  }
  disk_ = disk;
  const Sequence highest = HighestOnDisk();
  TRY(Open(std::move(disk)));
  highest_on_disk_ = highest;
  TRY_ASSIGN(const State* same, FindState());
  State now = *same;
  states_.clear();
  states_.push_back(std::move(now));
  required_ = 0;
  CheckEverything();
  return base::Status::Ok();
}

void EngineModel::Try(std::shared_ptr<CrashFileSystem> disk) {
  const base::Status status = Open(std::move(disk));
  if (status.ok()) {
    (void)FindState().ok();
  } else {
    Violate("does not open: " + status.ToString());
  }
  engine_.reset();
}

base::Result<const EngineModel::State*> EngineModel::FindState() {
  TRY_ASSIGN(const State found, ReadState());
  // A released sequence is that of a state or lies before the first.
  for (size_t i = 0; i < states_.size(); ++i) {
    const bool too_old =
        i + 1 < states_.size() && states_[i + 1].sequence <= required_;
    const State& state = states_[i];
    if (!too_old && state.scope == found.scope && state.rows == found.rows &&
        state.counter == found.counter) {
      return &state;
    }
  }
  Violate(base::StrCat(
      "found a state that never was, or one too old: ", found.rows.size(),
      " rows, counter ", found.counter, ", scope ", found.scope, "; ",
      states_.size(), " states are allowed"));
  return base::Status::Corruption(violation_);
}

// From a copy, because to read a log is to sync it.
Sequence EngineModel::HighestOnDisk() {
  const auto copy = disk_->Kill();
  const auto manifest = RecoverManifest(copy.get(), kDirectory);
  if (!manifest.ok()) return 0;
  const ManifestState& state = manifest.value().state;
  Sequence highest = 0;
  for (const uint64_t number : state.segments) {
    const auto reader = SegmentReader::Open(copy.get(), kDirectory,
                                            state.identity.uuid, number, {});
    if (!reader.ok()) continue;
    uint64_t from = 0;
    while (true) {
      const auto found =
          reader.value()->FindHeader(from, reader.value()->end());
      if (!found.ok() || !found.value()) break;
      from = *found.value() + 8;
    }
    highest = std::max(highest, reader.value()->highest_seen());
  }
  return highest;
}

// --- Steps.

base::Status EngineModel::Tolerate(const base::Status& status) {
  if (status.ok() || status.code() == base::Code::kNoRoom) {
    return base::Status::Ok();
  }
  // What a read or sync failed on purpose may have broken; that the log has
  // ended is seen elsewhere.
  if (status.code() == base::Code::kIo && (reads_fail_ || sync_has_failed_)) {
    return base::Status::Ok();
  }
  if (status.code() != base::Code::kIo) Violate(status.ToString());
  return status;
}

base::Status EngineModel::Step() {
  MakeTrouble();
  // Drawn only if asked for, so that all other histories stay as they are.
  if (options_.cold_reads && random_.OneIn(4)) AskForSomething();
  if (options_.readers && random_.OneIn(5)) TRY(ReadBeside());
  const uint64_t dice = random_.Below(100);
  if (dice < 60) return WriteSomething();
  if (dice < 62) return options_.kills ? KillScope() : base::Status::Ok();
  if (dice < 70) return LookAtSomething();
  if (dice < 90) return EndTick();
  if (dice < 96) {
    if (options_.threads) return EndTick();
    while (random_.OneIn(2) && engine_->RunBackground()) {
    }
    return base::Status::Ok();
  }
  if (dice < 98) return Request(&Engine::Flush);
  return Request(dice == 98 ? &Engine::Compact : &Engine::Sync);
}

base::Status EngineModel::EndTick() {
  clock_.Advance(static_cast<int64_t>(random_.Below(60'000)));
  while (engine_->Tick() && random_.OneIn(2)) {
  }
  engine_->Submit();
  return base::Status::Ok();
}

void EngineModel::MakeTrouble() {
  if (options_.clock_jumps && random_.OneIn(30)) {
    clock_.SetWall(clock_.WallMicros() - 1'000'000'000 +
                   static_cast<int64_t>(random_.Below(2'000'000'000)));
  }
  if (options_.full_disks && random_.OneIn(30)) {
    disk_is_full_ = !disk_is_full_;
    disk_->SetFreeBytes(disk_is_full_ ? random_.Below(300'000)
                                      : uint64_t{1} << 40);
  }
  if (options_.failing_syncs && !sync_has_failed_ && random_.OneIn(60)) {
    constexpr const char* kParts[] = {"wal-", "Manifest-", ".sst", "CURRENT"};
    disk_->FailOnce(CrashFileSystem::Op::kSync, kParts[random_.Below(4)]);
    sync_has_failed_ = true;
  }
  if (options_.failing_reads && random_.OneIn(20)) {
    disk_->HealReads();
    reads_fail_ = !reads_fail_;
    const auto names = disk_->List(kDirectory);
    for (const std::string& name : names.value()) {
      if (!reads_fail_ || !name.ends_with(".sst") || random_.OneIn(3)) continue;
      disk_->FailReads(base::JoinPath(kDirectory, name),
                       random_.Below(40) * 1000, random_.Below(20'000));
    }
  }
  if (options_.changing_policy && random_.OneIn(40)) {
    (void)engine_->SetSyncPolicy(static_cast<SyncPolicy>(random_.Below(3)))
        .ok();
  }
}

base::Status EngineModel::Note(State next,
                               const base::Result<Sequence>& written) {
  TRY(written.status());
  next.sequence = written.value();
  if (next.sequence <= states_.back().sequence ||
      next.sequence <= highest_on_disk_) {
    Violate(base::StrCat("sequence ", next.sequence, " was used before: ",
                         states_.back().sequence, " was applied, ",
                         highest_on_disk_, " was found on the disk"));
  }
  if (!checkpoint_states_.empty()) checkpoint_states_.push_back(next);
  states_.push_back(std::move(next));
  return base::Status::Ok();
}

base::Status EngineModel::WriteSomething() {
  State next = states_.back();
  WriteBatch batch;
  const uint64_t count = 1 + random_.Below(3);
  int64_t added = 0;
  std::map<std::string, bool> touched;
  for (uint64_t i = 0; i < count; ++i) {
    const std::string name =
        base::StrCat("name", random_.Below(options_.names));
    if (!touched.emplace(name, true).second) continue;
    const std::string key = RowKey(next.scope, name);
    const Lookup lookup = engine_->Get(key, HashKey(key));
    const bool nothing_below =
        lookup.found == Found::kAbsent && lookup.nothing_below;
    if (lookup.found != Found::kMiss &&
        (lookup.found == Found::kValue) != next.rows.contains(name)) {
      Violate(name + " is there and should not be, or the reverse");
    }
    if (random_.OneIn(3)) {
      batch.Delete(key, HashKey(key), nothing_below);
      added -= static_cast<int64_t>(next.rows.erase(name));
      continue;
    }
    const bool is_new = next.rows.count(name) == 0;
    next.rows[name] = ++writes_;
    if (options_.blind_puts && lookup.found == Found::kMiss &&
        engine_->MayPutBlind() && random_.OneIn(2)) {
      batch.BlindPut(key, HashKey(key), ValueOf(writes_));
      ++added;
      continue;
    }
    batch.Put(key, HashKey(key), ValueOf(writes_), nothing_below);
    added += is_new;
  }
  batch.AddCount(CounterOf(next.scope), added);
  next.counter = static_cast<int64_t>(next.rows.size());
  return Note(std::move(next), engine_->Write(batch));
}

base::Status EngineModel::KillScope() {
  State next;
  const State& last = states_.back();
  next.scope = next_scope_++;
  WriteBatch batch;
  std::string value;
  base::PutBig<uint32_t>(&value, next.scope);
  batch.Put(kScopeRow, HashKey(kScopeRow), value);
  batch.KillScope(ScopePrefix(last.scope));
  const uint64_t counter = CounterOf(last.scope);
  batch.AddCount(counter, -engine_->counter(counter));
  return Note(std::move(next), engine_->Write(batch, /*may_use_reserve=*/true));
}

base::Status EngineModel::LookAtSomething() {
  for (int i = 0; i < 4; ++i) {
    CheckKey(base::StrCat("name", random_.Below(options_.names)));
  }
  const State& expected = states_.back();
  if (expected.rows.empty() || !random_.OneIn(3)) return base::Status::Ok();
  const std::string prefix = ScopePrefix(expected.scope);
  TRY_ASSIGN(const std::optional<std::string> key,
             engine_->RandomKey(prefix, ScopePrefix(expected.scope + 1),
                                random_.Next()));
  if (!key || !expected.rows.contains(key->substr(prefix.size()))) {
    Violate("a random key that is not there");
  }
  return base::Status::Ok();
}

base::Status EngineModel::Request(void (Engine::*work)(Engine::Done)) {
  // The engine may end before it answers.
  struct Answer {
    bool finished = false;
    base::Status status;
  };
  const auto answer = std::make_shared<Answer>();
  ((*engine_).*work)([answer](base::Status status) {
    answer->finished = true;
    answer->status = std::move(status);
  });
  for (int i = 0; i < 2000; ++i) {
    uint64_t seen = 0;
    {
      base::MutexLock lock(mutex_);
      seen = wakes_;
    }
    clock_.Advance(50'000);  // After a failure the engine rests for a second.
    engine_->Submit();
    engine_->Tick();
    if (!options_.threads) {
      while (engine_->RunBackground()) {
      }
    }
    if (answer->finished) return answer->status;
    TRY(engine_->log_error());
    if (!options_.threads) continue;
    base::MutexLock lock(mutex_);
    if (wakes_ == seen) woken_.WaitFor(mutex_, kWaitUs);
  }
  // What needs a log segment waits as long as none can be made.
  if (!disk_is_full_ && disk_->crash_op().empty()) {
    const Stats stats = engine_->stats();
    Violate(base::StrCat(
        "the engine never answered: applied ", stats.applied, ", released ",
        stats.released, ", synced ", stats.synced, ", flushed ", stats.flushed,
        ", ", engine_->open_bytes(), " bytes open, ",
        engine_->frames_in_flight(), " frames in flight, ",
        stats.background_errors, " background errors; writing would be: ",
        engine_->MayWrite().ToString()));
  }
  return base::Status::NoRoom("no answer");
}

base::Status EngineModel::CompactAll() {
  TRY(Request(&Engine::Compact));
  const std::string prefix = ScopePrefix(states_.back().scope);
  auto range = engine_->NewRange("M", "N");
  for (; range->Valid(); range->Next()) {
    if (range->key().starts_with(prefix)) continue;
    Violate("a row of a dead scope is left after merging everything");
    break;
  }
  return range->status();
}

}  // namespace lsm
