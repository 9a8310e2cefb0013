#include "lsm/version/version.h"

#include <algorithm>
#include <set>
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

}  // namespace

std::shared_ptr<const Version> Version::Empty() {
  return std::shared_ptr<const Version>(new Version);
}

Result<std::shared_ptr<const Version>> Version::Build(
    std::span<const Placed> files) {
  Places places;
  std::vector<uint64_t> numbers;
  for (const Placed& placed : files) {
    TRY(CheckLevel(placed.level));
    places[{placed.level, placed.run}].push_back(placed.file);
    numbers.push_back(placed.file->number());
  }
  std::sort(numbers.begin(), numbers.end());
  TRY(CheckUnique(numbers));
  std::shared_ptr<Version> version(new Version);
  TRY(version->AddRuns(std::move(places)));
  return std::shared_ptr<const Version>(std::move(version));
}

Result<std::shared_ptr<const Version>> Version::Apply(
    const VersionEdit& edit, std::span<const TableFilePtr> opened) const {
  // Sorted, because every table of this version is looked up in both.
  std::vector<uint64_t> removed = edit.removed_tables;
  std::sort(removed.begin(), removed.end());
  std::vector<uint64_t> added;
  // Only runs that lose or gain a table are made anew.
  std::set<Place> touched;
  for (const AddedTable& table : edit.added_tables) {
    TRY(CheckLevel(table.level));
    added.push_back(table.info.number);
    touched.insert({table.level, table.run});
  }
  std::sort(added.begin(), added.end());
  TRY(CheckUnique(added));

  std::map<uint64_t, TableFilePtr> known;
  for (const TableFilePtr& file : opened) known[file->number()] = file;
  size_t found = 0;
  for (int level = 0; level < kLevelsMax; ++level) {
    for (const auto& run : levels_[level]) {
      for (const TableFilePtr& file : run->files()) {
        if (Contains(removed, file->number())) {
          ++found;
          touched.insert({level, run->id()});
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

  Places places;
  std::shared_ptr<Version> version(new Version);
  for (int level = 0; level < kLevelsMax; ++level) {
    for (const auto& run : levels_[level]) {
      if (touched.count({level, run->id()}) == 0) {
        version->levels_[level].push_back(run);
        continue;
      }
      std::vector<TableFilePtr>& members = places[{level, run->id()}];
      for (const TableFilePtr& file : run->files()) {
        if (!Contains(removed, file->number())) members.push_back(file);
      }
    }
  }
  for (const AddedTable& table : edit.added_tables) {
    const auto it = known.find(table.info.number);
    if (it == known.end()) {
      return Status::Corruption(StrCat(TableName(table.info.number),
                                       " is added, but it was not opened"));
    }
    places[{table.level, table.run}].push_back(it->second);
  }
  TRY(version->AddRuns(std::move(places)));
  return std::shared_ptr<const Version>(std::move(version));
}

Status Version::AddRuns(Places places) {
  for (auto& [place, members] : places) {
    if (members.empty()) continue;
    TRY_ASSIGN(auto run, Run::Create(place.second, std::move(members)));
    Level& level = levels_[place.first];
    const auto older = std::find_if(
        level.begin(), level.end(),
        [&run](const auto& other) { return other->id() < run->id(); });
    level.insert(older, std::move(run));
  }
  const Level& top = levels_[0];
  for (size_t i = 0; i + 1 < top.size(); ++i) {
    if (top[i]->min_sequence() >= top[i + 1]->max_sequence()) continue;
    return Status::Corruption(
        StrCat("runs ", top[i]->id(), " and ", top[i + 1]->id(),
               " of level 0 do not follow one another: ",
               TableName(top[i]->files()[0]->number()), " and ",
               TableName(top[i + 1]->files()[0]->number())));
  }
  SumBlobs();
  return Status::Ok();
}

void Version::SumBlobs() {
  std::map<uint64_t, BlobUse> sums;
  for (const Level& level : levels_) {
    for (const auto& run : level) {
      for (const TableFilePtr& file : run->files()) {
        for (const BlobUse& use : file->info().blobs) {
          BlobUse& sum = sums[use.file];
          sum = {use.file, sum.bytes + use.bytes, use.all_bytes};
        }
      }
    }
  }
  blobs_.reserve(sums.size());
  for (const auto& [number, sum] : sums) blobs_.push_back(sum);
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
