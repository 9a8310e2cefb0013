// Run is one sorted run: tables whose key ranges do not overlap, in key order.
// In it at most one table may hold a given key.
//
// The largest keys lie side by side in one string, because finding the table
// of a key is part of every SET of a new key: a binary search over the tables
// themselves would miss the cache at each step.
//
// Invariants
//   - smallest <= largest within a file, and largest < the next smallest.
//
// Threads: immutable.

#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/status.h"
#include "lsm/iterator.h"
#include "lsm/table/table.h"
#include "lsm/version/table_file.h"

namespace lsm {

class Run {
 public:
  // Sorts `files` and checks that they are disjoint; Corruption, naming the
  // two tables, if they are not.
  static base::Result<std::shared_ptr<const Run>> Create(
      uint64_t id, std::vector<TableFilePtr> files);

  // Orders the runs of one level: a greater id is newer.
  uint64_t id() const { return id_; }
  const std::vector<TableFilePtr>& files() const { return files_; }
  // Sums and bounds over the files.
  uint64_t bytes() const { return bytes_; }
  uint64_t rows() const { return rows_; }
  uint64_t tombstones() const { return tombstones_; }
  Sequence min_sequence() const { return min_sequence_; }
  Sequence max_sequence() const { return max_sequence_; }

  // The one file that may hold `key`, or nullptr.
  const TableFile* Find(std::string_view key) const;
  // The index of the first file whose largest key is >= `key`.
  size_t LowerBound(std::string_view key) const;
  // The files that touch [smallest, largest], as indexes [first, second).
  std::pair<size_t, size_t> Overlap(std::string_view smallest,
                                    std::string_view largest) const;

 private:
  Run(uint64_t id, std::vector<TableFilePtr> files);
  std::string_view LargestOf(size_t i) const;

  const uint64_t id_;
  const std::vector<TableFilePtr> files_;
  uint64_t bytes_ = 0;
  uint64_t rows_ = 0;
  uint64_t tombstones_ = 0;
  Sequence min_sequence_ = kSequenceMax;
  Sequence max_sequence_ = 0;
  std::string largest_keys_;
  std::vector<uint64_t> largest_ends_;  // where each ends in largest_keys_
};

// All rows of a run, both ways, as if it were one table. Nothing of a table is
// read before the iterator reaches it. Keeps the run alive.
std::unique_ptr<TwoWayIterator> NewRunIterator(std::shared_ptr<const Run> run,
                                               const ReadOptions& options);

}  // namespace lsm
