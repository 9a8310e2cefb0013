// Compaction: what is merged, moved or dropped is chosen from the installed
// version (picker.h); the merge runs on a lane, and ends like a flush.

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
  Choice choice;
  Relocation relocation;
  std::shared_ptr<const Version> version;
  std::map<std::string, Sequence> killed;
  Sequence oldest_reader = kSequenceMax;
  uint64_t bytes = 0;         // that a merge may write
  std::vector<Done> waiters;  // for everything to be in the bottom level
  Commit commit;
};

void Engine::Body::StartCompaction() {
  std::shared_ptr<CompactionInput> input =
      std::exchange(stalled_compaction_, nullptr);
  if (input == nullptr) input = NewCompaction();
  if (input == nullptr) return;
  compacting_ = true;
  NoteInputs(input->choice.inputs);
  compaction_progress_.bytes_expected += input->relocation.bytes;
  if (input->choice.kind == Choice::Kind::kMerge && !input->commit.appended) {
    input->bytes = compaction_progress_.bytes_expected;
  }
  scheduler_.Start(Lane::kCompaction, [this, input] {
    const base::Status status = RunInBackground(
        input->bytes, [&] { return CompactInBackground(input); });
    mailbox_.Post([this, input, status] { FinishCompaction(input, status); });
  });
}

std::shared_ptr<Engine::Body::CompactionInput> Engine::Body::NewCompaction() {
  look_for_work_ = false;
  // "Everything" includes what is still in memory: it is flushed first.
  const bool everything = compact_all_ && sealed_.empty();
  const Sequence oldest_reader = OldestReader();
  const auto dead = MakeDeadScopes(scopes_.all(), oldest_reader);
  PickerOptions picker = MakePickerOptions();
  // What was deleted to free space does not wait for company.
  if (IsFull()) picker.level0_runs = 1;
  Choice choice = everything ? PickEverything(*version_, dead.get())
                             : Pick(*version_, picker, dead.get());
  std::vector<Done> waiters;
  if (everything) {
    compact_all_ = false;
    waiters.swap(compact_waiters_);
  }
  if (choice.kind == Choice::Kind::kNothing) {
    for (Done& done : waiters) done(base::Status::Ok());
    return nullptr;
  }
  auto input = std::make_shared<CompactionInput>();
  compaction_awaited_ = !waiters.empty();
  if (choice.kind == Choice::Kind::kMerge) {
    // As much as the base, which is what a merge may have to rewrite; where
    // there is no room, only what cannot be had for less.
    const uint64_t bytes_max = !IsFull()          ? picker.base_bytes
                               : choice.for_blobs ? 1
                                                  : 0;
    input->relocation = PlanRelocation(*version_, choice.inputs, bytes_max);
  }
  input->choice = std::move(choice);
  input->version = version_;
  input->killed = scopes_.all();
  input->oldest_reader = oldest_reader;
  input->waiters = std::move(waiters);
  input->commit.edit.removed_dead_scopes = std::exchange(forgotten_scopes_, {});
  return input;
}

base::Status Engine::Body::CompactInBackground(
    const std::shared_ptr<CompactionInput>& input) {
  Commit& commit = input->commit;
  if (commit.appended) return CommitInBackground({input, &commit});
  const Choice& choice = input->choice;
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
  // No snapshots: see pinned_snapshot.h.
  const auto dead = MakeDeadScopes(input->killed, input->oldest_reader);
  std::map<uint64_t, BlobFilePtr> blobs;
  for (const TableFilePtr& file : input->choice.inputs) {
    for (const BlobFilePtr& blob : file->blobs()) {
      blobs.emplace(blob->number(), blob);
    }
  }
  const auto new_job = [&]() -> base::Result<MergeJob> {
    MergeJob job;
    TRY_ASSIGN(job.sources, OpenInputs(*input));
    job.drop.dead_scopes = dead;
    job.drop.nothing_below = [&](std::string_view key) {
      return options_.faults.drop_tombstones_early ||
             input->version->NothingBelow(level, /*run=*/0, key);
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
    for (const auto& run : input.version->level(level)) {
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
  NoteInputs({});
  LetGoLater(input);
  look_for_work_ = true;
  if (!status.ok()) {
    if (input->commit.appended) {
      stalled_compaction_ = input;
    } else {
      // Its edit was to say so; the next one does.
      const auto& forgotten = input->commit.edit.removed_dead_scopes;
      forgotten_scopes_.insert(forgotten_scopes_.end(), forgotten.begin(),
                               forgotten.end());
    }
    NoteBackgroundError(status.With("compaction"));
  }
  for (Done& done : std::exchange(input->waiters, {})) done(status);
}

}  // namespace lsm
