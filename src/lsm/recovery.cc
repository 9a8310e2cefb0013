#include "lsm/recovery.h"

#include <algorithm>
#include <cerrno>
#include <utility>

#include "base/strings.h"
#include "lsm/lost_edits.h"
#include "lsm/version/file_names.h"
#include "lsm/version/orphans.h"

namespace lsm {
namespace {

// How far sequences skip ahead of everything seen when the wall clock does
// not lead: more than any tail of unacknowledged frames can have used.
constexpr Sequence kSequenceSkip = Sequence{1} << 27;

// What the block cache gets of the budget until the engine sets it.
constexpr uint64_t kFirstCacheBytes = 8 << 20;

}  // namespace

Recovery::Recovery(const Options& options)
    : options_(options), fs_(options.fs) {}

base::Status Recovery::Prepare() {
  TRY_ASSIGN(const bool exists, fs_->Exists(options_.directory));
  if (!exists) {
    if (!options_.create_if_missing) {
      return base::Status::Io(base::StrCat(
          "data directory ", options_.directory, " does not exist"));
    }
    TRY(fs_->CreateDirectory(options_.directory));
  }
  TRY_ASSIGN(lock_, fs_->Lock(base::JoinPath(options_.directory, kLockName)));
  // Names that a killed process left in the page cache are about to be
  // believed; after a power cut CURRENT must not be missing again.
  if (options_.faults.skip_sync_before_read) return base::Status::Ok();
  return fs_->SyncDirectory(options_.directory);
}

base::Status Recovery::ReadTables() {
  TRY(Prepare());
  TRY_ASSIGN(RecoveredManifest manifest,
             RecoverManifest(fs_, options_.directory));
  is_new_ = manifest.is_new;
  manifest_path_ =
      base::JoinPath(options_.directory, ManifestName(manifest.number));
  state_ = std::move(manifest.state);
  if (!manifest.torn_tail.empty()) warnings_.push_back(manifest.torn_tail);
  tables_ = std::make_shared<TableStore>(fs_, options_.directory,
                                         state_.identity.uuid, kFirstCacheBytes,
                                         options_.table_handles);
  return OpenTables();
}

base::Status Recovery::OpenTables() {
  std::vector<Version::Placed> placed;
  placed.reserve(state_.tables.size());
  for (const auto& [number, added] : state_.tables) {
    TRY_ASSIGN(TableFilePtr file, tables_->Open(added.info));
    placed.push_back({added.level, added.run, std::move(file)});
  }
  TRY_ASSIGN(version_, Version::Build(placed));
  return base::Status::Ok();
}

base::Status Recovery::ReplayInto(const Apply& apply) {
  ReplayRequest request;
  request.fs = fs_;
  request.directory = options_.directory;
  request.db_uuid = state_.identity.uuid;
  request.segments.assign(state_.segments.begin(), state_.segments.end());
  for (const WalCut& cut : state_.cuts) {
    request.cuts.push_back({cut.segment, cut.offset, cut.next_segment});
  }
  request.flushed = state_.flushed;
  request.faults = options_.faults.log;
  if (options_.salvage_log) {
    TRY_ASSIGN(const Salvage salvage, SalvageLog(request));
    if (!salvage.directory.empty()) {
      warnings_.push_back(base::StrCat(
          "the log is cut at the damage (", salvage.reason,
          "); the damaged segments were copied to ", salvage.directory));
    }
    request.cut_at_corruption = true;
  }
  TRY_ASSIGN(
      log_end_,
      ReplayLog(request,
                [&](Sequence sequence, std::string_view bytes) -> base::Status {
                  TRY_ASSIGN(const WriteBatch batch, WriteBatch::Decode(bytes));
                  return apply(sequence, batch);
                }));
  for (std::string& warning : log_end_.warnings) {
    warnings_.push_back(std::move(warning));
  }
  last_ = std::max(log_end_.last, state_.flushed);
  // A salvage gives promises up knowingly.
  if (log_end_.corruption.empty() && !options_.faults.ignore_lost_edits) {
    TRY(LookForLostEdits(fs_, options_.directory, manifest_path_, state_,
                         last_));
  }
  return ChooseFirstSequence(log_end_.highest_seen);
}

base::Status Recovery::ChooseFirstSequence(Sequence highest_in_log) {
  Sequence highest = std::max({last_, highest_in_log, state_.highest_sequence});
  for (const auto& [number, added] : state_.tables) {
    highest = std::max(highest, added.info.max_sequence);
  }
  const int64_t wall_us = options_.clock->WallMicros();
  const Sequence wall = wall_us > 0 ? static_cast<Sequence>(wall_us) : 0;
  first_new_ = wall > highest ? wall : highest + kSequenceSkip;
  if (options_.faults.reuse_sequences) first_new_ = last_ + 1;
  if (first_new_ > kSequenceMax) {
    return base::Status::Corruption(base::StrCat(
        options_.directory, ": holds or would get sequences beyond the year ",
        "2200 (", highest, "); set the clock right, and if a file is at ",
        "fault restore it from a backup"));
  }
  state_.highest_sequence = highest;
  state_.wall_clock_us = std::max(state_.wall_clock_us, wall_us);
  return base::Status::Ok();
}

base::Status Recovery::OpenForWriting(LogOptions log_options,
                                      ReserveFile* reserve) {
  reserve_ = reserve;
  TRY(reserve_->Find());
  // Where the tables hold everything, no flush will come to give this log up;
  // opened again and again, the store would keep a segment of each time.
  if (last_ == state_.flushed) {
    log_end_.segments.clear();
    log_end_.cut.reset();
    log_end_.link = {};
  }
  state_.segments.clear();
  state_.segments.insert(log_end_.segments.begin(), log_end_.segments.end());
  // Read before the log's janitor begins to make files of its own. The old
  // MANIFEST and segments beyond the cut are orphans once the new MANIFEST
  // is synced.
  TRY_ASSIGN(const DirectoryListing listing,
             ListDirectory(fs_, options_.directory, state_,
                           /*manifest_number=*/0));
  if (!options_.faults.reuse_numbers) SkipNumbersOnDisk(listing, &state_);
  if (options_.faults.remove_orphans_first) RemoveOrphans(listing);
  for (const DirectoryListing::Orphan& orphan : listing.orphans) {
    const FileKind kind = orphan.parsed.kind;
    if (kind == FileKind::kTable || kind == FileKind::kBlob) {
      leftovers_.push_back(orphan);
    }
  }
  state_.incarnation += 1;
  log_options.db_uuid = state_.identity.uuid;
  TRY(is_new_ ? BeginNew(log_options) : BeginAgain(log_options));
  RemoveOrphans(listing);
  return base::Status::Ok();
}

// What stays is an orphan again at the next opening.
void Recovery::RemoveOrphans(const DirectoryListing& listing) {
  for (const DirectoryListing::Orphan& orphan : listing.orphans) {
    const base::Status removed =
        fs_->Remove(base::JoinPath(options_.directory, orphan.name));
    // A temporary name may have been used again by the new MANIFEST.
    if (removed.ok() || removed.error_number() == ENOENT) continue;
    warnings_.push_back(
        base::StrCat("a file of no use stays: ", removed.message()));
  }
}

// Of jobs that ended half-way; the state that was found needs none of it. (The
// others are orphans only of the state that is about to be.)
bool Recovery::RemoveLeftovers() {
  bool removed = false;
  for (const DirectoryListing::Orphan& orphan : leftovers_) {
    removed |=
        fs_->Remove(base::JoinPath(options_.directory, orphan.name)).ok();
  }
  leftovers_.clear();
  return removed;
}

// What has failed half-way may have left a file: a step that is taken again
// uses numbers of its own.
base::Status Recovery::InAnyRoom(const std::function<base::Status()>& step) {
  base::Status status = step();
  if (status.code() == base::Code::kNoRoom && RemoveLeftovers()) {
    status = step();
  }
  if (status.code() != base::Code::kNoRoom || !reserve_->Release()) {
    return status;
  }
  no_room_ = std::move(status);
  return step();
}

base::Status Recovery::OpenLog(const LogOptions& log_options, LogStart* start) {
  return InAnyRoom([&]() -> base::Status {
    start->number = state_.next_segment_number++;
    TRY_ASSIGN(log_, Log::Open(log_options, *start));
    return base::Status::Ok();
  });
}

base::Status Recovery::CreateManifest() {
  return InAnyRoom([&]() -> base::Status {
    ManifestState state = state_;
    state.next_file_number = state_.next_file_number++;
    TRY_ASSIGN(manifest_,
               Manifest::Create(fs_, options_.directory, std::move(state),
                                {.faults = options_.faults.manifest}));
    return base::Status::Ok();
  });
}

// CURRENT comes first: a directory with a log and no CURRENT is damaged.
base::Status Recovery::BeginNew(const LogOptions& log_options) {
  // Whoever made the directory may have been killed before this.
  std::string path = options_.directory;
  while (path.size() > 1 && path.ends_with('/')) path.pop_back();
  TRY(fs_->SyncDirectory(base::ParentPath(path)));
  LogStart start;
  TRY(CreateManifest());
  TRY(OpenLog(log_options, &start));
  VersionEdit edit;
  edit.listed_segments = {start.number};
  return manifest_->AppendWitnessed(edit);
}

base::Status Recovery::BeginAgain(const LogOptions& log_options) {
  LogStart start;
  start.last = last_;
  start.link = log_end_.link;
  start.older = log_end_.segments;
  TRY(OpenLog(log_options, &start));

  state_.segments.insert(start.number);
  std::erase_if(state_.cuts, [&](const WalCut& cut) {
    return !state_.segments.contains(cut.segment);
  });
  if (log_end_.cut) {
    state_.cuts.push_back(
        {log_end_.cut->segment, log_end_.cut->offset, start.number});
  }
  return CreateManifest();
}

}  // namespace lsm
