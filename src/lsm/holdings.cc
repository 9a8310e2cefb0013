#include "lsm/holdings.h"

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <utility>

#include "base/strings.h"
#include "lsm/lost_edits.h"
#include "lsm/table/table_survey.h"
#include "lsm/version/file_names.h"
#include "lsm/version/manifest_format.h"
#include "lsm/version/manifest_reader.h"
#include "lsm/version/manifest_scan.h"
#include "lsm/version/orphans.h"
#include "lsm/wal/segment_reader.h"

namespace lsm {
namespace {

using base::Code;
using base::Result;
using base::Status;
using base::StrCat;

class Gatherer {
 public:
  Gatherer(base::FileSystem* fs, const std::string& directory)
      : fs_(fs), directory_(directory) {}

  Result<Holdings> Run();

 private:
  std::string PathOf(const std::string& name) const {
    return base::JoinPath(directory_, name);
  }
  Status ListNames();
  // False: it has lost its end.
  bool TakeExact(RecoveredManifest manifest);
  Status LookForEnd(const RecoveredManifest& manifest, const std::string& path);
  Status LookForReplaced(const ManifestState& state, const std::string& path);
  // Those on disk, newest first.
  bool FindExact();
  void PiecesOf(uint64_t manifest);
  void TakeEdit(const VersionEdit& edit);
  void TakeNames();
  void FindIdentity();

