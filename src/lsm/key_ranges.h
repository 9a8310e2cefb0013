// What the options of an engine mean for the parts that know no options: how
// tables of a key range are made, and which scopes it can have.
//
// Threads: any.

#pragma once

#include <cstdint>
#include <vector>

#include "lsm/compaction/scope.h"
#include "lsm/options.h"
#include "lsm/stats.h"
#include "lsm/table/table_builder.h"

namespace lsm {

inline ScopeLengths ScopeLengthsOf(const std::vector<KeyRange>& ranges) {
  ScopeLengths lengths;
  for (const KeyRange& range : ranges) {
    lengths[range.leading] = range.scope_lengths;
  }
  return lengths;
}

// For rows of this level whose key begins with `leading`.
inline TableOptions TableOptionsFor(const Options& options, int level,
                                    uint8_t leading) {
  TableOptions table;
  // Nine tenths of the rows lie at the bottom, and are written there least.
  table.compression = !options.compress         ? Compression::kNone
                      : level == kLevelsMax - 1 ? Compression::kZstd
                                                : Compression::kLz4;
  table.filter_bits_per_key = options.filter_bits_per_key;
  table.expiry_of = options.expiry_of;
  for (const KeyRange& range : options.key_ranges) {
    if (range.leading != leading) continue;
    table.block_bytes = range.block_bytes;
    if (!range.filter) table.filter_bits_per_key = 0;
  }
  return table;
}

}  // namespace lsm
