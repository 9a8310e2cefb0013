#include "base/write_throttle.h"

#include <algorithm>

namespace base {
namespace {

constexpr double kEase = 0.5;
constexpr double kSettled = 0.75;
constexpr double kMicros = 1'000'000;

// Long against the swing of the pressure itself, which with its proportional
// part follows within a second or two: so the two do not chase each other.
constexpr double kAverageUs = 10 * kMicros;

// Even a store that took in nothing for long must be able to begin.
constexpr double kRateMin = 1 << 20;

// What may be earned ahead: timers are no finer than some milliseconds, and
// who comes late is not to lose by it.
constexpr double kAheadUs = 5'000;

}  // namespace

void WriteThrottle::Measure(int64_t elapsed_us) {
  const auto elapsed = static_cast<double>(elapsed_us);
  const double current =
      static_cast<double>(taken_ - taken_before_) * kMicros / elapsed;
  taken_before_ = taken_;
  // While it is young, the average is one of its whole life.
  measured_us_ = std::min(measured_us_ + elapsed, kAverageUs);
  steady_ += (current - steady_) * std::min(1.0, elapsed / measured_us_);
}

void WriteThrottle::Update(double pressure, int64_t now_us) {
  const int64_t elapsed_us = now_us_ < 0 ? 0 : now_us - now_us_;
  now_us_ = now_us;
  if (elapsed_us > 0) Measure(elapsed_us);
  limiting_ = pressure >= kEase;
  if (!limiting_) {
    earned_ = taken_;
    return;
  }
  const double share = std::max(0.0, 1 - pressure) / (1 - kSettled);
  rate_ = pressure >= 1 ? 0 : std::max(steady_ * share, kRateMin);
  const double earned =
      earned_rest_ + rate_ * static_cast<double>(elapsed_us) / kMicros;
  const auto whole = static_cast<uint64_t>(earned);
  earned_rest_ = earned - static_cast<double>(whole);
  const auto ahead = static_cast<uint64_t>(rate_ * kAheadUs / kMicros);
  earned_ = std::min(earned_ + whole, taken_ + ahead);
}

}  // namespace base
