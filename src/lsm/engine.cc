#include "lsm/engine.h"

#include <algorithm>
#include <utility>

#include "base/log.h"
#include "base/strings.h"
#include "lsm/engine_body.h"
#include "lsm/key_ranges.h"
#include "lsm/recovery.h"

namespace lsm {
namespace {

// Of the budget: what one generation may take at most.
constexpr uint64_t kGenerationShare = 8;
constexpr uint64_t kGenerationBytesMin = 64 << 10;

// Work of one tick beside the commands: some 100 us.
constexpr size_t kFreeSteps = 200;

constexpr uint64_t kLogSegmentBytesMin = 4 << 20;
constexpr uint64_t kLogSegmentBytesMax = 64 << 20;

Options Completed(Options options) {
  if (options.log_segment_bytes == 0) {
    options.log_segment_bytes = std::clamp(
        2 * options.generation_bytes, kLogSegmentBytesMin, kLogSegmentBytesMax);
  }
  return options;
}

base::Status CheckOptions(const Options& options) {
  if (options.log_depth < 1 || options.log_depth > kLogDepthMax) {
    return base::Status::Invalid(
        base::StrCat("log_depth is ", options.log_depth,
                     " and must be from 1 to ", kLogDepthMax));
  }
  if (options.log_segment_bytes > 0 &&
      options.log_segment_bytes < kSegmentBytesMin) {
    return base::Status::Invalid(
        base::StrCat("log_segment_bytes is ", options.log_segment_bytes,
                     " and must be 0 or at least ", kSegmentBytesMin));
  }
  return base::Status::Ok();
}

}  // namespace

Engine::Body::Body(Options options)
    : options_(Completed(std::move(options))),
      memory_(MemoryOptions{}),
      cache_share_(options_.cache_adapts),
      version_(Version::Empty()),
      pauses_(options_.clock),
      reserve_(options_.fs, options_.directory),
      flush_pacer_(options_.clock),
      compaction_pacer_(options_.clock),
      copy_pacer_(options_.clock),
      mailbox_(options_.on_progress),
      settlements_(&mailbox_),
      cold_reads_(&readers_, &mailbox_, options_.faults.install_stale_reads),
      cold_ranges_(&readers_, &mailbox_, options_.faults.forget_flushed_rows),
      range_walks_(&readers_, &mailbox_),
      readers_(options_.background_threads ? options_.reader_threads : 0),
      scheduler_(options_.background_threads) {}

// The log ends first: a flush may be waiting for what is in the open frame.
Engine::Body::~Body() {
  snapshots_.Abandon();
  if (log_ != nullptr && !closed_) (void)log_->Close().ok();
  scheduler_.Stop();
  readers_.Stop();
  cold_ranges_.Abandon();
  range_walks_.Abandon();
}

// --- Opening.

base::Status Engine::Body::Open() {
  const int64_t begin_us = options_.clock->MonotonicMicros();
  scope_lengths_ = ScopeLengthsOf(options_.key_ranges);
  Recovery recovery(options_);
  TRY(recovery.ReadTables());
  LoadState(recovery.state());
  version_ = recovery.version();
  tables_ = recovery.tables();
  TRY(recovery.ReplayInto([this](Sequence sequence, const WriteBatch& batch) {
    return ApplyReplayed(sequence, batch);
  }));
  settlements_.EndReplay();
  applied_ = recovery.last();
  first_new_ = recovery.first_new();
  TRY(recovery.OpenForWriting(MakeLogOptions(), &reserve_));
  lock_ = recovery.TakeLock();
  manifest_ = recovery.TakeManifest();
  manifest_of_log_.store(manifest_.get(), std::memory_order_release);
  log_ = recovery.TakeLog();
  identity_ = recovery.state().identity;
  stats_.incarnation = recovery.state().incarnation;
  stats_.recovery_us = options_.clock->MonotonicMicros() - begin_us;
  for (const std::string& warning : recovery.warnings()) {
    base::Log(base::LogLevel::kWarning, warning);
  }
  if (!recovery.no_room().ok()) NoteReserveReleased(recovery.no_room());
  NoteVersion();
  SetMemoryBytes(options_.memory_bytes);
  Tick();
  return base::Status::Ok();
}

void Engine::Body::LoadState(const ManifestState& state) {
  counters_ = state.counters;
  flushed_ = state.flushed;
  applied_ = state.flushed;
  scopes_.Load(state.dead_scopes);
}

LogOptions Engine::Body::MakeLogOptions() {
  LogOptions log;
  log.fs = options_.fs;
  log.clock = options_.clock;
  log.directory = options_.directory;
  log.policy = options_.sync_policy;
  log.segment_bytes = options_.log_segment_bytes;
  log.preallocate = options_.log_preallocate;
  log.direct = options_.log_direct;
  log.depth = options_.log_depth;
  log.threads = options_.background_threads;
  log.faults = options_.faults.log;
  log.on_progress = options_.on_progress;
  log.list_segment = [this](uint64_t number) {
    Manifest* const manifest = manifest_of_log_.load(std::memory_order_acquire);
    if (manifest == nullptr) {
      return base::Status::Io("the MANIFEST is not open yet");
    }
    // Asked again after a failure: the edit is then on its way already.
    if (manifest->Lists(number)) {
      return manifest->Witness();
    }
    VersionEdit edit;
    edit.listed_segments = {number};
    // Witnessed, for what the segment will hold hangs on this edit alone: were
    // it taken for a torn tail one day, the segment would be an orphan.
    return manifest->AppendWitnessed(edit);
  };
  return log;
}

base::Status Engine::Body::ApplyReplayed(Sequence sequence,
                                         const WriteBatch& batch) {
  applied_ = sequence;
  ApplyInMemory(sequence, batch);
  ++stats_.replayed_batches;
  ReportExpiring(sequence, batch);
  // Flushed once the directory may be written; until then it waits sealed.
  if (NeedsSeal()) SealToFlush();
  return base::Status::Ok();
}

// Rows of the log are in no table that the expiry walk could find them in.
void Engine::Body::ReportExpiring(Sequence sequence, const WriteBatch& batch) {
  if (!options_.expiry_of || !options_.on_expiring) return;
  std::vector<ExpiringRow> rows;
  for (size_t i = 0; i < batch.size(); ++i) {
    const Operation operation = batch[i];
    if (operation.opcode != Opcode::kPut &&
        operation.opcode != Opcode::kBlindPut) {
      continue;
    }
    const int64_t expires_ms =
        options_.expiry_of(operation.key, operation.value);
    if (expires_ms == 0) continue;
    rows.push_back({std::string(operation.key), sequence, expires_ms});
  }
  if (!rows.empty()) options_.on_expiring(rows);
}

base::Status Engine::Body::Close() {
  closed_ = true;
  const base::Status status = log_->Close();
  scheduler_.Stop();
  readers_.Stop();
  mailbox_.Drain();
  cold_reads_.Abort();
  cold_ranges_.Abort();
  range_walks_.Abort();
  AnswerWaiters();
  // Whoever still waits does so for a job that will never be.
  std::vector<Waiter> left = std::exchange(flush_waiters_, {});
  for (std::vector<Waiter>* waiters : {&sync_waiters_, &settle_waiters_}) {
    for (Waiter& waiter : *waiters) left.push_back(std::move(waiter));
    waiters->clear();
  }
  for (std::vector<Done>* waiters : {&compact_waiters_, &compacting_waiters_}) {
    for (Done& done : std::exchange(*waiters, {})) {
      left.push_back({0, std::move(done)});
    }
  }
  for (Waiter& waiter : left) {
    waiter.done(base::Status::Io("the engine was closed"));
  }
  if (checkpoint_done_) {
    EndCheckpoint(base::Status::Io("the engine was closed"));
  }
  return status;
}

// --- Rows.

Sequence Engine::Body::NextSequence() const {
  const Sequence wall = tick_us_ > 0 ? static_cast<Sequence>(tick_us_) : 0;
  return std::max({applied_ + 1, wall, first_new_});
}

base::Status Engine::Body::MayWrite(bool may_use_reserve) const {
  if (log_->failed()) [[unlikely]]
    return log_->error();
  return may_use_reserve ? manifest_error_ : write_status_;
}

base::Result<Sequence> Engine::Body::Write(const WriteBatch& batch,
                                           bool may_use_reserve) {
  TRY(MayWrite(may_use_reserve));
  const Sequence sequence = NextSequence();
  if (sequence > kSequenceMax) {
    return base::Status::Io("the wall clock is beyond the year 2200");
  }
  ++stats_.written_batches;
  log_->Append(sequence, batch.bytes());
  applied_ = sequence;
  ApplyInMemory(sequence, batch);
  return sequence;
}

void Engine::Body::ApplyInMemory(Sequence sequence, const WriteBatch& batch) {
  for (size_t i = 0; i < batch.size(); ++i) {
    const Operation operation = batch[i];
    switch (operation.opcode) {
      case Opcode::kPut:
        cold_reads_.NoteWrite(operation.key);
        memory_.Put(operation.key, operation.hash, sequence, operation.value,
                    operation.nothing_below);
        break;
      case Opcode::kDelete:
        cold_reads_.NoteWrite(operation.key);
        memory_.Delete(operation.key, operation.hash, sequence,
                       operation.nothing_below);
        break;
      case Opcode::kBlindPut:
        cold_reads_.NoteWrite(operation.key);
        memory_.Put(operation.key, operation.hash, sequence, operation.value,
                    /*nothing_below=*/false);
        settlements_.Owe(operation.key, sequence);
        break;
      case Opcode::kSettle:
        settlements_.PayReplayed(operation.key);
        break;
      case Opcode::kKillScope:
        scopes_.Kill(operation.key, sequence);
        last_kill_ = sequence;
        break;
      case Opcode::kAddCount:
        counters_[operation.counter] += operation.delta;
        break;
    }
  }
}

Lookup Engine::Body::Get(std::string_view key, uint64_t hash) {
  Lookup lookup;
  if (const Record* record = memory_.Find(key, hash)) {
    ++stats_.memory_hits;
    lookup.sequence = record->sequence();
    if (record->kind() == Kind::kValue) {
      lookup.found = Found::kValue;
      lookup.value = record->value();
    } else {
      lookup.found = Found::kAbsent;
      lookup.nothing_below = record->nothing_below() || lookup.sequence == 0;
    }
    return lookup;
  }
  if (version_->MayContain(key, hash)) return lookup;  // kMiss
  ++stats_.filter_negatives;
  lookup.found = Found::kAbsent;
  lookup.nothing_below = true;
  return lookup;
}

int64_t Engine::Body::counter(uint64_t id) const {
  const auto it = counters_.find(id);
  return it == counters_.end() ? 0 : it->second;
}

// --- The tick.

uint64_t Engine::Body::GenerationBytes() const {
  return std::max(kGenerationBytesMin,
                  std::min(options_.generation_bytes,
                           options_.memory_bytes / kGenerationShare));
}

bool Engine::Body::NeedsSeal() const {
  uint64_t bytes = memory_.active_bytes();
  const bool flush_will_come = flushing_ || FlushIsDue();
  // What snapshots have sealed counts as if it were still active.
  if (!flush_will_come) bytes += memory_.sealed_bytes();
  if (bytes >= GenerationBytes() || FlushMakesRoom()) return true;
  // A few keys overwritten again and again grow the log, not the memory.
  return log_ != nullptr && bytes > 0 && !flush_will_come &&
         log_->bytes_retained() > options_.log_retained_bytes;
}

bool Engine::Body::Tick() {
  tick_us_ = options_.clock->WallMicros();
  last_tick_us_ =
      std::exchange(tick_mono_us_, options_.clock->MonotonicMicros());
  if (const Sequence synced = log_->synced(); synced != stats_.synced) {
    stats_.synced = synced;
    stats_.last_sync_us = tick_us_;
  }
  pauses_.Begin();
  mailbox_.Drain();
  NoteErrors();
  pauses_.End(PauseCause::kInstall);
  StartSettling();
  SettleKnown();
  pauses_.End(PauseCause::kSettle);
  if (NeedsSeal()) SealToFlush();
  StartJobs();
  StartExpiryWalk();
  AnswerWaiters();
  pauses_.End(PauseCause::kJobs);
  const bool freeing = memory_.FreeSome(kFreeSteps);
  pauses_.End(PauseCause::kFree);
  const bool evicting = Evict();
  pauses_.End(PauseCause::kEvict);
  const bool moving = Defragment();
  pauses_.End(PauseCause::kDefrag);
  // Last, so that what was read is still there when its askers come; and they
  // may write.
  const bool answered = cold_reads_.Finish(&memory_);
  const bool shown = cold_ranges_.Finish();
  const bool walked = range_walks_.Finish();
  pauses_.End(PauseCause::kColdReads);
  return freeing || evicting || moving || answered || shown || walked ||
         (settlements_.size() > 0 && settlements_.has_known() &&
          MayWrite(/*may_use_reserve=*/true).ok());
}

Stats Engine::Body::stats() const {
  Stats stats = stats_;
  stats.active_bytes = memory_.active_bytes();
  stats.sealed_bytes = memory_.sealed_bytes() + memory_.retired_bytes();
  stats.clean_bytes = memory_.clean_bytes();
  stats.index_bytes = memory_.index_bytes();
  stats.records = memory_.records();
  stats.table_memory_bytes = tables_->memory_bytes();
  stats.log_memory_bytes = log_->memory_bytes();
  stats.defrag_percent = defrag_share_.percent();
  stats.debt_bytes = settlements_.memory_bytes();
  stats.memory_budget_bytes = options_.memory_bytes;
  stats.reads_in_flight = cold_reads_.in_flight() + cold_ranges_.in_flight() +
                          range_walks_.in_flight();
  stats.range_pages = cold_ranges_.pages_read();
  stats.coalesced_reads = cold_reads_.coalesced();
  stats.discarded_reads = cold_reads_.discarded();
  stats.unsettled = settlements_.size();
  stats.pauses = pauses_.stats();
  const BlockCache::Stats cache = tables_->cache().stats();
  stats.cache_bytes = cache.bytes;
  stats.cache_hits = cache.hits;
  stats.cache_misses = cache.misses;

  const LogStats log = log_->stats();
  stats.log_frames = log.frames;
  stats.log_batches = log.batches;
  stats.log_bytes = log.bytes;
  stats.log_syncs = log.syncs;
  stats.log_retained_bytes = log_->bytes_retained();
  stats.log_out_of_space = log_->out_of_space();
  stats.reserve_bytes = reserve_.bytes();
  stats.applied = applied_;
  stats.released = log_->released();
  stats.synced = log_->synced();
  stats.flushed = flushed_;

  for (int level = 0; level < kLevelsMax; ++level) {
    for (const auto& run : version_->level(level)) {
      Stats::Level& total = stats.levels[level];
      total.files += run->files().size();
      total.bytes += run->bytes();
      total.rows += run->rows();
      total.tombstones += run->tombstones();
    }
  }
  stats.blobs.files = version_->blobs().size();
  for (const BlobUse& sum : version_->blobs()) {
    stats.blobs.bytes += sum.all_bytes;
    stats.blobs.garbage_bytes += sum.all_bytes - sum.bytes;
  }
  stats.dead_scopes = scopes_.size();
  stats.counters = counters_.size();
  stats.pending_compaction_bytes = pending_bytes_;
  stats.pressure = pressure();
  return stats;
}

// --- The door.

Engine::Engine(std::unique_ptr<Body> body) : body_(std::move(body)) {}
Engine::~Engine() = default;

base::Result<std::unique_ptr<Engine>> Engine::Open(Options options) {
  TRY(CheckOptions(options));
  auto body = std::make_unique<Body>(std::move(options));
  TRY(body->Open());
  return std::unique_ptr<Engine>(new Engine(std::move(body)));
}

base::Result<Sequence> Engine::Write(const WriteBatch& batch,
                                     bool may_use_reserve) {
  return body_->Write(batch, may_use_reserve);
}
Lookup Engine::Get(std::string_view key, uint64_t hash) {
  return body_->Get(key, hash);
}
void Engine::Prefetch(uint64_t hash) { body_->memory().Prefetch(hash); }
void Engine::PrefetchRow(uint64_t hash) {
  body_->memory().PrefetchRecord(hash);
}
base::Status Engine::Fetch(std::span<const std::string> keys) {
  return body_->Fetch(keys);
}
bool Engine::FetchAsync(std::span<const std::string> keys, Done done) {
  return body_->FetchAsync(keys, std::move(done));
}
std::unique_ptr<RangeView> Engine::NewRange(std::string_view begin,
                                            std::string_view end,
                                            RangePages* pages,
                                            const RangeNeed& need) {
  return body_->NewRange(begin, end, pages, need);
}
void Engine::FetchRangeAsync(std::shared_ptr<RangePages> pages,
                             size_t bytes_max, Done done) {
  body_->FetchRangeAsync(std::move(pages), bytes_max, std::move(done));
}
base::Result<std::optional<std::string>> Engine::RandomKey(
    std::string_view begin, std::string_view end, uint64_t seed,
    RangePages* pages) {
  return body_->RandomKey(begin, end, seed, pages);
}
int64_t Engine::counter(uint64_t id) const { return body_->counter(id); }
Sequence Engine::applied() const { return body_->applied(); }
Sequence Engine::released() const { return body_->log().released(); }
Sequence Engine::synced() const { return body_->log().synced(); }
base::Status Engine::log_error() const { return body_->log().error(); }
base::Status Engine::MayWrite(bool may_use_reserve) const {
  return body_->MayWrite(may_use_reserve);
}
bool Engine::Submit() { return body_->log().Submit(); }
bool Engine::SubmitInline() { return body_->log().SubmitInline(); }
Sequence Engine::open_first() const { return body_->log().open_first(); }
size_t Engine::open_bytes() const { return body_->log().open_bytes(); }
size_t Engine::unreleased_bytes() const {
  return body_->log().unreleased_bytes();
}
int Engine::frames_in_flight() const { return body_->log().in_flight(); }
bool Engine::Tick() { return body_->Tick(); }
double Engine::pressure() const { return body_->pressure().value(); }
void Engine::Flush(Done done) { body_->Flush(std::move(done)); }
void Engine::Compact(Done done) { body_->Compact(std::move(done)); }
void Engine::Sync(Done done) { body_->Sync(std::move(done)); }
bool Engine::RunBackground() { return body_->RunBackground(); }
base::Status Engine::SetSyncPolicy(SyncPolicy policy) {
  return body_->log().SetPolicy(policy);
}
void Engine::SetDefragPercent(int percent) { body_->SetDefragPercent(percent); }
void Engine::SetGenerationBytes(uint64_t bytes) {
  body_->options().generation_bytes = bytes;
}
Stats Engine::stats() const { return body_->stats(); }
base::Status Engine::Close() { return body_->Close(); }

}  // namespace lsm
