// TimeShare is the part of the time that work in slices may take, where the
// work is never done: so many percent of what passes, and of what was not taken
// no more than a tenth of a second's part is saved.
//
//   if (share.MaySpend(now_us)) { a slice; share.Spend(its_us); }
//
// Threads: owner-bound.

#pragma once

#include <algorithm>
#include <cstdint>

namespace lsm {

class TimeShare {
 public:
  static constexpr int64_t kSavedUs = 100'000;

  void SetPercent(int percent) {
    percent_ = percent;
    saved_us_ = std::min(saved_us_, SavedMax());
  }
  int percent() const { return percent_; }

  // `now_us` never falls.
  bool MaySpend(int64_t now_us) {
    const int64_t passed_us = std::min(now_us - last_us_, kSavedUs);
    last_us_ = now_us;
    saved_us_ = std::min(saved_us_ + passed_us * percent_, SavedMax());
    return saved_us_ > 0;
  }
  // A slice that the clock does not see counts, too, or it would never end.
  void Spend(int64_t us) { saved_us_ -= std::max<int64_t>(us, 1) * kWhole; }
  bool has_left() const { return saved_us_ > 0; }

 private:
  static constexpr int64_t kWhole = 100;  // percent

  int64_t SavedMax() const { return kSavedUs * percent_; }

  int percent_ = 0;
  int64_t last_us_ = 0;
  int64_t saved_us_ = 0;  // in hundredths
};

}  // namespace lsm
