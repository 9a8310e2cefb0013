#include "lsm/table/block_cache.h"

#include "base/allocator.h"
#include "base/check.h"
#include "lsm/ghost_pair.h"

namespace lsm {
namespace {

constexpr uint8_t kHeatMax = 3;

// The queue of what is new may have one part in so many of the capacity.
constexpr uint64_t kNewShare = 10;

// By one insert, after the capacity has become smaller.
constexpr size_t kEvictedAtOnce = 64;

// With so many slots to a pair of ghosts there are about as many ghosts as
// blocks.
constexpr size_t kSlotsPerGhosts = 4;

uint64_t HashOf(uint64_t file_id, uint64_t offset) {
  uint64_t hash = (file_id * 0x9e3779b97f4a7c15) ^ offset;
  hash *= 0xc2b2ae3d27d4eb4f;
  hash ^= hash >> 29;
  return hash * 0x165667b19e3779f9;
}

}  // namespace

PinnedBlock PinnedBlock::Alone(Block block) {
  auto* const entry = new CacheEntry();
  entry->block = std::move(block);
  return PinnedBlock(entry);
}

void PinnedBlock::Release(CacheEntry* entry) {
  if (entry == nullptr) return;
  // Release orders this holder's reads before the freeing; acquire lets the
  // last one see that all others are through.
  if (entry->references.fetch_sub(1, std::memory_order_acq_rel) == 1) {
    delete entry;
  }
}

// Entries in the order of their coming.
struct EntryQueue {
  CacheEntry* head = nullptr;
  CacheEntry* tail = nullptr;
  uint64_t bytes = 0;

  void Push(CacheEntry* entry) {
    entry->next = nullptr;
    (head == nullptr ? head : tail->next) = entry;
    tail = entry;
    bytes += entry->charge;
  }
  CacheEntry* Pop() {
    CacheEntry* const entry = head;
    head = entry->next;
    bytes -= entry->charge;
    return entry;
  }
};

// An open-addressed table with linear probing; deletion shifts back, so there
// are no tombstones.
class BlockCache::Shard {
 public:
  Shard(uint64_t capacity, std::atomic<uint64_t>* total_bytes,
        std::atomic<uint64_t>* ghosts_met)
      : total_bytes_(total_bytes),
        ghosts_met_(ghosts_met),
        capacity_(capacity),
        slots_(64),
        ghosts_(slots_.size() / kSlotsPerGhosts) {}

  ~Shard() {
    for (const Slot& slot : slots_) PinnedBlock::Release(slot.entry);
  }

  CacheEntry* Lookup(uint64_t hash, uint64_t file_id, uint64_t offset,
                     bool touch) EXCLUDES(mutex_) {
    base::MutexLock lock(mutex_);
    CacheEntry* const entry = slots_[Find(hash, file_id, offset)].entry;
    if (entry == nullptr) {
      ++stats_.misses;
      return nullptr;
    }
    ++stats_.hits;
    if (touch && entry->heat < kHeatMax) ++entry->heat;
    entry->references.fetch_add(1, std::memory_order_relaxed);
    return entry;
  }

  // The entry to use, with a reference for the caller: `entry`, or the one
  // that was quicker, and then `entry` is freed.
  CacheEntry* Insert(uint64_t hash, CacheEntry* entry) EXCLUDES(mutex_) {
    base::MutexLock lock(mutex_);
    if (entry->charge <= capacity_) {
      EvictTo(capacity_ - entry->charge, kEvictedAtOnce);
    }
    Slot& slot = slots_[Find(hash, entry->file_id, entry->offset)];
    if (CacheEntry* const present = slot.entry; present != nullptr) {
      delete entry;
      present->references.fetch_add(1, std::memory_order_relaxed);
      return present;
    }
    if (stats_.bytes + entry->charge > capacity_) return entry;
    entry->references.store(2, std::memory_order_relaxed);
    slot = {hash, entry};
    const bool has_ghost = GhostsOf(hash).Take(TagOf(hash));
    if (has_ghost) ghosts_met_->fetch_add(1, std::memory_order_relaxed);
    (has_ghost ? main_ : new_).Push(entry);
    ++stats_.inserts;
    ++stats_.blocks;
    AddBytes(entry->charge);
    if (stats_.blocks * 3 > slots_.size() * 2) Grow();
    return entry;
  }

  void SetCapacity(uint64_t capacity) EXCLUDES(mutex_) {
    base::MutexLock lock(mutex_);
    capacity_ = capacity;
  }

  bool Trim(size_t blocks_max) EXCLUDES(mutex_) {
    base::MutexLock lock(mutex_);
    return EvictTo(capacity_, blocks_max);
  }

  void AddTo(Stats* total) const EXCLUDES(mutex_) {
    base::MutexLock lock(mutex_);
    total->hits += stats_.hits;
    total->misses += stats_.misses;
    total->inserts += stats_.inserts;
    total->evictions += stats_.evictions;
    total->blocks += stats_.blocks;
    total->bytes += stats_.bytes;
  }

 private:
  // The hash beside the pointer: probing past other entries touches none.
  struct Slot {
    uint64_t hash = 0;
    CacheEntry* entry = nullptr;
  };

  size_t HomeOf(uint64_t hash) const REQUIRES(mutex_) {
    return hash & (slots_.size() - 1);
  }
  size_t After(size_t slot) const REQUIRES(mutex_) {
    return (slot + 1) & (slots_.size() - 1);
  }

  // Where the entry is, or where it would go.
  size_t Find(uint64_t hash, uint64_t file_id, uint64_t offset) const
      REQUIRES(mutex_) {
    for (size_t i = HomeOf(hash);; i = After(i)) {
      const Slot& slot = slots_[i];
      if (slot.entry == nullptr ||
          (slot.hash == hash && slot.entry->file_id == file_id &&
           slot.entry->offset == offset)) {
        return i;
      }
    }
  }

