// Compaction: the owner says whether there may be something to do; what is
// merged, moved or dropped is chosen on a lane (picker.h), from the version
// that was installed then. The merge runs there too, and ends like a flush.

#include <algorithm>
#include <set>
#include <thread>
#include <utility>

#include "lsm/compaction/split_merge.h"
#include "lsm/engine_body.h"

namespace lsm {
namespace {

// What a compaction reads of one run at once.
constexpr size_t kReadaheadBytes = 256 << 10;

// A part of a merge is worth a thread if it makes this many tables.
constexpr uint64_t kTablesOfPart = 2;

size_t CompactionThreads(const Options& options) {
  if (options.compaction_threads > 0) {
    return static_cast<size_t>(options.compaction_threads);
  }
  return std::max(1u, std::thread::hardware_concurrency() / 4);
}

}  // namespace

struct Engine::Body::CompactionInput {
  // What the choice is made by.
  PickerOptions picker;
  bool everything = false;
  bool is_full = false;
  std::map<std::string, Sequence> killed;
  Sequence oldest_reader = kSequenceMax;

  // Made on the lane, where nobody waits for it: it looks at every table.
  bool chosen = false;
  std::shared_ptr<const DeadScopes> dead;
  Choice choice;
  Relocation relocation;
  Commit commit;

