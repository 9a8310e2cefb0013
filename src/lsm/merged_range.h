// MergedRange shows rows as they are now: of all versions of a key that the
// sources hold, the newest, and nothing where that is a tombstone.
//
// Threads: owner-bound, like what it reads.

#pragma once

#include <memory>
#include <string_view>
#include <vector>

#include "lsm/engine.h"
#include "lsm/iterator.h"

namespace lsm {

// Rows in [begin, end), already at the first of them; an empty `end` is
// beyond every key. A Seek before `begin` goes to `begin`. Sources may hold
// versions of the same keys in any mixture, no two with the same sequence. Of
// a value that lies apart `value_bytes` bytes are enough.
std::unique_ptr<RangeView> NewMergedRange(
    std::vector<std::unique_ptr<RowIterator>> sources, std::string_view begin,
    std::string_view end, size_t value_bytes = SIZE_MAX);

}  // namespace lsm
