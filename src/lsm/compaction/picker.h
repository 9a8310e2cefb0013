// Pick chooses the next compaction. It only looks: the same version and
// options always give the same choice, and no disk is touched.
//
//   L0   runs of whole flushes, newest first; merged together when there are
//        `level0_runs` of them
//   Ln   one run each; sizes are computed from the bottom up:
//
//        target(bottom) = what is there;  target(n) = target(n + 1) / fan_out
//
//        until a target would fall below `base_bytes`. Levels above that stay
//        empty, and L0 is merged into the first one that is not (the base).
//        So nine tenths of the data lie in the bottom level whatever the
//        size, and space amplification stays near 1.11.
//
// In order of urgency: files that are garbage as a whole are dropped; L0 is
// merged (below twice its runs only after a base that is many times larger and
// beyond its target); the level furthest beyond its target gives its cheapest
// file to the next one; a file full of tombstones sinks. Cheapest is least
// overlap per byte, tombstones counted double, because they free what lies
// below. Last, a table whose values lie in blob files that are mostly garbage
// is written anew where it is, which takes them to another file.
//
// A level is as large as its tables. What their values weigh in blob files is
// not moved from level to level, so no target counts it.
//
// Threads: any.

#pragma once

#include <cstdint>
#include <set>
#include <vector>

#include "lsm/compaction/scope.h"
#include "lsm/version/version.h"

namespace lsm {

inline constexpr int kBottomLevel = kLevelsMax - 1;

struct PickerOptions {
  // Fewer cost writes, more cost space and filter probes: README.md.
  int level0_runs = 6;
  uint64_t base_bytes = 256 << 20;
  uint64_t fan_out = 10;
};

struct Choice {
  enum class Kind {
    kNothing,
    kMerge,  // inputs -> tables of output_level
    kMove,   // inputs change their level as they are
    kDrop,   // inputs are garbage as a whole
  };
  Kind kind = Kind::kNothing;
  int output_level = 0;
  // There is nothing to it but the values in wasted blob files.
  bool for_blobs = false;
  // In no particular order; no table occurs twice.
  std::vector<TableFilePtr> inputs;
};

struct LevelTargets {
  // L0 is merged into this one.
  int base = kBottomLevel;
  std::array<uint64_t, kLevelsMax> bytes = {};
};

LevelTargets ComputeTargets(const Version& version,
                            const PickerOptions& options);

// `dead` may be null.
Choice Pick(const Version& version, const PickerOptions& options,
            const DeadScopes* dead);

// False: Pick would find nothing while no scope is dead. Looks at runs, not at
// tables, and so takes no longer for a large store.
bool MayHaveWork(const Version& version, const PickerOptions& options);

// Everything into the bottom level; kNothing when it is all there already, in
// one run, without a tombstone, a dead row or a wasted blob file.
Choice PickEverything(const Version& version, const DeadScopes* dead);

// The blob files of which more than half is garbage.
std::set<uint64_t> WastedBlobs(const Version& version);

// Those of them whose values a merge of `inputs` is to move to a new file.
struct Relocation {
  std::set<uint64_t> files;
  uint64_t bytes = 0;  // to be moved
};
// The ones with most garbage come first, until there are `bytes_max`: what
// waits for the merge must not wait for everything that could be moved.
Relocation PlanRelocation(const Version& version,
                          const std::vector<TableFilePtr>& inputs,
                          uint64_t bytes_max);

// Bytes beyond their level's target, and those to be taken out of wasted blob
// files: what compaction is behind by.
uint64_t PendingBytes(const Version& version, const PickerOptions& options);

}  // namespace lsm
