#include "lsm/compaction/pace.h"

#include <algorithm>

namespace lsm {
namespace {

// Pending bytes are to be gone within this time.
constexpr uint64_t kDebtSeconds = 10;

}  // namespace

uint64_t FlushRate(const Backlog& backlog) {
  if (backlog.awaited || backlog.sealed_generations > 1) return 0;
  const auto fill_us =
      static_cast<uint64_t>(std::max<int64_t>(backlog.fill_us, 1));
  const uint64_t ingest = backlog.generation_bytes * 1'000'000 / fill_us;
  return std::max(kPaceFloor, 2 * ingest);
}

uint64_t CompactionRate(const Backlog& backlog) {
  const size_t trigger = backlog.level0_trigger;
  if (backlog.awaited || backlog.level0_runs >= 2 * trigger) return 0;
  const size_t beyond =
      backlog.level0_runs > trigger ? backlog.level0_runs - trigger : 0;
  const uint64_t by_runs =
      kPaceFloor + (kPaceCeiling - kPaceFloor) * beyond / trigger;
  const uint64_t by_debt = backlog.pending_bytes / kDebtSeconds;
  return std::min(kPaceCeiling, std::max(by_runs, by_debt));
}

}  // namespace lsm
