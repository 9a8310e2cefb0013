// The longest common subsequence of two strings, for LCS: its length, its
// bytes, or the ranges in which both strings match.
//
// Dynamic programming over a table of (a + 1) x (b + 1) lengths, four bytes
// each, walked back from its far corner as Redis does, so that of several
// longest answers the same one is found.
//
// Threads: any.

#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/status.h"

namespace types {

// Bytes a_first..a_last of one equal b_first..b_last of the other.
struct CommonRange {
  uint32_t a_first;
  uint32_t a_last;
  uint32_t b_first;
  uint32_t b_last;
  uint32_t size() const { return a_last - a_first + 1; }
};

struct LongestCommon {
  uint32_t length = 0;
  std::string text;                 // if asked for
  std::vector<CommonRange> ranges;  // if asked for, from the end
};

enum class CommonDetail : uint8_t { kLength, kText, kRanges };

// Invalid when the table would take more than `table_bytes_max`.
base::Result<LongestCommon> FindLongestCommon(std::string_view a,
                                              std::string_view b,
                                              CommonDetail detail,
                                              uint64_t table_bytes_max);

}  // namespace types
