// KeySampler draws keys at random from tables and memory, for RANDOMKEY.
//
// A source weighs as many rows as it has in the range, as far as that is
// known: a table counts whole if it touches the range. Within a table a block
// is drawn, then a row of it; rows of one block are equally likely, and so are
// blocks. What is drawn may be dead or overwritten: the caller looks it up.
//
// Threads: owner-bound; lives for one draw or a few.

#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/random.h"
#include "base/status.h"
#include "lsm/memory/memory_store.h"
#include "lsm/version/version.h"

namespace lsm {

class KeySampler {
 public:
  // Keys in [begin, end), an empty end meaning to the last.
  KeySampler(const MemoryStore& memory, const Version& version,
             std::string_view begin, std::string_view end);

  // nullopt when this draw fell outside the range: draw again.
  base::Result<std::optional<std::string>> Draw(base::Random* random) const;

 private:
  bool InRange(std::string_view key) const {
    return key >= begin_ && (end_.empty() || key < end_);
  }
  std::optional<std::string> DrawFromMemory(base::Random* random) const;
  base::Result<std::optional<std::string>> DrawFromTable(
      const TableFile& file, base::Random* random) const;

  const MemoryStore& memory_;
  const std::string begin_;
  const std::string end_;
  std::vector<TableFilePtr> files_;
  uint64_t table_rows_ = 0;
  uint64_t memory_rows_ = 0;
};

}  // namespace lsm
