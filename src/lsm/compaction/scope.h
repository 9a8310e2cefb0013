// DeadScopes knows which rows are garbage because their scope was killed: a
// key prefix that will never be written again (a dropped collection, a
// flushed database).
//
// Invariants
//   - A row belongs to a dead scope if one of the prefixes its key range
//     allows (KeyRange::scope_lengths) was killed after the row was written.
//
// Threads: immutable; shared freely among jobs.

#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "lsm/format.h"

namespace lsm {

// For each leading byte, the lengths that a killed prefix may have.
using ScopeLengths = std::array<std::vector<uint32_t>, 256>;

class DeadScopes {
 public:
  // Prefix -> sequence of its kill. Kills after `upto` are left out: a kill
  // that a crash may take back justifies nothing.
  DeadScopes(const std::map<std::string, Sequence>& killed,
             const ScopeLengths& lengths, Sequence upto);

  bool empty() const { return killed_.empty(); }

  // The row was written before one of its scopes was killed.
  bool Covers(std::string_view key, Sequence sequence) const;
  // Every key in [smallest, largest], none written after `newest`, is in one
  // dead scope: the whole file is garbage.
  bool CoversAll(std::string_view smallest, std::string_view largest,
                 Sequence newest) const;

 private:
  struct Hash {
    using is_transparent = void;
    size_t operator()(std::string_view key) const { return HashKey(key); }
  };
  std::unordered_map<std::string, Sequence, Hash, std::equal_to<>> killed_;
  ScopeLengths lengths_;
};

}  // namespace lsm
