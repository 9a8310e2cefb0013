// DropRules decides which rows of a merge are written and which are history.
// Flush and compaction drop by these rules and by no others:
//
//   hidden      a newer version of the key stands between this one and every
//               snapshot that could see it
//   tombstone   older than every snapshot, with nothing below it to hide
//   dead scope  its scope was killed; the kill is synced and no snapshot is
//               older than it
//
// Expiry is not among them: an expired key is deleted by its owner, through
// the log like any other, or counts and replicas would disagree.
//
//   for each row of the merge, in order: if (rules.Keep(row)) write it
//
// Threads: one holder at a time.

#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "lsm/compaction/scope.h"
#include "lsm/format.h"

namespace lsm {

// Deliberate mistakes, for the tests that must notice them.
struct DropFaults {
  bool ignore_snapshots = false;
  bool drop_tombstones_early = false;  // whatever lies below
};

struct DropContext {
  // Sequences that somebody still reads at, ascending. Read after the inputs
  // were chosen, so that a later snapshot is above every input row.
  std::vector<Sequence> snapshots;
  // Built with upto = min(oldest snapshot, synced); may be null.
  std::shared_ptr<const DeadScopes> dead_scopes;
  // No row of this key, of any age, exists below the output: not in a deeper
  // level, not in an older run, not in the output of a running job. Empty:
  // there may be.
  std::function<bool(std::string_view key)> nothing_below;
  DropFaults faults;
};

struct DropCounts {
  uint64_t kept = 0;
  uint64_t hidden = 0;
  uint64_t tombstones = 0;
  uint64_t dead = 0;
};

class DropRules {
 public:
  explicit DropRules(DropContext context);

  // Rows come in order, newest version of a key first.
  bool Keep(std::string_view key, uint64_t packed);
  // They do not: a table says what it cannot have been given.
  bool out_of_order() const { return out_of_order_; }

  const DropCounts& counts() const { return counts_; }

 private:
  // The oldest snapshot that sees `sequence`, or kSequenceMax: the present.
  Sequence OldestSeer(Sequence sequence) const;
  bool IsIdleTombstone(std::string_view key, uint64_t packed) const;

  DropContext context_;  // constant once made
  std::string key_;
  bool has_key_ = false;
  // Of the version of key_ before this one.
  uint64_t newer_packed_ = 0;
  Sequence newer_seer_ = 0;
  bool out_of_order_ = false;
  DropCounts counts_;
};

}  // namespace lsm
