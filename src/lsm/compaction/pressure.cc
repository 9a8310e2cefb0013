#include "lsm/compaction/pressure.h"

#include <algorithm>

namespace lsm {
namespace {

// One is being filled, one flushed; two more are room for a slow disk.
constexpr double kUnflushedGenerationsMax = 4;
// Every miss asks the filter of each.
constexpr double kLevel0RunsMax = 24;
// Writers settle at three quarters of this, where half of the tables are beyond
// their targets: a space amplification of two. A small store has the room that
// level 0 needs.
constexpr double kDebtShare = 2.0 / 3;
constexpr double kDebtGenerationsMin = kLevel0RunsMax;

double Share(double part, double whole) {
  return std::min(1.0, part / std::max(whole, 1.0));
}

}  // namespace

double Pressure::value() const { return std::max({memory, level0, debt}); }

std::string_view Pressure::cause() const {
  if (memory >= level0 && memory >= debt) return "memory";
  return level0 >= debt ? "level0" : "debt";
}

Pressure PressureOf(const Load& load) {
  const auto generation = static_cast<double>(load.generation_bytes);
  const double debt_max =
      std::max(kDebtShare * static_cast<double>(load.table_bytes),
               kDebtGenerationsMin * generation);
  Pressure pressure;
  pressure.memory = Share(static_cast<double>(load.unflushed_bytes),
                          kUnflushedGenerationsMax * generation);
  pressure.level0 = Share(load.level0_runs, kLevel0RunsMax);
  pressure.debt = Share(static_cast<double>(load.pending_bytes), debt_max);
  return pressure;
}

double JobProgress::Done(uint64_t spent) const {
  if (bytes_expected == 0) return 0;
  return Share(static_cast<double>(spent - spent_at_begin),
               static_cast<double>(bytes_expected));
}

}  // namespace lsm
