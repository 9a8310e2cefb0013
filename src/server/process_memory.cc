#include "server/process_memory.h"

#include <algorithm>

namespace server {
namespace {

constexpr uint64_t kHolesShare = 10;

uint64_t Beyond(uint64_t whole, uint64_t part) {
  return whole - std::min(whole, part);
}

}  // namespace

uint64_t OtherMemory(uint64_t budget, uint64_t counted, uint64_t resident,
                     const base::AllocatorStats& allocator) {
  const uint64_t holes = Beyond(allocator.active, allocator.allocated);
  return Beyond(Beyond(resident, counted),
                std::min(holes, budget / kHolesShare));
}

}  // namespace server