  base::FileSystem* const fs_;
  const std::string directory_;
  Holdings out_;
  std::set<uint64_t> manifests_;
  std::set<uint64_t> tables_;    // On disk.
  std::set<uint64_t> segments_;  // On disk.
  std::set<uint64_t> removed_tables_;
  std::set<uint64_t> unlisted_segments_;
};

Result<Holdings> Gatherer::Run() {
  TRY(ListNames());
  Result<RecoveredManifest> manifest = RecoverManifest(fs_, directory_);
  if (manifest.ok()) {
    if (manifest.value().is_new) {
      return Status::Invalid(StrCat(directory_, ": holds no database"));
    }
    const uint64_t number = manifest.value().number;
    if (TakeExact(std::move(manifest).value())) return std::move(out_);
    PiecesOf(number);
    TakeNames();
    return std::move(out_);
  }
  if (manifest.status().code() == Code::kInvalid) return manifest.status();
  out_.damage.emplace_back(manifest.status().message());
  if (FindExact()) return std::move(out_);
  for (const uint64_t number : manifests_) PiecesOf(number);
  TakeNames();
  FindIdentity();
  return std::move(out_);
}

Status Gatherer::ListNames() {
  TRY_ASSIGN(const std::vector<std::string> names, fs_->List(directory_));
  for (const std::string& name : names) {
    const std::optional<FileName> file = ParseFileName(name);
    if (!file) continue;
    if (file->kind == FileKind::kManifest) manifests_.insert(file->number);
    if (file->kind == FileKind::kTable) tables_.insert(file->number);
    if (file->kind == FileKind::kLogSegment) segments_.insert(file->number);
  }
  return Status::Ok();
}

bool Gatherer::TakeExact(RecoveredManifest manifest) {
  const std::string path = PathOf(ManifestName(manifest.number));
  Status end = LookForEnd(manifest, path);
  if (end.ok()) end = LookForReplaced(manifest.state, path);
  if (!end.ok()) {
    out_.damage.emplace_back(end.message());
    return false;
  }
  out_.exact = true;
  out_.state = std::move(manifest.state);
  out_.manifest_path = path;
  if (!manifest.torn_tail.empty()) out_.notes.push_back(manifest.torn_tail);
  const auto listing =
      ListDirectory(fs_, directory_, out_.state, manifest.number);
  if (!listing.ok()) return true;
  for (const DirectoryListing::Orphan& orphan : listing.value().orphans) {
    out_.notes.push_back(
        StrCat(PathOf(orphan.name),
               ": an orphan, which the next opening will remove"));
  }
  return true;
}

// How far the log goes only reading it tells; where nothing goes beyond the
// tables there is no need.
Status Gatherer::LookForEnd(const RecoveredManifest& manifest,
                            const std::string& path) {
  Sequence last = manifest.state.flushed;
  const Status beyond_tables =
      LookForLostEdits(fs_, directory_, path, manifest.state, last);
  if (beyond_tables.ok()) return Status::Ok();
  const auto end =
      ReplayLog(LogOf(fs_, directory_, manifest.state),
                [](Sequence, std::string_view) { return Status::Ok(); });
  if (!end.ok()) return beyond_tables;
  last = std::max(last, end.value().last);
  for (const LogGap& gap : end.value().gaps) last = std::max(last, gap.upto);
  return LookForLostEdits(fs_, directory_, path, manifest.state, last);
}

// What an edit gives up goes when the edit is safe: so perhaps it was lost, and
// its tables hold what is missing. Opening needs no such guess, as it refuses
// for what is missing.
Status Gatherer::LookForReplaced(const ManifestState& state,
                                 const std::string& path) {
  const auto unlisted = std::find_if(
      tables_.begin(), tables_.end(),
      [&](uint64_t number) { return !state.tables.contains(number); });
  if (unlisted == tables_.end()) return Status::Ok();
  std::string missing;
  for (const uint64_t number : state.segments) {
    if (!segments_.contains(number)) missing = PathOf(SegmentName(number));
  }
  for (const auto& [number, table] : state.tables) {
    if (!tables_.contains(number)) missing = PathOf(TableName(number));
  }
  if (missing.empty()) return Status::Ok();
  return Status::Corruption(
      StrCat(path, ": may have lost its end: it lists ", missing,
             ", which is missing, and does not list ",
             PathOf(TableName(*unlisted)), ", which is there"));
}

// CURRENT is damaged, and the MANIFEST it named is not.
bool Gatherer::FindExact() {
  const std::string current = PathOf(std::string(kCurrentName));
  const auto text = base::ReadWholeFile(fs_, current);
  if (text.ok() && DecodeCurrent(text.value())) return false;
  for (auto it = manifests_.rbegin(); it != manifests_.rend(); ++it) {
    Result<RecoveredManifest> manifest = ReadManifest(fs_, directory_, *it);
    if (!manifest.ok()) continue;
    return TakeExact(std::move(manifest).value());
  }
  return false;
}

void Gatherer::PiecesOf(uint64_t manifest) {
  const std::string path = PathOf(ManifestName(manifest));
  const Result<ManifestScan> scan = ScanManifest(fs_, path);
  if (!scan.ok()) {
    out_.damage.emplace_back(scan.status().message());
    return;
  }
  out_.manifest_path = path;
  for (const ManifestFrame& frame : scan.value().frames) {
    if (frame.edit) TakeEdit(*frame.edit);
  }
}

// Edits are missing, so each is taken for what it says by itself.
void Gatherer::TakeEdit(const VersionEdit& edit) {
  ManifestState& state = out_.state;
  for (const uint64_t number : edit.removed_tables) {
    removed_tables_.insert(number);
    state.tables.erase(number);
  }
  for (const AddedTable& table : edit.added_tables) {
    removed_tables_.erase(table.info.number);
    state.tables[table.info.number] = table;
  }
  unlisted_segments_.insert(edit.unlisted_segments.begin(),
                            edit.unlisted_segments.end());
  state.segments.insert(edit.listed_segments.begin(),
                        edit.listed_segments.end());
  VersionEdit rest = edit;
  rest.removed_tables.clear();
  rest.added_tables.clear();
  rest.listed_segments.clear();
  rest.unlisted_segments.clear();
  if (rest.flushed && *rest.flushed < state.flushed) rest.flushed.reset();
  // Where the edit is missing that lists a segment its cuts would go.
  const std::vector<WalCut> cuts = std::exchange(state.cuts, {});
  (void)state.Apply(rest);
  state.cuts = cuts;
  for (const WalCut& cut : edit.added_cuts) {
    if (std::find(cuts.begin(), cuts.end(), cut) == cuts.end()) {
      state.cuts.push_back(cut);
    }
  }
}

void Gatherer::TakeNames() {
  ManifestState& state = out_.state;
  for (const uint64_t number : tables_) {
    if (state.tables.contains(number) || removed_tables_.contains(number)) {
      continue;
    }
    out_.unknown_tables.push_back(number);
  }
  state.segments.insert(segments_.begin(), segments_.end());
  for (const uint64_t number : unlisted_segments_) {
    state.segments.erase(number);
  }
}

void Gatherer::FindIdentity() {
  if (out_.state.identity.uuid != Uuid()) return;
  out_.state.identity = ManifestState::ForNewDirectory().identity;
  out_.damage.push_back(StrCat(directory_,
                               ": no MANIFEST says whose data this is; the "
                               "other files are asked"));
  for (const uint64_t number : tables_) {
    const auto footer = TableSurvey::ReadFooter(fs_, PathOf(TableName(number)));
    if (!footer.ok()) continue;
    out_.state.identity.uuid = footer.value().uuid;
    return;
  }
  for (const uint64_t number : segments_) {
    const auto segment =
        SegmentReader::OpenAnyway(fs_, PathOf(SegmentName(number)), number);
    if (!segment.ok() || !segment.value()->flaw().ok()) continue;
    out_.state.identity.uuid = segment.value()->header().db_uuid;
    return;
  }
}

}  // namespace

Result<Holdings> ReadHoldings(base::FileSystem* fs,
                              const std::string& directory) {
  return Gatherer(fs, directory).Run();
}

ReplayRequest LogOf(base::FileSystem* fs, const std::string& directory,
                    const ManifestState& state) {
  ReplayRequest replay;
  replay.fs = fs;
  replay.directory = directory;
  replay.db_uuid = state.identity.uuid;
  replay.segments.assign(state.segments.begin(), state.segments.end());
  for (const WalCut& cut : state.cuts) {
    replay.cuts.push_back({cut.segment, cut.offset, cut.next_segment});
  }
  replay.flushed = state.flushed;
  replay.skip_damage = true;
  return replay;
}

}  // namespace lsm
