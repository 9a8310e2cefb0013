#include "server/descriptors.h"

#include <sys/resource.h>

#include <algorithm>

namespace server {
namespace {

// Log segments, MANIFEST, listeners, the admin port, outputs of jobs.
constexpr uint64_t kReserved = 96;
constexpr uint64_t kTablesMax = 16384;

}  // namespace

uint64_t RaiseDescriptorLimit() {
  rlimit limit;
  if (getrlimit(RLIMIT_NOFILE, &limit) == 0) {
    limit.rlim_cur = limit.rlim_max;
    (void)setrlimit(RLIMIT_NOFILE, &limit);
  }
  return DescriptorLimit();
}

uint64_t DescriptorLimit() {
  rlimit limit;
  return getrlimit(RLIMIT_NOFILE, &limit) == 0 ? limit.rlim_cur : 1024;
}

DescriptorShares ShareDescriptors(uint64_t limit, uint64_t clients_wanted) {
  const uint64_t rest = std::max(limit, kReserved + 2) - kReserved;
  DescriptorShares shares;
  shares.tables = std::clamp<uint64_t>(rest / 4, 1, kTablesMax);
  shares.clients =
      std::clamp<uint64_t>(clients_wanted, 1, rest - shares.tables);
  return shares;
}

}  // namespace server
