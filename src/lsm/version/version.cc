#include "lsm/version/version.h"

#include <algorithm>
#include <map>
#include <utility>

#include "base/strings.h"
#include "lsm/version/file_names.h"

namespace lsm {

using base::Result;
using base::Status;
using base::StrCat;

namespace {

Status CheckLevel(int level) {
  if (level >= 0 && level < kLevelsMax) return Status::Ok();
  return Status::Corruption(StrCat("there is no level ", level));
}

Status OccursTwice(uint64_t number) {
  return Status::Corruption(StrCat(TableName(number), " occurs twice"));
}

bool Contains(const std::vector<uint64_t>& sorted, uint64_t number) {
  return std::binary_search(sorted.begin(), sorted.end(), number);
}

Status CheckUnique(const std::vector<uint64_t>& sorted) {
  const auto twice = std::adjacent_find(sorted.begin(), sorted.end());
  return twice == sorted.end() ? Status::Ok() : OccursTwice(*twice);
}

// The tables of each run that is made.
using Members = std::map<std::pair<int, uint64_t>, std::vector<TableFilePtr>>;

std::shared_ptr<const Run> FindRun(const Version::Level& level, uint64_t id) {
  for (const auto& run : level) {
    if (run->id() == id) return run;
  }
  return nullptr;
}

// How much more of each blob file tables refer to.
class BlobChanges {
 public:
  void Add(const TableInfo& info) { Note(info, +1); }
  void Remove(const TableInfo& info) { Note(info, -1); }
  std::vector<VersionChange::Blob> Take() {
    std::vector<VersionChange::Blob> out;
    for (const auto& [number, blob] : blobs_) {
      if (blob.bytes != 0) out.push_back(blob);
    }
    return out;
  }

 private:
  void Note(const TableInfo& info, int64_t sign) {
    for (const BlobUse& use : info.blobs) {
      VersionChange::Blob& blob = blobs_[use.file];
      blob.file = use.file;
      blob.bytes += sign * static_cast<int64_t>(use.bytes);
      blob.all_bytes = use.all_bytes;
    }
  }

