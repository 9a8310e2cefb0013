#include "lsm/cache_share.h"

#include <algorithm>
#include <utility>

namespace lsm {
namespace {

constexpr uint64_t kBytesMin = 4 << 20;

}  // namespace

void CacheShare::SetBudget(uint64_t bytes) { budget_ = bytes; }

bool CacheShare::Update(uint64_t block_ghosts, uint64_t record_ghosts,
                        uint64_t record_bytes) {
  const uint64_t blocks_missed = block_ghosts - block_ghosts_;
  const uint64_t records_missed = record_ghosts - record_ghosts_;
  if (!adapts_ || blocks_missed + records_missed < kWindow) return false;
  block_ghosts_ = block_ghosts;
  record_ghosts_ = record_ghosts;

  // Ghosts reach about as far back as the bytes beside them, so that this
  // compares misses by byte.
  const uint64_t for_blocks =
      blocks_missed * std::max(record_bytes, budget_ / kParts);
  const uint64_t for_records = records_missed * kRecordWeight * bytes();
  const uint64_t wanted = for_blocks > for_records ? parts_ + 1 : parts_ - 1;
  const uint64_t parts = std::clamp(wanted, kPartsMin, kPartsMax);
  return std::exchange(parts_, parts) != parts;
}

uint64_t CacheShare::capacity() const { return std::max(kBytesMin, bytes()); }

}  // namespace lsm
