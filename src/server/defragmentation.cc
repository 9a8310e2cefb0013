#include "server/defragmentation.h"

#include <algorithm>

namespace server {
namespace {

// Of the limits, what ends it.
constexpr double kEndShare = 0.75;

}  // namespace

int DefragPercent(const DefragSettings& settings,
                  const base::AllocatorStats& allocator, int now) {
  if (!settings.on || allocator.active <= allocator.allocated ||
      allocator.allocated == 0) {
    return 0;
  }
  const auto bytes =
      static_cast<double>(allocator.active - allocator.allocated);
  const double percent = 100 * bytes / static_cast<double>(allocator.allocated);
  const auto lower = static_cast<double>(settings.threshold_lower);
  const auto upper = static_cast<double>(settings.threshold_upper);
  const double limit_share = now > 0 ? kEndShare : 1;
  if (bytes <= limit_share * static_cast<double>(settings.ignore_bytes) ||
      percent <= limit_share * lower) {
    return 0;
  }
  const auto least = static_cast<double>(settings.cycle_min);
  const auto most = static_cast<double>(settings.cycle_max);
  const double part =
      upper <= lower ? 1
                     : std::clamp((percent - lower) / (upper - lower), 0., 1.);
  return static_cast<int>(least + part * std::max(0., most - least));
}

}  // namespace server
