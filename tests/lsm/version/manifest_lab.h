// What the tests of the MANIFEST share: a directory in memory, a series of
// edits whose sum tells how many of them it holds, and a workload that can be
// cut anywhere.
//
// Threads: the test's one thread.

#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <utility>

#include "base/strings.h"
#include "lsm/version/manifest.h"
#include "lsm/version/manifest_reader.h"
#include "support/crash_file_system.h"

namespace lsm {

inline constexpr char kLabDirectory[] = "db";
// Counts the edits that a state holds.
inline constexpr uint64_t kLabCounter = 7;

inline AddedTable LabTable(uint64_t number, uint8_t level = 0) {
  AddedTable table;
  table.level = level;
  table.run = number;
  table.info.number = number;
  table.info.bytes = 1000 + number;
  table.info.smallest = base::StrCat("a", number);
  table.info.largest = base::StrCat("z", number);
  table.info.min_sequence = number * 10;
  table.info.max_sequence = number * 10 + 9;
  table.info.rows = number;
  return table;
}

// The n-th edit, n from 1: adds a table, removes an older one, goes on to the
// next log segment, and touches whatever else an edit can.
inline VersionEdit LabEdit(uint64_t n) {
  VersionEdit edit;
  edit.counters[kLabCounter] = static_cast<int64_t>(n);
  edit.counters[1000 + n] = -static_cast<int64_t>(n);
  edit.added_tables.push_back(LabTable(100 + n));
  if (n > 3) edit.removed_tables.push_back(100 + n - 3);
  edit.listed_segments.push_back(n);
  if (n > 2) edit.unlisted_segments.push_back(n - 2);
  edit.flushed = n * 10;
  edit.added_dead_scopes[base::StrCat("scope", n)] = n;
  if (n % 2 == 0) edit.removed_dead_scopes = {base::StrCat("scope", n - 1)};
  return edit;
}

// How many of the edits 1, 2, 3, ... the state holds.
inline uint64_t LabEditsIn(const ManifestState& state) {
  const auto it = state.counters.find(kLabCounter);
  return it == state.counters.end() ? 0 : static_cast<uint64_t>(it->second);
}

// Empty if `state` is exactly the sum of the first LabEditsIn(state) edits on
// an empty one; otherwise what is wrong.
inline std::string LabDifference(const ManifestState& state) {
  ManifestState expected;
  expected.identity = state.identity;
  expected.incarnation = state.incarnation;
  for (uint64_t n = 1; n <= LabEditsIn(state); ++n) {
    if (!expected.Apply(LabEdit(n)).ok()) return "the model refuses its edits";
  }
  // Numbers are given out for files that no edit names, too.
  expected.next_file_number = state.next_file_number;
  expected.next_segment_number = state.next_segment_number;
  if (expected == state) return "";
  return base::StrCat("the state is not that of ", LabEditsIn(state), " edits");
}

inline std::unique_ptr<support::CrashFileSystem> LabDisk() {
  auto fs = std::make_unique<support::CrashFileSystem>();
  CHECK(fs->CreateDirectory(kLabDirectory).ok());
  CHECK(fs->SyncDirectory(".").ok());
  return fs;
}

inline base::Result<std::unique_ptr<Manifest>> LabCreate(
    base::FileSystem* fs, const ManifestOptions& options = {}) {
  return Manifest::Create(fs, kLabDirectory, ManifestState::ForNewDirectory(),
                          options);
}

}  // namespace lsm
