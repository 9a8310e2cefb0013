#include "lsm/compaction/scope.h"

namespace lsm {

DeadScopes::DeadScopes(const std::map<std::string, Sequence>& killed,
                       const ScopeLengths& lengths, Sequence upto)
    : lengths_(lengths) {
  for (const auto& [prefix, sequence] : killed) {
    if (sequence <= upto) killed_.emplace(prefix, sequence);
  }
}

bool DeadScopes::Covers(std::string_view key, Sequence sequence) const {
  if (killed_.empty() || key.empty()) return false;
  for (const uint32_t length : lengths_[static_cast<unsigned char>(key[0])]) {
    if (key.size() < length) continue;
    const auto it = killed_.find(key.substr(0, length));
    if (it != killed_.end() && sequence <= it->second) return true;
  }
  return false;
}

bool DeadScopes::CoversAll(std::string_view smallest, std::string_view largest,
                           Sequence newest) const {
  if (killed_.empty() || smallest.empty()) return false;
  const auto& lengths = lengths_[static_cast<unsigned char>(smallest[0])];
  for (const uint32_t length : lengths) {
    if (smallest.size() < length) continue;
    const std::string_view prefix = smallest.substr(0, length);
    if (largest.substr(0, length) != prefix) continue;
    const auto it = killed_.find(prefix);
    if (it != killed_.end() && newest <= it->second) return true;
  }
  return false;
}

}  // namespace lsm
