#include "lsm/compaction/picker.h"

#include <algorithm>
#include <map>
#include <string_view>

namespace lsm {
namespace {

// The part of a file's rows that may be tombstones before it sinks unasked.
constexpr double kGarbageMax = 0.3;

// Of the bytes of level 0: a base beyond this makes its merge dear.
constexpr uint64_t kBaseFactor = 4;
// Of the runs that start its merge: there it waits no longer. Short of what
// slows writers down.
constexpr int kUrgentFactor = 2;

template <typename Visit>
void ForEachFile(const Version& version, int level, Visit visit) {
  for (const auto& run : version.level(level)) {
    for (const TableFilePtr& file : run->files()) visit(file);
  }
}

bool Covered(const TableFile& file, const DeadScopes* dead) {
  return dead != nullptr &&
         dead->CoversAll(file.info().smallest, file.info().largest,
                         file.info().max_sequence);
}

Choice PickDead(const Version& version, const DeadScopes* dead) {
  Choice choice;
  if (dead == nullptr || dead->empty()) return choice;
  for (int level = 0; level < kLevelsMax; ++level) {
    ForEachFile(version, level, [&](const TableFilePtr& file) {
      if (Covered(*file, dead)) choice.inputs.push_back(file);
    });
  }
  if (!choice.inputs.empty()) choice.kind = Choice::Kind::kDrop;
  return choice;
}

void AppendOverlaps(const Version& version, int level, Choice* choice) {
  std::string_view smallest = choice->inputs.front()->info().smallest;
  std::string_view largest = choice->inputs.front()->info().largest;
  for (const TableFilePtr& file : choice->inputs) {
    smallest = std::min<std::string_view>(smallest, file->info().smallest);
    largest = std::max<std::string_view>(largest, file->info().largest);
  }
  for (TableFilePtr& file : version.Overlaps(level, smallest, largest)) {
    choice->inputs.push_back(std::move(file));
  }
}

Choice PickLevel0(const Version& version, int base) {
  Choice choice;
  choice.kind = Choice::Kind::kMerge;
  choice.output_level = base;
  ForEachFile(version, 0,
              [&](const TableFilePtr& file) { choice.inputs.push_back(file); });
  AppendOverlaps(version, base, &choice);
  return choice;
}

uint64_t OverlapBytes(const Version& version, int level,
                      const TableInfo& info) {
  uint64_t bytes = 0;
  for (const auto& run : version.level(level)) {
    const auto [first, end] = run->Overlap(info.smallest, info.largest);
    for (size_t i = first; i < end; ++i) bytes += run->files()[i]->info().bytes;
  }
  return bytes;
}

double Garbage(const TableInfo& info) {
  return static_cast<double>(info.tombstones) /
         static_cast<double>(std::max<uint64_t>(1, info.rows));
}

// What moving the file down costs per byte that it brings.
double Cost(const Version& version, int level, const TableInfo& info) {
  return static_cast<double>(OverlapBytes(version, level + 1, info)) /
         (static_cast<double>(info.bytes) * (1 + 2 * Garbage(info)));
}

// `file` of `level` goes one level down.
Choice PickOne(const Version& version, int level, TableFilePtr file) {
  Choice choice;
  choice.output_level = level + 1;
  const bool has_tombstones = file->info().tombstones > 0;
  choice.inputs.push_back(std::move(file));
  AppendOverlaps(version, level + 1, &choice);
  // With something to drop, or to merge with, it must be rewritten.
  choice.kind = choice.inputs.size() == 1 && !has_tombstones
                    ? Choice::Kind::kMove
                    : Choice::Kind::kMerge;
  return choice;
}

Choice PickCheapest(const Version& version, int level) {
  TableFilePtr cheapest;
  double least = 0;
  ForEachFile(version, level, [&](const TableFilePtr& file) {
    const double cost = Cost(version, level, file->info());
    if (cheapest == nullptr || cost < least) {
      cheapest = file;
      least = cost;
    }
  });
  return PickOne(version, level, std::move(cheapest));
}

// Where writing has stopped no level grows, and what tombstones hide would
// stay for good: a file with many of them sinks all the same. Those of the
// bottom level have done their work; a snapshot keeps them, if anything.
Choice PickGarbage(const Version& version) {
  TableFilePtr worst;
  int worst_level = 0;
  for (int level = 1; level < kBottomLevel; ++level) {
    ForEachFile(version, level, [&](const TableFilePtr& file) {
      const double garbage = Garbage(file->info());
      if (garbage < kGarbageMax) return;
      if (worst != nullptr && garbage <= Garbage(worst->info())) return;
      worst = file;
      worst_level = level;
    });
  }
  if (worst == nullptr) return {};
  return PickOne(version, worst_level, std::move(worst));
}

bool IsWasted(const BlobUse& sum) { return sum.bytes < sum.all_bytes / 2; }

// The table with most to take out of wasted blob files. Those of level 0 wait
// for its merge; they refer to what is newest, and has the least garbage.
Choice PickWasted(const Version& version) {
  Choice choice;
  const std::set<uint64_t> wasted = WastedBlobs(version);
  uint64_t most = 0;
  for (int level = 1; level < kLevelsMax && !wasted.empty(); ++level) {
    ForEachFile(version, level, [&](const TableFilePtr& file) {
      uint64_t bytes = 0;
      for (const BlobUse& use : file->info().blobs) {
        if (wasted.contains(use.file)) bytes += use.bytes;
      }
      if (bytes <= most) return;
      most = bytes;
      choice = {Choice::Kind::kMerge, level, /*for_blobs=*/true, {file}};
    });
  }
  return choice;
}

// A merge of level 0 rewrites the base. Where that has grown far beyond level
// 0, because writers are faster than compaction, it is made smaller first, and
// level 0 becomes more worth its merge meanwhile.
bool MayWait(const Version& version, const PickerOptions& options,
             const LevelTargets& targets) {
  const auto urgent = static_cast<size_t>(kUrgentFactor * options.level0_runs);
  return version.level(0).size() < urgent &&
         version.LevelBytes(targets.base) > kBaseFactor * version.LevelBytes(0);
}

}  // namespace

LevelTargets ComputeTargets(const Version& version,
                            const PickerOptions& options) {
  LevelTargets targets;
  uint64_t bytes =
      std::max(version.LevelBytes(kBottomLevel), options.base_bytes);
  for (int level = kBottomLevel; level > 0; --level) {
    targets.bytes[level] = bytes;
    targets.base = level;
    bytes /= options.fan_out;
    if (bytes < options.base_bytes) break;
  }
  // A level that was filled when the store was larger still counts: L0 must
  // not be merged past it.
  for (int level = 1; level < targets.base; ++level) {
    if (version.LevelFiles(level) > 0) {
      targets.base = level;
      break;
    }
  }
  return targets;
}

Choice Pick(const Version& version, const PickerOptions& options,
            const DeadScopes* dead) {
  Choice choice = PickDead(version, dead);
  if (choice.kind != Choice::Kind::kNothing) return choice;

  const LevelTargets targets = ComputeTargets(version, options);
  const bool level0_is_due =
      version.level(0).size() >= static_cast<size_t>(options.level0_runs);
  if (level0_is_due && !MayWait(version, options, targets)) {
    return PickLevel0(version, targets.base);
  }
  int worst = 0;
  double worst_score = 1.0;
  for (int level = 1; level < kBottomLevel; ++level) {
    if (version.LevelFiles(level) == 0) continue;
    const double score =
        static_cast<double>(version.LevelBytes(level)) /
        static_cast<double>(std::max<uint64_t>(1, targets.bytes[level]));
    if (score > worst_score) {
      worst = level;
      worst_score = score;
    }
  }
  if (worst != 0) return PickCheapest(version, worst);
  if (level0_is_due) return PickLevel0(version, targets.base);
  choice = PickGarbage(version);
  return choice.kind != Choice::Kind::kNothing ? choice : PickWasted(version);
}

bool MayHaveWork(const Version& version, const PickerOptions& options) {
  if (PendingBytes(version, options) > 0) return true;
  for (int level = 1; level < kBottomLevel; ++level) {
    for (const auto& run : version.level(level)) {
      if (run->tombstones() > 0) return true;
    }
  }
  return false;
}

std::set<uint64_t> WastedBlobs(const Version& version) {
  std::set<uint64_t> wasted;
  for (const BlobUse& sum : version.blobs()) {
    if (IsWasted(sum)) wasted.insert(sum.file);
  }
  return wasted;
}

Relocation PlanRelocation(const Version& version,
                          const std::vector<TableFilePtr>& inputs,
                          uint64_t bytes_max) {
  std::map<uint64_t, uint64_t> uses;
  for (const TableFilePtr& file : inputs) {
    for (const BlobUse& use : file->info().blobs) uses[use.file] += use.bytes;
  }
  std::vector<BlobUse> wasted;
  for (const BlobUse& sum : version.blobs()) {
    if (IsWasted(sum) && uses.contains(sum.file)) wasted.push_back(sum);
  }
  const auto in_use = [](const BlobUse& sum) {
    return static_cast<double>(sum.bytes) / static_cast<double>(sum.all_bytes);
  };
  std::sort(wasted.begin(), wasted.end(),
            [&](const BlobUse& a, const BlobUse& b) {
              return in_use(a) < in_use(b);
            });
  Relocation plan;
  for (const BlobUse& sum : wasted) {
    if (plan.bytes >= bytes_max) break;
    plan.files.insert(sum.file);
    plan.bytes += uses[sum.file];
  }
  return plan;
}

Choice PickEverything(const Version& version, const DeadScopes* dead) {
  Choice choice;
  choice.output_level = kBottomLevel;
  bool clean = true;
  for (int level = 0; level < kLevelsMax; ++level) {
    ForEachFile(version, level, [&](const TableFilePtr& file) {
      choice.inputs.push_back(file);
      clean = clean && level == kBottomLevel && file->info().tombstones == 0;
    });
  }
  clean = clean && version.level(kBottomLevel).size() <= 1 &&
          WastedBlobs(version).empty() && (dead == nullptr || dead->empty());
  if (clean) return {};
  choice.kind = Choice::Kind::kMerge;
  return choice;
}

uint64_t PendingBytes(const Version& version, const PickerOptions& options) {
  const LevelTargets targets = ComputeTargets(version, options);
  uint64_t pending =
      version.level(0).size() >= static_cast<size_t>(options.level0_runs)
          ? version.LevelBytes(0)
          : 0;
  for (int level = 1; level < kBottomLevel; ++level) {
    const uint64_t bytes = version.LevelBytes(level);
    if (bytes > targets.bytes[level]) pending += bytes - targets.bytes[level];
  }
  for (const BlobUse& sum : version.blobs()) {
    if (IsWasted(sum)) pending += sum.bytes;
  }
  return pending;
}

}  // namespace lsm
