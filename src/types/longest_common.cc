#include "types/longest_common.h"

#include <algorithm>
#include <cstddef>

namespace types {
namespace {

class Table {
 public:
  Table(std::string_view a, std::string_view b)
      : a_(a), b_(b), width_(b.size() + 1), cells_((a.size() + 1) * width_) {
    for (size_t i = 1; i <= a_.size(); ++i) {
      for (size_t j = 1; j <= b_.size(); ++j) {
        cells_[i * width_ + j] = a_[i - 1] == b_[j - 1]
                                     ? At(i - 1, j - 1) + 1
                                     : std::max(At(i - 1, j), At(i, j - 1));
      }
    }
  }

  uint32_t At(size_t i, size_t j) const { return cells_[i * width_ + j]; }

  // Calls visit(i, j) for each pair of the subsequence, last one first.
  template <typename Visit>
  void WalkBack(Visit visit) const {
    size_t i = a_.size();
    size_t j = b_.size();
    while (i > 0 && j > 0) {
      if (a_[i - 1] == b_[j - 1]) {
        visit(static_cast<uint32_t>(--i), static_cast<uint32_t>(--j));
      } else if (At(i - 1, j) > At(i, j - 1)) {
        --i;
      } else {
        --j;
      }
    }
  }

 private:
  const std::string_view a_;
  const std::string_view b_;
  const size_t width_;
  std::vector<uint32_t> cells_;
};

}  // namespace

base::Result<LongestCommon> FindLongestCommon(std::string_view a,
                                              std::string_view b,
                                              CommonDetail detail,
                                              uint64_t table_bytes_max) {
  if (a.size() >= UINT32_MAX - 1 || b.size() >= UINT32_MAX - 1) {
    return base::Status::Invalid("ERR String too long for LCS");
  }
  const unsigned __int128 bytes = static_cast<unsigned __int128>(a.size() + 1) *
                                  (b.size() + 1) * sizeof(uint32_t);
  if (bytes > table_bytes_max) {
    return base::Status::Invalid(
        "ERR Insufficient memory, transient memory for LCS exceeds "
        "proto-max-bulk-len");
  }
  const Table table(a, b);
  LongestCommon common;
  common.length = table.At(a.size(), b.size());
  if (detail == CommonDetail::kText) {
    common.text.reserve(common.length);
    table.WalkBack([&](uint32_t i, uint32_t) { common.text.push_back(a[i]); });
    std::reverse(common.text.begin(), common.text.end());
  } else if (detail == CommonDetail::kRanges) {
    table.WalkBack([&](uint32_t i, uint32_t j) {
      std::vector<CommonRange>& ranges = common.ranges;
      if (!ranges.empty() && ranges.back().a_first == i + 1 &&
          ranges.back().b_first == j + 1) {
        ranges.back().a_first = i;
        ranges.back().b_first = j;
      } else {
        ranges.push_back({i, i, j, j});
      }
    });
  }
  return common;
}

}  // namespace types
