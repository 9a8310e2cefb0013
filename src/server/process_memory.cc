#include "server/process_memory.h"

#include <algorithm>
#include <utility>

namespace server {
namespace {

constexpr uint64_t kHolesShare = 16;

// Fewer free pages than this part of the budget are not worth the faults when
// they are used again.
constexpr uint64_t kPurgedShare = 32;

uint64_t Beyond(uint64_t whole, uint64_t part) {
  return whole - std::min(whole, part);
}

}  // namespace

uint64_t OtherMemory::Note(uint64_t budget, uint64_t counted, uint64_t resident,
                           const base::AllocatorStats& allocator) {
  if (budget < std::exchange(budget_, budget)) grace_ = kGraceReadings;
  const uint64_t holes = Beyond(allocator.active, allocator.allocated);
  freed_[next_freed_] = Beyond(Beyond(resident, allocator.allocated), holes);
  next_freed_ = (next_freed_ + 1) % freed_.size();
  const uint64_t idle = Beyond(holes, budget / kHolesShare) +
                        *std::min_element(freed_.begin(), freed_.end());
  idle_ = grace_ > 0 ? std::min(idle_, idle) : idle;
  grace_ = std::max(0, grace_ - 1);
  return Beyond(std::min(resident, allocator.allocated) + idle_, counted);
}

bool ShouldPurge(uint64_t budget, uint64_t resident,
                 const base::AllocatorStats& allocator) {
  return resident > budget &&
         Beyond(resident, std::max(allocator.active, allocator.allocated)) >
             budget / kPurgedShare;
}

}  // namespace server
