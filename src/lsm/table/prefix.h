// How many bytes two keys have in common from the front.
//
// Threads: any.

#pragma once

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/coding.h"

namespace lsm {

inline size_t CommonPrefix(std::string_view a, std::string_view b) {
  const size_t limit = std::min(a.size(), b.size());
  size_t i = 0;
  for (; i + 8 <= limit; i += 8) {
    const uint64_t difference = base::LoadLittle<uint64_t>(a.data() + i) ^
                                base::LoadLittle<uint64_t>(b.data() + i);
    if (difference != 0) {
      return i + static_cast<size_t>(std::countr_zero(difference)) / 8;
    }
  }
  while (i < limit && a[i] == b[i]) ++i;
  return i;
}

}  // namespace lsm
