// How memory keeps to its budget: what it is spent on, and what goes when it is
// spent.

#include <algorithm>

#include "lsm/engine_body.h"

namespace lsm {
namespace {

// The part of the budget that is kept free, so that a burst finds room.
constexpr uint64_t kSlackShare = 16;

// How long eviction may take in one tick. Beyond the budget, where what comes
// in must go out, longer: a part of what the commands before it took, since
// after many of them there is more to go; and a large part where they are
// faster all the same. Whether a step takes 0.02 us or 2 is for the processor's
// cache and the allocator to say, so the clock is asked after each slice.
struct Turn {
  int64_t share;  // one part in so many
  int64_t least_us;
  int64_t most_us;
};
constexpr Turn kEvict = {.share = 16, .least_us = 25, .most_us = 25};
constexpr Turn kEvictBeyond = {.share = 16, .least_us = 50, .most_us = 500};
constexpr Turn kEvictFarBeyond = {.share = 4, .least_us = 50, .most_us = 1000};
constexpr size_t kSliceSteps = 100;
// Of one tick, where the clock stands still. Else time must be what ends it:
// few records in an index that was made for many take steps that are short.
constexpr size_t kSlicesMax = 1000;
// So many in a row that free nothing: what is there is in use, or pinned.
constexpr size_t kVainSlices = 20;

// Of one tick: some 10 us.
constexpr size_t kTrimmedBlocks = 32;

}  // namespace

uint64_t Engine::Body::MemoryInUse() const {
  return memory_.total_bytes() + tables_->memory_bytes() +
         tables_->cache().bytes();
}

// What clean records are to give back.
uint64_t Engine::Body::Excess() const {
  if (memory_.clean_bytes() == 0) return 0;
  const uint64_t budget = options_.memory_bytes;
  // What the block cache may yet take is not lent to records: to evict them for
  // it later would leave holes among those that stay.
  const uint64_t share = cache_share_.bytes();
  const uint64_t cache_room = share - std::min(share, tables_->cache().bytes());
  // Never less than half, whatever the rest of the process does.
  const uint64_t aim =
      budget - budget / kSlackShare - std::min(other_memory_, budget / 2);
  const uint64_t in_use = MemoryInUse() + cache_room;
  return in_use - std::min(in_use, aim);
}

bool Engine::Body::Evict() {
  if (cache_share_.Update(tables_->cache().ghosts_met(), memory_.ghosts_met(),
                          memory_.total_bytes())) {
    tables_->cache().SetCapacity(cache_share_.capacity());
  }
  // Before records: they are not to make room for blocks that will go.
  if (tables_->cache().Trim(kTrimmedBlocks)) return true;
  uint64_t excess = Excess();
  if (excess == 0) return false;
  const uint64_t slack = options_.memory_bytes / kSlackShare;
  const Turn& turn = excess <= slack               ? kEvict
                     : excess <= slack + slack / 2 ? kEvictBeyond
                                                   : kEvictFarBeyond;
  const int64_t end_us =
      options_.clock->MonotonicMicros() +
      std::clamp((tick_mono_us_ - last_tick_us_) / turn.share, turn.least_us,
                 turn.most_us);
  const size_t records = memory_.records();
  size_t vain = 0;
  for (size_t slice = 0; excess > 0 && slice < kSlicesMax && vain < kVainSlices;
       ++slice) {
    vain = memory_.EvictClean(excess, kSliceSteps) > 0 ? 0 : vain + 1;
    excess = Excess();
    if (options_.clock->MonotonicMicros() >= end_us) break;
  }
  stats_.evicted_records += records - memory_.records();
  return excess > 0;
}

void Engine::Body::SetMemoryBytes(uint64_t bytes) {
  options_.memory_bytes = bytes;
  cache_share_.SetBudget(bytes);
  tables_->cache().SetCapacity(cache_share_.capacity());
}

// --- The door.

void Engine::SetMemoryBytes(uint64_t bytes) { body_->SetMemoryBytes(bytes); }
void Engine::SetOtherMemory(uint64_t bytes) { body_->SetOtherMemory(bytes); }
uint64_t Engine::memory_in_use() const { return body_->MemoryInUse(); }

}  // namespace lsm
