// Flush, and what it has in common with compaction (engine_compaction.cc): the
// owner starts each with everything it needs, its middle runs on a lane of the
// Scheduler, and the owner ends it.
//
//   flush       sealed generations -> tables of level 0 -> commit
//   compaction  tables -> tables -> commit
//   commit      edit synced -> installed by the owner -> edit witnessed
//               -> log segments are given up, inputs are retired
//
// A job that fails before its commit has left nothing and is begun again. In
// the commit only a full disk is survived: the job is then resumed there.
//
// The order of reading is load-bearing (a job chooses its inputs, then reads
// synced(), then the killed scopes): see README.md, "What may be dropped".

#include <algorithm>
#include <optional>
#include <utility>

#include "lsm/engine_body.h"
#include "lsm/key_ranges.h"
#include "lsm/version/file_names.h"

namespace lsm {
namespace {

// The base level is this many generations large: one L0 merge rewrites it.
constexpr uint64_t kBaseGenerations = 4;

// A table lists all blob files that it refers to: there must not be too many.
constexpr uint64_t kTablesOfBlobFile = 8;

// Range reads merge all sealed generations, so there are not too many of them,
// however small.
constexpr size_t kSealedPartsMax = 64;

// The rows of one generation as a flush wants them: without the tombstones
// that have nothing to hide.
class FlushSource : public RowIterator {
 public:
  explicit FlushSource(std::shared_ptr<const Generation> generation)
      : generation_(std::move(generation)), rows_(generation_->NewIterator()) {}

  bool Valid() const override { return rows_->Valid(); }
  void Seek(std::string_view key) override {
    rows_->Seek(key);
    SkipIdle();
  }
  void SeekToFirst() override {
    rows_->SeekToFirst();
    SkipIdle();
  }
  void Next() override {
    rows_->Next();
    SkipIdle();
  }
  std::string_view key() const override { return rows_->key(); }
  uint64_t packed() const override { return rows_->packed(); }
  std::string_view value() const override { return rows_->value(); }
  base::Status status() const override { return base::Status::Ok(); }

 private:
  void SkipIdle() {
    while (rows_->Valid() && KindOf(rows_->packed()) == Kind::kTombstone &&
           rows_->nothing_below()) {
      rows_->Next();
    }
  }

