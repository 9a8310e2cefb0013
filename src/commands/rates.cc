#include "commands/rates.h"

#include <numeric>

namespace commands {

void Rate::Sample(uint64_t count, int64_t now_us) {
  const int64_t elapsed_us = now_us - last_us_;
  // The clock may be set back; a counter may begin again at zero.
  if (!began_ || elapsed_us < 0 || count < last_count_) {
    began_ = true;
  } else if (elapsed_us < kSampleUs) {
    return;
  } else {
    samples_[next_] = static_cast<double>(count - last_count_) * 1e6 /
                      static_cast<double>(elapsed_us);
    next_ = (next_ + 1) % kSamples;
  }
  last_count_ = count;
  last_us_ = now_us;
}

double Rate::per_second() const {
  return std::accumulate(samples_.begin(), samples_.end(), 0.0) / kSamples;
}

}  // namespace commands
