#include "lsm/compaction/pace.h"

#include <algorithm>

namespace lsm {
namespace {

// Bytes written by compaction for each that comes in, at most: a little more
// than fan-out and base cost, so that it keeps up.
constexpr uint64_t kRewrites = 15;

// Of the tables: what may wait. It is space for nothing.
constexpr uint64_t kDebtShare = 20;

// How fast generations fill.
uint64_t Ingest(const Backlog& backlog) {
  const auto fill_us =
      static_cast<uint64_t>(std::max<int64_t>(backlog.fill_us, 1));
  return backlog.generation_bytes * 1'000'000 / fill_us;
}

// From the floor to the ceiling as `part` goes from 0 to `whole`.
uint64_t Between(double part, double whole) {
  const double share = std::min(1.0, part / std::max(whole, 1.0));
  return kPaceFloor +
         static_cast<uint64_t>(share * (kPaceCeiling - kPaceFloor));
}

}  // namespace

uint64_t FlushRate(const Backlog& backlog) {
  if (backlog.awaited || backlog.sealed_generations > 1) return 0;
  return std::max(kPaceFloor, 2 * Ingest(backlog));
}

uint64_t CompactionRate(const Backlog& backlog) {
  const size_t trigger = backlog.level0_trigger;
  if (backlog.awaited || backlog.level0_runs >= 2 * trigger) return 0;
  const size_t beyond =
      backlog.level0_runs > trigger ? backlog.level0_runs - trigger : 0;
  const uint64_t by_runs =
      Between(static_cast<double>(beyond), static_cast<double>(trigger));
  const uint64_t by_debt =
      Between(static_cast<double>(backlog.pending_bytes),
              static_cast<double>(backlog.table_bytes / kDebtShare));
  const uint64_t by_ingest = kRewrites * Ingest(backlog);
  return std::min(kPaceCeiling, std::max({by_runs, by_debt, by_ingest}));
}

}  // namespace lsm