  const std::shared_ptr<const Generation> generation_;
  const std::unique_ptr<GenerationIterator> rows_;
};

int64_t ValueOf(const std::map<uint64_t, int64_t>& counters, uint64_t id) {
  const auto it = counters.find(id);
  return it == counters.end() ? 0 : it->second;
}

}  // namespace

struct Engine::Body::FlushInput {
  std::vector<std::shared_ptr<const Generation>> generations;
  uint64_t last_generation = 0;
  Sequence last = 0;
  std::map<std::string, Sequence> killed;
  std::vector<Sequence> snapshots;
  Sequence oldest_reader = kSequenceMax;
  // The owner's: none of its rows owes anything to the counts, as settlements
  // up to here say (none: not yet).
  std::optional<Sequence> paid;
  // The same, once the log was given them; and the tables are written.
  std::optional<Sequence> settled;
  bool written = false;
  Commit commit;
};

// --- Starting.

bool Engine::Body::MayWork() const {
  return log_ != nullptr && FinalError().ok() && tick_mono_us_ >= retry_at_us_;
}

// What was killed may go as soon as a compaction may believe it: a store that
// nobody writes to would keep it for good.
void Engine::Body::NoteKills() {
  if (last_kill_ == 0 || log_->synced() < last_kill_) return;
  if (OldestReader() < last_kill_) return;
  last_kill_ = 0;
  look_for_work_ = true;
}

void Engine::Body::StartJobs() {
  StartSync();
  if (!MayWork()) return;
  SetPace();
  NoteKills();
  if (!flushing_ &&
      (stalled_flush_ == nullptr ? FlushIsDue()
                                 : MayGoOn(stalled_flush_.get()))) {
    StartFlush();
  }
  if (!compacting_ &&
      (stalled_compaction_ != nullptr || look_for_work_ || MayCompactAll())) {
    StartCompaction();
  }
  if (scheduler_.Idle(Lane::kCleanUp)) StartCleanUp();
}

PickerOptions Engine::Body::MakePickerOptions() const {
  PickerOptions picker;
  picker.base_bytes = GenerationBytes() * kBaseGenerations;
  return picker;
}

TableWriterOptions Engine::Body::MakeWriterOptions(int level,
                                                   Pacer* pacer) const {
  TableWriterOptions writer;
  writer.fs = options_.fs;
  writer.directory = options_.directory;
  writer.uuid = identity_.uuid;
  writer.table_bytes = options_.table_bytes;
  writer.level = static_cast<uint8_t>(level);
  writer.new_number = [this] { return manifest_->NewFileNumber(); };
  writer.pacer = pacer;
  writer.options_for = [this, level](uint8_t leading) {
    return TableOptionsFor(options_, level, leading);
  };
  writer.should_stop = [this] { return scheduler_.stopping(); };
  writer.blobs.bytes_min = options_.blob_bytes_min;
  writer.blobs.file_bytes = kTablesOfBlobFile * options_.table_bytes;
  writer.faults = options_.faults.tables;
  return writer;
}

// Only what a power cut cannot take back justifies dropping rows, and only
// where no reader is older. `killed` was copied before synced() is read here,
// so no kill in it is believed too early; a reader that came after the copy is
// not older than any kill in it.
std::shared_ptr<const DeadScopes> Engine::Body::MakeDeadScopes(
    const std::map<std::string, Sequence>& killed,
    Sequence oldest_reader) const {
  const Sequence synced =
      options_.faults.kill_without_sync ? kSequenceMax : log_->synced();
  return std::make_shared<DeadScopes>(killed, scope_lengths_,
                                      std::min(synced, oldest_reader));
}

// --- Sealing.

void Engine::Body::Seal() {
  const Sequence before = sealed_.empty() ? flushed_ : sealed_.back().last;
  if (applied_ == before) return;
  sealed_generation_bytes_ = memory_.active_bytes();
  fill_us_ = tick_mono_us_ - std::exchange(sealed_us_, tick_mono_us_);
  sealed_.push_back(
      {memory_.Seal(), applied_, counters_, scopes_.TakeUnsaved()});
}

void Engine::Body::SealToFlush() {
  Seal();
  flush_upto_ = applied_;
}

// What snapshots have sealed waits until it is worth a table.
bool Engine::Body::FlushIsDue() const {
  return !sealed_.empty() &&
         (flush_upto_ > flushed_ || sealed_.size() >= kSealedPartsMax ||
          memory_.sealed_bytes() >= GenerationBytes());
}

// --- Flush.

void Engine::Body::StartFlush() {
  std::shared_ptr<FlushInput> input = std::exchange(stalled_flush_, nullptr);
  if (input == nullptr) input = NewFlush();
  if (IsSettled(input.get())) input->settled = input->paid;
  flushing_ = true;
  NoteFlushBegins();
  scheduler_.Start(Lane::kFlush, [this, input] {
    const base::Status status = RunInBackground(
        /*bytes=*/0, [&] { return FlushInBackground(input); });
    mailbox_.Post([this, input, status] { FinishFlush(input, status); });
  });
}

std::shared_ptr<Engine::Body::FlushInput> Engine::Body::NewFlush() {
  auto input = std::make_shared<FlushInput>();
  VersionEdit& edit = input->commit.edit;
  for (const SealedPart& part : sealed_) {
    if (part.generation != nullptr) {
      input->generations.push_back(part.generation);
      input->last_generation = part.generation->id();
    }
    for (const auto& [prefix, sequence] : part.killed) {
      edit.added_dead_scopes.insert_or_assign(prefix, sequence);
    }
  }
  const SealedPart& last = sealed_.back();
  input->last = last.last;
  edit.flushed = last.last;
  edit.highest_sequence = last.last;
  // Whatever the clock says, the edit must be readable again.
  edit.wall_clock_us = std::clamp<int64_t>(tick_us_, 0, kSequenceMax);
  edit.counters = last.counters;
  input->commit.base = version_;
  input->killed = scopes_.all();
  input->snapshots = snapshots_.Sequences();
  input->oldest_reader = OldestReader();
  return input;
}

// Whether a flush that has stopped half way can be taken up again.
bool Engine::Body::MayGoOn(FlushInput* input) {
  return input->commit.appended || IsSettled(input);
}

// No row of it owes anything, and the log was given what says so. (Settlements
// of later rows never end, and are not waited for.)
bool Engine::Body::IsSettled(FlushInput* input) {
  if (!input->paid) {
    if (settlements_.oldest() <= input->last &&
        !options_.faults.flush_in_debt) {
      return false;
    }
    input->paid = last_settlement_;
  }
  return log_->released() >= *input->paid || options_.faults.flush_in_debt;
}

// Ok without a commit: the tables are written and wait for settlements.
base::Status Engine::Body::FlushInBackground(
    const std::shared_ptr<FlushInput>& input) {
  // What the tables hold must never pass what a power cut cannot take back.
  const bool syncs = !options_.faults.flush_without_sync;
  if (!input->written) {
    if (syncs) TRY(log_->Sync(input->last));
    TRY(WriteGenerations(input.get()));
    input->written = true;
  }
  if (!input->settled) return base::Status::Ok();
  if (!input->commit.appended) {
    // Nor may a debt be forgotten for a settlement that it takes back.
    if (syncs) TRY(log_->Sync(*input->settled));
    // A log that has failed meanwhile decides at the next opening.
    TRY(log_->error());
  }
  return CommitInBackground({input, &input->commit});
}

base::Status Engine::Body::WriteGenerations(FlushInput* input) {
  const uint64_t run = manifest_->NewFileNumber();
  MergeJob job;
  for (const auto& generation : input->generations) {
    job.sources.push_back(std::make_unique<FlushSource>(generation));
  }
  job.drop.dead_scopes = MakeDeadScopes(input->killed, input->oldest_reader);
  job.drop.snapshots = input->snapshots;
  job.drop.faults.ignore_snapshots = options_.faults.flush_over_snapshots;
  job.drop.nothing_below = [this, version = input->commit.base,
                            run](std::string_view key) {
    return options_.faults.drop_tombstones_early ||
           version->NothingBelow(/*level=*/0, run, key);
  };
  job.output = MakeWriterOptions(/*level=*/0, &flush_pacer_);
  TRY_ASSIGN(const MergeResult merged, RunMerge(std::move(job)));

  Commit& commit = input->commit;
  TRY_ASSIGN(commit.opened, OpenTables(merged));
  for (const TableInfo& info : merged.tables) {
    commit.edit.added_tables.push_back({.level = 0, .run = run, .info = info});
  }
  commit.segments = log_->SegmentsUpTo(input->last);
  commit.edit.unlisted_segments = commit.segments;
  commit.bytes_written = merged.bytes_written;
  return base::Status::Ok();
}

void Engine::Body::FinishFlush(const std::shared_ptr<FlushInput>& input,
                               const base::Status& status) {
  flushing_ = false;
  NoteFlushEnds(input->commit);
  if (input->commit.installed) {
    while (!sealed_.empty() && sealed_.front().last <= input->last) {
      sealed_.pop_front();
    }
    for (auto& generation : std::exchange(input->generations, {})) {
      cold_ranges_.NoteFlushed(generation);
    }
    memory_.FlushedUpTo(input->last_generation);
  }
  LetGoLater(input);
  if (status.ok()) {
    if (!input->commit.installed) stalled_flush_ = input;
    return;
  }
  if (input->commit.appended) stalled_flush_ = input;
  NoteBackgroundError(status.With("flush"));
  if (input->commit.installed) return;
  for (Waiter& waiter : std::exchange(flush_waiters_, {})) waiter.done(status);
  if (!compact_all_) return;
  compact_all_ = false;
  for (Done& done : std::exchange(compact_waiters_, {})) done(status);
}

// --- What both need.

base::Result<std::vector<TableFilePtr>> Engine::Body::OpenTables(
    const MergeResult& made) {
  std::vector<TableFilePtr> opened;
  opened.reserve(made.tables.size());
  for (const TableInfo& info : made.tables) {
    base::Result<TableFilePtr> file = tables_->Open(info);
    if (file.ok()) {
      opened.push_back(std::move(file).value());
      continue;
    }
    // No edit names them yet. One that stays is an orphan of the next start.
    for (const TableFilePtr& each : opened) each->Retire();
    (void)tables_->Remove(FilesOf(made)).ok();
    return std::move(file).status();
  }
  return opened;
}

base::Status Engine::Body::CommitInBackground(
    const std::shared_ptr<Commit>& commit) {
  if (!commit->appended) {
    // Here rather than by the owner; and before the MANIFEST has the edit, so
    // that one that does not fit never gets there.
    base::Result<VersionChange> change =
        commit->base->Prepare(commit->edit, commit->opened);
    CHECK(change.ok());
    commit->change = std::move(change).value();
  }
  const auto install = [&] {
    if (std::exchange(commit->installed, true)) return;
    mailbox_.Post([this, commit] { Install(*commit); });
  };
  if (options_.faults.install_before_edit) {
    install();
    LetGo(*commit);
  }
  if (!std::exchange(commit->appended, true)) {
    TRY(manifest_->Append(commit->edit));
  } else if (!commit->installed) {
    TRY(manifest_->Witness());
  }
  install();
  if (commit->inputs.empty() && commit->segments.empty()) {
    return base::Status::Ok();
  }
  if (!options_.faults.give_up_unwitnessed) TRY(manifest_->Witness());
  if (!options_.faults.install_before_edit) LetGo(*commit);
  return base::Status::Ok();
}

void Engine::Body::LetGo(const Commit& commit) {
  if (!commit.segments.empty()) log_->GiveUp(commit.segments);
  for (const TableFilePtr& file : commit.inputs) {
    file->Retire();
    if (options_.faults.remove_tables_early) {
      (void)tables_->Remove({TableName(file->number())}).ok();
    }
    if (!options_.faults.remove_blobs_early) continue;
    for (const BlobUse& use : file->info().blobs) {
      (void)tables_->Remove({BlobName(use.file)}).ok();
    }
  }
}

// Those of scopes that are gone. What a flush still has to say of one keeps it,
// so that a later flush takes that back.
void Engine::Body::ForgetCounters(const std::map<uint64_t, int64_t>& flushed) {
  for (const auto& [id, value] : flushed) {
    bool is_idle = value == 0 && ValueOf(counters_, id) == 0;
    for (const SealedPart& part : sealed_) {
      is_idle &= part.last <= flushed_ || ValueOf(part.counters, id) == 0;
    }
    if (is_idle) counters_.erase(id);
  }
}

void Engine::Body::Install(const Commit& commit) {
  base::Result<std::shared_ptr<const Version>> next =
      version_->With(commit.change);
  CHECK(next.ok());
  LetGoLater(std::exchange(version_, std::move(next).value()));
  look_for_work_ = true;
  if (commit.edit.flushed) {
    flushed_ = *commit.edit.flushed;
    ++stats_.flushes;
    stats_.flush_bytes += commit.bytes_written;
    MoveReadersOver(commit.edit.counters);
    ForgetCounters(commit.edit.counters);
  } else {
    ++stats_.compactions;
    stats_.compaction_read_bytes += commit.bytes_read;
    stats_.compaction_written_bytes += commit.bytes_written;
    level0_inputs_ = 0;  // They are gone already.
  }
  NoteVersion();
  background_error_ = base::Status::Ok();
  scopes_to_look_at_ = scopes_.size();
}

}  // namespace lsm
