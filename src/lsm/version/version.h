// Version is the set of tables at one moment: levels of sorted runs.
//
//   level 0   run 9 [ f31 ]             newest first; runs may overlap
//             run 8 [ f28 ][ f29 ]
//             run 7 [ f27 ]
//   level 1   (empty)
//   level 2   run 0 [ f11 ][ f12 ][ f20 ]
//   level 6   run 0 [ f2 ][ f5 ][ f6 ]...
//
// A key is looked for from the top down and, within a level, from the newest
// run to the oldest: the first version found is the newest one. Whoever reads
// holds a reference, and with it every table it names.
//
// An edit makes a new Version out of an old one; runs that the edit does not
// touch are shared between the two. Making the others takes time in proportion
// to their tables, so it comes first (Prepare), on any thread. What is left to
// do (With) is little: the owner's version may have gone on meanwhile, in other
// runs, and takes the new ones over as they are.
//
// Invariants
//   - Tables of one run are disjoint.
//   - The runs of level 0 follow one another in sequence: all rows of a newer
//     run are younger than those of an older one. (A merge that skipped a
//     run in the middle would break it.)
//   - A table number occurs once.
//
// Threads: immutable.

#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/status.h"
#include "lsm/format.h"
#include "lsm/iterator.h"
#include "lsm/stats.h"
#include "lsm/table/table.h"
#include "lsm/version/run.h"
#include "lsm/version/table_file.h"
#include "lsm/version/version_edit.h"

namespace lsm {

// What an edit makes of some runs of a version.
struct VersionChange {
  struct Place {
    int level = 0;
    uint64_t run = 0;
    // What is there: null for nothing.
    std::shared_ptr<const Run> before;
    std::shared_ptr<const Run> after;
  };
  struct Blob {
    uint64_t file = 0;
    int64_t bytes = 0;  // more, or fewer, that tables refer to
    uint64_t all_bytes = 0;
  };
  std::vector<Place> places;
  std::vector<Blob> blobs;  // by ascending number
};

class Version {
 public:
  // Newest run first.
  using Level = std::vector<std::shared_ptr<const Run>>;

  // A table and where it belongs; recovery builds the first Version of these.
  struct Placed {
    int level = 0;
    uint64_t run = 0;
    TableFilePtr file;
  };

  static std::shared_ptr<const Version> Empty();
  // Corruption when an invariant does not hold.
  static base::Result<std::shared_ptr<const Version>> Build(
      std::span<const Placed> files);
  // What `edit` makes of this version. `opened` holds the tables that the edit
  // adds, in any order; one that it only moves is taken from this version.
  // Corruption when the edit does not fit: it removes what is not there, adds
  // what is, or breaks an invariant of a run.
  base::Result<VersionChange> Prepare(
      const VersionEdit& edit, std::span<const TableFilePtr> opened) const;
  // This version with what was prepared, from itself or from one that differs
  // in other runs only. Looks at runs and blob files, not at tables.
  // Corruption when a run is not the one that was to change, or level 0 would
  // not follow.
  base::Result<std::shared_ptr<const Version>> With(
      const VersionChange& change) const;
  // Both.
  base::Result<std::shared_ptr<const Version>> Apply(
      const VersionEdit& edit, std::span<const TableFilePtr> opened) const;

  const Level& level(int level) const { return levels_[level]; }
  uint64_t LevelBytes(int level) const;
  size_t LevelFiles(int level) const;
  // The deepest level that holds a table; -1 when there is none.
  int DeepestLevel() const;
  size_t files() const;

  // The blob files, by ascending number; `bytes` is what all tables together
  // refer to. The rest of a file is garbage.
  const std::vector<BlobUse>& blobs() const { return blobs_; }

  // --- Looking up one key.

  // Calls `visit(const TableFile&)` for each table that may hold `key` by its
  // range, newest run first, until one call returns true.
  template <typename Visit>
  void VisitCandidates(std::string_view key, Visit&& visit) const {
    for (const Level& level : levels_) {
      for (const std::shared_ptr<const Run>& run : level) {
        const TableFile* file = run->Find(key);
        if (file != nullptr && visit(*file)) return;
      }
    }
  }
  // False: no table holds the key. Reads filters in memory, never the disk.
  bool MayContain(std::string_view key, uint64_t hash) const;
  // The newest version of `key` with a sequence <= `upto`, tombstones
  // included; nullopt when no table has one. Its value is whole, unless less
  // is enough. Reads the disk for what the
  // block cache does not hold.
  base::Result<std::optional<TableRow>> Get(
      std::string_view key, uint64_t hash, Sequence upto,
      const ReadOptions& options = {}) const;

  // --- Ranges.

  // An iterator per run that touches [begin, end), newest run first; an empty
  // `end` is beyond every key. They are not yet positioned, may run past
  // `end`, and keep their tables alive.
  void AppendIterators(std::string_view begin, std::string_view end,
                       const ReadOptions& options,
                       std::vector<std::unique_ptr<RowIterator>>* out) const;
  // The tables of `level` that touch [smallest, largest], newest run first,
  // in key order within a run.
  std::vector<TableFilePtr> Overlaps(int level, std::string_view smallest,
                                     std::string_view largest) const;
  // No table below (level, run) has `key` in its range: none in a deeper
  // level, and none in an older run of the same level. So a merge whose
  // output goes to (level, run) may drop a tombstone of this key.
  bool NothingBelow(int level, uint64_t run, std::string_view key) const;

 private:
  Version() = default;
  Version(const Version&) = default;
  base::Status CheckLevel0() const;
  void AddBlobs(std::span<const VersionChange::Blob> changes);

  std::array<Level, kLevelsMax> levels_;
  std::vector<BlobUse> blobs_;
};

}  // namespace lsm
