#include "net/submit_policy.h"

namespace net {

SubmitPolicy::Decision SubmitPolicy::Decide(const LogState& log,
                                            int64_t now_us) {
  if (log.open_bytes == 0) {
    open_bytes_ = 0;
    return Decision::kNothing;
  }
  const bool grown = log.open_bytes != open_bytes_;
  if (grown) {
    // Smaller than before: another frame.
    if (open_bytes_ == 0 || log.open_bytes < open_bytes_) begun_us_ = now_us;
    open_bytes_ = log.open_bytes;
    grown_us_ = now_us;
  }
  if (log.frames_in_flight >= log.depth) return Decision::kNothing;
  // Not while more of it is readable: a deep pipeline of one client wants
  // large frames and a loop that goes on reading.
  const bool alone = !grown && log.frames_in_flight == 0 && Alone(now_us) &&
                     log.open_bytes <= options_.inline_bytes_max;
  const bool gathered = now_us - grown_us_ >= options_.straggler_us ||
                        now_us - begun_us_ >= options_.gather_us_max ||
                        log.open_bytes >= options_.gather_bytes_max;
  if (!alone && !gathered) return Decision::kPollAgain;
  open_bytes_ = 0;
  return alone ? Decision::kSubmitInline : Decision::kSubmit;
}

}  // namespace net