  std::map<uint64_t, VersionChange::Blob> blobs_;
};

}  // namespace

std::shared_ptr<const Version> Version::Empty() {
  return std::shared_ptr<const Version>(new Version);
}

Result<std::shared_ptr<const Version>> Version::Build(
    std::span<const Placed> files) {
  Members members;
  BlobChanges blobs;
  std::vector<uint64_t> numbers;
  for (const Placed& placed : files) {
    TRY(CheckLevel(placed.level));
    members[{placed.level, placed.run}].push_back(placed.file);
    blobs.Add(placed.file->info());
    numbers.push_back(placed.file->number());
  }
  std::sort(numbers.begin(), numbers.end());
  TRY(CheckUnique(numbers));
  VersionChange change;
  for (auto& [place, tables] : members) {
    TRY_ASSIGN(auto run, Run::Create(place.second, std::move(tables)));
    change.places.push_back(
        {place.first, place.second, nullptr, std::move(run)});
  }
  change.blobs = blobs.Take();
  return Empty()->With(change);
}

Result<VersionChange> Version::Prepare(
    const VersionEdit& edit, std::span<const TableFilePtr> opened) const {
  // Sorted, because every table of this version is looked up in both.
  std::vector<uint64_t> removed = edit.removed_tables;
  std::sort(removed.begin(), removed.end());
  std::vector<uint64_t> added;
  Members members;  // of the runs that lose or gain a table
  for (const AddedTable& table : edit.added_tables) {
    TRY(CheckLevel(table.level));
    added.push_back(table.info.number);
    members[{table.level, table.run}];
  }
  std::sort(added.begin(), added.end());
  TRY(CheckUnique(added));

  std::map<uint64_t, TableFilePtr> known;
  for (const TableFilePtr& file : opened) known[file->number()] = file;
  BlobChanges blobs;
  size_t found = 0;
  for (int level = 0; level < kLevelsMax; ++level) {
    for (const auto& run : levels_[level]) {
      for (const TableFilePtr& file : run->files()) {
        if (Contains(removed, file->number())) {
          ++found;
          members[{level, run->id()}];
          blobs.Remove(file->info());
          known.emplace(file->number(), file);
        } else if (Contains(added, file->number())) {
          return OccursTwice(file->number());
        }
      }
    }
  }
  if (found != removed.size()) {
    return Status::Corruption("an edit removes a table that is not there");
  }
  for (const AddedTable& table : edit.added_tables) {
    const auto it = known.find(table.info.number);
    if (it == known.end()) {
      return Status::Corruption(StrCat(TableName(table.info.number),
                                       " is added, but it was not opened"));
    }
    blobs.Add(it->second->info());
    members[{table.level, table.run}].push_back(it->second);
  }

  VersionChange change;
  for (auto& [place, tables] : members) {
    const auto [level, id] = place;
    VersionChange::Place made = {level, id, FindRun(levels_[level], id),
                                 nullptr};
    if (made.before != nullptr) {
      for (const TableFilePtr& file : made.before->files()) {
        if (!Contains(removed, file->number())) tables.push_back(file);
      }
    }
    if (!tables.empty()) {
      TRY_ASSIGN(made.after, Run::Create(id, std::move(tables)));
    }
    change.places.push_back(std::move(made));
  }
  change.blobs = blobs.Take();
  return change;
}

Result<std::shared_ptr<const Version>> Version::With(
    const VersionChange& change) const {
  std::shared_ptr<Version> version(new Version(*this));
  for (const VersionChange::Place& place : change.places) {
    Level& level = version->levels_[place.level];
    // A greater id is newer, and comes first.
    const auto it = std::lower_bound(
        level.begin(), level.end(), place.run,
        [](const auto& run, uint64_t id) { return run->id() > id; });
    const bool is_there = it != level.end() && (*it)->id() == place.run;
    if ((is_there ? *it : nullptr) != place.before) {
      return Status::Corruption(StrCat("run ", place.run, " of level ",
                                       place.level, " has changed meanwhile"));
    }
    if (is_there && place.after == nullptr) {
      level.erase(it);
    } else if (is_there) {
      *it = place.after;
    } else if (place.after != nullptr) {
      level.insert(it, place.after);
    }
  }
  TRY(version->CheckLevel0());
  version->AddBlobs(change.blobs);
  return std::shared_ptr<const Version>(std::move(version));
}

Result<std::shared_ptr<const Version>> Version::Apply(
    const VersionEdit& edit, std::span<const TableFilePtr> opened) const {
  TRY_ASSIGN(const VersionChange change, Prepare(edit, opened));
  return With(change);
}

Status Version::CheckLevel0() const {
  const Level& top = levels_[0];
  for (size_t i = 0; i + 1 < top.size(); ++i) {
    if (top[i]->min_sequence() >= top[i + 1]->max_sequence()) continue;
    return Status::Corruption(
        StrCat("runs ", top[i]->id(), " and ", top[i + 1]->id(),
               " of level 0 do not follow one another: ",
               TableName(top[i]->files()[0]->number()), " and ",
               TableName(top[i + 1]->files()[0]->number())));
  }
  return Status::Ok();
}

void Version::AddBlobs(std::span<const VersionChange::Blob> changes) {
  std::vector<BlobUse> sums;
  sums.reserve(blobs_.size() + changes.size());
  auto old = blobs_.cbegin();
  for (const VersionChange::Blob& change : changes) {
    while (old != blobs_.cend() && old->file < change.file) {
      sums.push_back(*old++);
    }
    BlobUse sum = {change.file, 0, change.all_bytes};
    if (old != blobs_.cend() && old->file == change.file) sum = *old++;
    sum.bytes += static_cast<uint64_t>(change.bytes);
    if (sum.bytes > 0) sums.push_back(sum);
  }
  sums.insert(sums.end(), old, blobs_.cend());
  blobs_ = std::move(sums);
}

uint64_t Version::LevelBytes(int level) const {
  uint64_t bytes = 0;
  for (const auto& run : levels_[level]) bytes += run->bytes();
  return bytes;
}

size_t Version::LevelFiles(int level) const {
  size_t files = 0;
  for (const auto& run : levels_[level]) files += run->files().size();
  return files;
}

int Version::DeepestLevel() const {
  int level = kLevelsMax - 1;
  while (level >= 0 && levels_[level].empty()) --level;
  return level;
}

size_t Version::files() const {
  size_t files = 0;
  for (int level = 0; level < kLevelsMax; ++level) files += LevelFiles(level);
  return files;
}

bool Version::MayContain(std::string_view key, uint64_t hash) const {
  bool may = false;
  VisitCandidates(key, [&may, hash](const TableFile& file) {
    may = file.table()->MayContain(hash);
    return may;
  });
  return may;
}

Result<std::optional<TableRow>> Version::Get(std::string_view key,
                                             uint64_t hash, Sequence upto,
                                             const ReadOptions& options) const {
  std::optional<TableRow> row;
  Status status;
  VisitCandidates(key, [&](const TableFile& file) {
    if (file.info().min_sequence > upto) return false;
    auto found = file.Get(key, hash, upto, options);
    if (!found.ok()) {
      status = std::move(found).status();
      return true;
    }
    row = std::move(found).value();
    return row.has_value();
  });
  TRY(status);
  return row;
}

void Version::AppendIterators(
    std::string_view begin, std::string_view end, const ReadOptions& options,
    std::vector<std::unique_ptr<RowIterator>>* out) const {
  for (const Level& level : levels_) {
    for (const auto& run : level) {
      const size_t first = run->LowerBound(begin);
      if (first == run->files().size()) continue;
      if (!end.empty() && run->files()[first]->info().smallest >= end) continue;
      out->push_back(NewRunIterator(run, options));
    }
  }
}

std::vector<TableFilePtr> Version::Overlaps(int level,
                                            std::string_view smallest,
                                            std::string_view largest) const {
  std::vector<TableFilePtr> out;
  for (const auto& run : levels_[level]) {
    const auto [first, end] = run->Overlap(smallest, largest);
    out.insert(out.end(), run->files().begin() + first,
               run->files().begin() + end);
  }
  return out;
}

bool Version::NothingBelow(int level, uint64_t run,
                           std::string_view key) const {
  for (int below = level; below < kLevelsMax; ++below) {
    for (const auto& candidate : levels_[below]) {
      if (below == level && candidate->id() >= run) continue;
      if (candidate->Find(key) != nullptr) return false;
    }
  }
  return true;
}

}  // namespace lsm
