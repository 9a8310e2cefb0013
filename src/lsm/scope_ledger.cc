#include "lsm/scope_ledger.h"

#include <utility>

namespace lsm {
namespace {

// A key at or beyond every key that begins with `prefix`.
std::string EndOf(std::string_view prefix) {
  std::string end(prefix);
  while (!end.empty() && end.back() == '\xff') end.pop_back();
  if (!end.empty()) ++end.back();
  return end;
}

bool HoldsOlder(const Version& version, const std::string& prefix,
                Sequence kill) {
  const std::string end = EndOf(prefix);
  for (int level = 0; level < kLevelsMax; ++level) {
    for (const auto& run : version.level(level)) {
      if (run->min_sequence() > kill) continue;
      const auto [first, last] = run->Overlap(prefix, end);
      for (size_t i = first; i < last; ++i) {
        if (run->files()[i]->info().min_sequence <= kill) return true;
      }
    }
  }
  return false;
}

}  // namespace

void ScopeLedger::Kill(std::string_view prefix, Sequence sequence) {
  killed_.insert_or_assign(std::string(prefix), sequence);
  unsaved_.insert_or_assign(std::string(prefix), sequence);
}

std::map<std::string, Sequence> ScopeLedger::TakeUnsaved() {
  return std::exchange(unsaved_, {});
}

std::vector<std::string> ScopeLedger::Forget(const Version& version,
                                             Sequence flushed, size_t steps) {
  std::vector<std::string> forgotten;
  auto it = killed_.lower_bound(next_);
  for (; steps > 0 && it != killed_.end(); --steps) {
    const bool needed =
        it->second > flushed || HoldsOlder(version, it->first, it->second);
    if (needed) {
      ++it;
      continue;
    }
    forgotten.push_back(it->first);
    it = killed_.erase(it);
  }
  next_ = it == killed_.end() ? std::string() : it->first;
  return forgotten;
}

}  // namespace lsm
