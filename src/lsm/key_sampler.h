// KeySampler draws places in a range of keys at random, for RANDOMKEY: from
// there on the caller takes one of the next rows.
//
// A source weighs as many rows as it has in the range, as far as that is
// known: a table counts whole if it touches the range. A place is the beginning
// of a block of a table, or a row in memory. Nothing is read for it.
//
// Threads: owner-bound; lives for one draw or a few.

#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/random.h"
#include "lsm/memory/memory_store.h"
#include "lsm/version/version.h"

namespace lsm {

class KeySampler {
 public:
  struct Place {
    std::string from;
    // About so many rows follow before the next place; at least 1.
    size_t rows = 1;
  };

  // Keys in [begin, end), an empty end meaning to the last.
  KeySampler(const MemoryStore& memory, const Version& version,
             std::string_view begin, std::string_view end);

  // nullopt when this draw fell outside the range: draw again.
  std::optional<Place> Draw(base::Random* random) const;

 private:
  bool BeforeEnd(std::string_view key) const {
    return end_.empty() || key < end_;
  }
  std::optional<Place> DrawFromMemory(base::Random* random) const;
  std::optional<Place> DrawFromTable(const TableFile& file,
                                     base::Random* random) const;

  const MemoryStore& memory_;
  const std::string begin_;
  const std::string end_;
  std::vector<TableFilePtr> files_;
  uint64_t table_rows_ = 0;
  uint64_t memory_rows_ = 0;
};

}  // namespace lsm