  // That the job may write.
  uint64_t BytesExpected() const {
    if (choice.kind != Choice::Kind::kMerge) return 0;
    uint64_t bytes = relocation.bytes;
    for (const TableFilePtr& file : choice.inputs) bytes += file->info().bytes;
    return bytes;
  }
  // That the job takes away, all or in part.
  size_t Level0Runs() const {
    const std::set<TableFilePtr> inputs(choice.inputs.begin(),
                                        choice.inputs.end());
    size_t runs = 0;
    for (const auto& run : commit.base->level(0)) {
      runs += std::any_of(
          run->files().begin(), run->files().end(),
          [&](const TableFilePtr& file) { return inputs.contains(file); });
    }
    return runs;
  }
};

void Engine::Body::StartCompaction() {
  std::shared_ptr<CompactionInput> input =
      std::exchange(stalled_compaction_, nullptr);
  if (input == nullptr) input = NewCompaction();
  if (input == nullptr) return;
  compacting_ = true;
  compaction_awaited_ = !compacting_waiters_.empty();
  scheduler_.Start(Lane::kCompaction, [this, input] {
    if (!input->chosen) ChooseInBackground(input.get());
    const uint64_t bytes = input->BytesExpected();
    mailbox_.Post([this, bytes, runs = input->Level0Runs()] {
      NoteCompaction(bytes, runs);
    });
    const base::Status status =
        RunInBackground(bytes, [&] { return CompactInBackground(input); });
    mailbox_.Post([this, input, status] { FinishCompaction(input, status); });
  });
}

// "Everything" includes what was still in memory: it is flushed first, and no
// longer shown from there.
bool Engine::Body::MayCompactAll() const {
  return compact_all_ &&
         (sealed_.empty() || sealed_.front().last > compact_upto_);
}

std::shared_ptr<Engine::Body::CompactionInput> Engine::Body::NewCompaction() {
  look_for_work_ = false;
  PickerOptions picker = MakePickerOptions();
  // What was deleted to free space does not wait for company.
  if (IsFull()) picker.level0_runs = 1;
  const bool everything = MayCompactAll();
  if (!everything && scopes_.size() == 0 && !MayHaveWork(*version_, picker)) {
    return nullptr;
  }
  auto input = std::make_shared<CompactionInput>();
  input->picker = picker;
  input->is_full = IsFull();
  input->everything = everything;
  if (everything) {
    compact_all_ = false;
    compacting_waiters_.swap(compact_waiters_);
  }
  input->killed = scopes_.all();
  input->oldest_reader = OldestReader();
  input->commit.base = version_;
  input->commit.edit.removed_dead_scopes = std::exchange(forgotten_scopes_, {});
  return input;
}

void Engine::Body::ChooseInBackground(CompactionInput* input) {
  const Version& version = *input->commit.base;
  // No snapshots: see pinned_snapshot.h.
  input->dead = MakeDeadScopes(input->killed, input->oldest_reader);
  input->choice = input->everything
                      ? PickEverything(version, input->dead.get())
                      : Pick(version, input->picker, input->dead.get());
  input->chosen = true;
  if (input->choice.kind != Choice::Kind::kMerge) return;
  // As much as the base, which is what a merge may have to rewrite; where
  // there is no room, only what cannot be had for less.
  const uint64_t bytes_max = !input->is_full ? input->picker.base_bytes
                             : input->choice.for_blobs ? 1
                                                       : 0;
  input->relocation = PlanRelocation(version, input->choice.inputs, bytes_max);
}

base::Status Engine::Body::CompactInBackground(
    const std::shared_ptr<CompactionInput>& input) {
  Commit& commit = input->commit;
  if (commit.appended) return CommitInBackground({input, &commit});
  const Choice& choice = input->choice;
  if (choice.kind == Choice::Kind::kNothing) return base::Status::Ok();
  commit.edit.removed_tables.clear();
  for (const TableFilePtr& file : choice.inputs) {
    commit.edit.removed_tables.push_back(file->number());
  }
  switch (choice.kind) {
    case Choice::Kind::kNothing:
      break;
    case Choice::Kind::kMove:
      for (const TableFilePtr& file : choice.inputs) {
        commit.edit.added_tables.push_back(
            {.level = static_cast<uint8_t>(choice.output_level),
             .info = file->info()});
      }
      break;
    case Choice::Kind::kMerge:
      TRY(MergeTables(input.get()));
      commit.inputs = choice.inputs;
      break;
    case Choice::Kind::kDrop:
      commit.inputs = choice.inputs;
      break;
  }
  return CommitInBackground({input, &commit});
}

base::Status Engine::Body::MergeTables(CompactionInput* input) {
  const int level = input->choice.output_level;
  std::map<uint64_t, BlobFilePtr> blobs;
  for (const TableFilePtr& file : input->choice.inputs) {
    for (const BlobFilePtr& blob : file->blobs()) {
      blobs.emplace(blob->number(), blob);
    }
  }
  const auto new_job = [&]() -> base::Result<MergeJob> {
    MergeJob job;
    TRY_ASSIGN(job.sources, OpenInputs(*input));
    job.drop.dead_scopes = input->dead;
    job.drop.nothing_below = [&](std::string_view key) {
      return options_.faults.drop_tombstones_early ||
             input->commit.base->NothingBelow(level, /*run=*/0, key);
    };
    job.output = MakeWriterOptions(level, &compaction_pacer_);
    job.output.blobs.files = blobs;
    job.output.blobs.relocated = input->relocation.files;
    return job;
  };
  const std::vector<std::string> cuts =
      CutsOf(input->choice.inputs, CompactionThreads(options_),
             kTablesOfPart * options_.table_bytes);
  TRY_ASSIGN(const MergeResult merged,
             RunSplitMerge(new_job, cuts, options_.background_threads));

  Commit& commit = input->commit;
  TRY_ASSIGN(commit.opened, OpenTables(merged));
  for (const TableInfo& info : merged.tables) {
    commit.edit.added_tables.push_back(
        {.level = static_cast<uint8_t>(level), .info = info});
  }
  for (const TableFilePtr& file : input->choice.inputs) {
    commit.bytes_read += file->info().bytes;
  }
  commit.bytes_read += merged.blob_bytes_read;
  commit.bytes_written = merged.bytes_written;
  return base::Status::Ok();
}

// One source for each run that the inputs belong to: its tables are read one
// after the other, so that memory does not grow with their number.
base::Result<std::vector<std::unique_ptr<RowIterator>>>
Engine::Body::OpenInputs(const CompactionInput& input) {
  std::set<uint64_t> chosen;
  for (const TableFilePtr& file : input.choice.inputs) {
    chosen.insert(file->number());
  }
  std::vector<std::unique_ptr<RowIterator>> sources;
  for (int level = 0; level < kLevelsMax; ++level) {
    for (const auto& run : input.commit.base->level(level)) {
      std::vector<TableFilePtr> files;
      for (const TableFilePtr& file : run->files()) {
        if (chosen.contains(file->number())) files.push_back(file);
      }
      if (files.empty()) continue;
      TRY_ASSIGN(std::shared_ptr<const Run> part,
                 Run::Create(run->id(), std::move(files)));
      sources.push_back(NewRunIterator(
          std::move(part),
          {.fill_cache = false, .readahead_bytes = kReadaheadBytes}));
    }
  }
  return sources;
}

void Engine::Body::FinishCompaction(
    const std::shared_ptr<CompactionInput>& input, const base::Status& status) {
  compacting_ = false;
  NoteCompaction(/*bytes_expected=*/0, /*level0_runs=*/0);
  LetGoLater(input);
  if (input->choice.kind != Choice::Kind::kNothing) look_for_work_ = true;
  if (!input->commit.appended) {
    // Its edit was to say so; the next one does.
    const auto& forgotten = input->commit.edit.removed_dead_scopes;
    forgotten_scopes_.insert(forgotten_scopes_.end(), forgotten.begin(),
                             forgotten.end());
  }
  if (!status.ok()) {
    if (input->commit.appended) stalled_compaction_ = input;
    NoteBackgroundError(status.With("compaction"));
  }
  for (Done& done : std::exchange(compacting_waiters_, {})) done(status);
}

}  // namespace lsm
