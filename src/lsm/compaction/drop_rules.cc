#include "lsm/compaction/drop_rules.h"

#include <algorithm>

namespace lsm {

DropRules::DropRules(DropContext context) : context_(std::move(context)) {
  if (context_.faults.ignore_snapshots) context_.snapshots.clear();
}

Sequence DropRules::OldestSeer(Sequence sequence) const {
  const auto it = std::lower_bound(context_.snapshots.begin(),
                                   context_.snapshots.end(), sequence);
  return it == context_.snapshots.end() ? kSequenceMax : *it;
}

// Older than every snapshot, and nothing below it to hide.
bool DropRules::IsIdleTombstone(std::string_view key, uint64_t packed) const {
  if (KindOf(packed) != Kind::kTombstone) return false;
  if (!context_.snapshots.empty() &&
      SequenceOf(packed) > context_.snapshots.front()) {
    return false;
  }
  if (context_.faults.drop_tombstones_early) return true;
  return context_.nothing_below && context_.nothing_below(key);
}

bool DropRules::Keep(std::string_view key, uint64_t packed) {
  const Sequence sequence = SequenceOf(packed);
  const Sequence seer = OldestSeer(sequence);
  const int order = has_key_ ? key.compare(key_) : 1;
  const bool same_key = order == 0;
  out_of_order_ |= order < 0 || (same_key && packed > newer_packed_);
  // Whoever sees this version sees the newer one as well.
  const bool hidden = same_key && newer_seer_ == seer;
  if (!same_key) {
    key_.assign(key);
    has_key_ = true;
  }
  newer_packed_ = packed;
  newer_seer_ = seer;

  if (hidden) {
    ++counts_.hidden;
    return false;
  }
  if (context_.dead_scopes != nullptr &&
      context_.dead_scopes->Covers(key, sequence)) {
    ++counts_.dead;
    return false;
  }
  if (IsIdleTombstone(key, packed)) {
    ++counts_.tombstones;
    return false;
  }
  ++counts_.kept;
  return true;
}

}  // namespace lsm