  void Grow() REQUIRES(mutex_) {
    std::vector<Slot> old(slots_.size() * 2);
    old.swap(slots_);
    // The old ghosts would be looked for elsewhere.
    ghosts_.assign(slots_.size() / kSlotsPerGhosts, GhostPair());
    for (const Slot& slot : old) {
      if (slot.entry == nullptr) continue;
      size_t i = HomeOf(slot.hash);
      while (slots_[i].entry != nullptr) i = After(i);
      slots_[i] = slot;
    }
  }

  void AddBytes(uint64_t bytes) REQUIRES(mutex_) {
    stats_.bytes += bytes;
    total_bytes_->fetch_add(bytes, std::memory_order_relaxed);
  }

  static uint16_t TagOf(uint64_t hash) { return hash >> 40 & 0xffff; }
  GhostPair& GhostsOf(uint64_t hash) REQUIRES(mutex_) {
    return ghosts_[hash & (ghosts_.size() - 1)];
  }

  // False: the blocks that were looked at are pinned, if there were any.
  bool EvictTo(uint64_t bytes, size_t blocks_max) REQUIRES(mutex_) {
    bool moved = false;
    // A block that is not pinned has gone, or grown colder, by then.
    size_t steps = std::min(stats_.blocks, blocks_max) * (kHeatMax + 2);
    for (; stats_.bytes > bytes && steps > 0 && blocks_max > 0; --steps) {
      const bool from_new =
          main_.head == nullptr ||
          (new_.head != nullptr && new_.bytes * kNewShare >= capacity_);
      CacheEntry* const entry = (from_new ? new_ : main_).Pop();
      // A lone reference is the cache's own, and nobody can take another
      // while the mutex is held.
      if (entry->references.load(std::memory_order_acquire) > 1) {
        main_.Push(entry);
      } else if (entry->heat > 0) {
        entry->heat = from_new ? 0 : entry->heat - 1;
        main_.Push(entry);
        moved = true;
      } else {
        Drop(entry, /*leave_ghost=*/from_new);
        --blocks_max;
        moved = true;
      }
    }
    return moved;
  }

  void Drop(CacheEntry* entry, bool leave_ghost) REQUIRES(mutex_) {
    const uint64_t hash = HashOf(entry->file_id, entry->offset);
    if (leave_ghost) GhostsOf(hash).Add(TagOf(hash));
    EraseAt(Find(hash, entry->file_id, entry->offset));
    ++stats_.evictions;
    --stats_.blocks;
    AddBytes(-entry->charge);
    PinnedBlock::Release(entry);
  }

  // Empties the slot and moves later entries of its chain back, so that none
  // is cut off from its home.
  void EraseAt(size_t hole) REQUIRES(mutex_) {
    const size_t mask = slots_.size() - 1;
    slots_[hole] = Slot();
    for (size_t i = After(hole); slots_[i].entry != nullptr; i = After(i)) {
      const size_t home = HomeOf(slots_[i].hash);
      if (((i - home) & mask) >= ((i - hole) & mask)) {
        std::swap(slots_[hole], slots_[i]);
        hole = i;
      }
    }
  }

  // Immutable pointers.
  std::atomic<uint64_t>* const total_bytes_;
  std::atomic<uint64_t>* const ghosts_met_;
  mutable base::Mutex mutex_;
  uint64_t capacity_ GUARDED_BY(mutex_);
  std::vector<Slot> slots_ GUARDED_BY(mutex_);  // a power of two
  std::vector<GhostPair> ghosts_ GUARDED_BY(mutex_);
  EntryQueue new_ GUARDED_BY(mutex_);
  EntryQueue main_ GUARDED_BY(mutex_);
  Stats stats_ GUARDED_BY(mutex_);
};

BlockCache::BlockCache(uint64_t capacity_bytes) : capacity_(capacity_bytes) {
  for (auto& shard : shards_) {
    shard = std::make_unique<Shard>(capacity_bytes / kShards, &bytes_,
                                    &ghosts_met_);
  }
}

BlockCache::~BlockCache() = default;

PinnedBlock BlockCache::Lookup(uint64_t file_id, uint64_t offset, bool touch) {
  const uint64_t hash = HashOf(file_id, offset);
  return PinnedBlock(ShardOf(hash).Lookup(hash, file_id, offset, touch));
}

PinnedBlock BlockCache::Insert(uint64_t file_id, uint64_t offset, Block block) {
  auto* const entry = new CacheEntry();
  entry->file_id = file_id;
  entry->offset = offset;
  entry->charge = block.charge() + base::AllocatedBytes(sizeof(CacheEntry));
  entry->block = std::move(block);
  const uint64_t hash = HashOf(file_id, offset);
  return PinnedBlock(ShardOf(hash).Insert(hash, entry));
}

void BlockCache::SetCapacity(uint64_t capacity_bytes) {
  capacity_.store(capacity_bytes);
  for (auto& shard : shards_) shard->SetCapacity(capacity_bytes / kShards);
}

bool BlockCache::Trim(size_t blocks_max) {
  if (bytes() <= capacity()) return false;
  bool moved = false;
  const size_t each = std::max<size_t>(1, blocks_max / kShards);
  for (auto& shard : shards_) moved = shard->Trim(each) || moved;
  return moved;
}

BlockCache::Stats BlockCache::stats() const {
  Stats total;
  for (const auto& shard : shards_) shard->AddTo(&total);
  return total;
}

}  // namespace lsm
