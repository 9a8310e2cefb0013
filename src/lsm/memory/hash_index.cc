#include "lsm/memory/hash_index.h"

#include <algorithm>
#include <bit>
#include <cstdlib>
#include <cstring>
#include <new>

#include "base/allocator.h"
#include "base/check.h"
#include "lsm/ghost_pair.h"

namespace lsm {
namespace {

constexpr size_t kShards = 128;
constexpr size_t kBuckets = 128;
constexpr size_t kSlots = 7;
constexpr size_t kSegmentSlots = kBuckets * kSlots;

// Fuller, and too many searches go on into a second bucket.
constexpr uint32_t kSplitCount = kSegmentSlots * 8 / 10;
// What a half holds after a split: joins that are undone at once cost twice.
constexpr uint32_t kJoinCount = kSplitCount / 2;
// How far a record may be passed on. At the split mark and with honest hashes
// none ever gets this far.
constexpr size_t kProbes = 8;
// A directory may be this many bits deeper than an even spread would make it.
// Without the bound, keys made to collide could double it with every split.
constexpr uint32_t kDepthSlack = 4;

// Buckets of a segment with a number of its own instead of ghosts.
constexpr size_t kOwnNumbers = 3;

// The crowd's share of memory, about: a node of the map and its size class.
constexpr size_t kCrowdBytes = 64;

constexpr uint64_t kPointerMask = (uint64_t{1} << 48) - 1;

uint64_t MakeSlot(const Record* record, uint64_t hash) {
  const uint64_t address = reinterpret_cast<uintptr_t>(record);
  DCHECK((address & ~kPointerMask) == 0);
  return hash << 48 | address;
}

Record* RecordOf(uint64_t slot) {
  return reinterpret_cast<Record*>(slot & kPointerMask);
}

size_t HomeOf(uint32_t placement) { return placement & (kBuckets - 1); }

uint32_t PlacementOf(uint64_t hash) {
  return static_cast<uint32_t>(hash >> 32);
}

uint16_t TagOf(uint64_t hash) { return hash & 0xffff; }
uint16_t TagOfSlot(uint64_t slot) { return static_cast<uint16_t>(slot >> 48); }

}  // namespace

struct alignas(64) HashIndex::Bucket {
  uint64_t slots[kSlots];
  // Records that were passed on from here, whose search must go on.
  uint32_t overflow;
  // In the first buckets the segment's own numbers, see there.
  union {
    uint32_t own_number;
    GhostPair ghosts;
  };

  bool IsEmpty() const {
    uint64_t all = 0;
    for (const uint64_t slot : slots) all |= slot;
    return all == 0;
  }
};

struct HashIndex::Segment {
  Bucket buckets[kBuckets];

  // Records in the buckets.
  uint32_t& count() { return buckets[0].own_number; }
  // Bits of the directory that lead here.
  uint32_t& depth() { return buckets[1].own_number; }
  // Records of this segment that are in the crowd.
  uint32_t& crowd() { return buckets[2].own_number; }

  Bucket& At(uint32_t placement, size_t probe) {
    return buckets[(HomeOf(placement) + probe) & (kBuckets - 1)];
  }

  // False: no room within reach.
  bool Add(uint64_t slot, uint32_t placement) {
    for (size_t probe = 0; probe < kProbes; ++probe) {
      Bucket& bucket = At(placement, probe);
      for (uint64_t& place : bucket.slots) {
        if (place != 0) continue;
        place = slot;
        AddOverflow(placement, probe, 1);
        ++count();
        return true;
      }
    }
    return false;
  }

  // The first `probes` buckets passed a record on, or (-1) no longer do.
  void AddOverflow(uint32_t placement, size_t probes, int change) {
    for (size_t probe = 0; probe < probes; ++probe) {
      At(placement, probe).overflow += static_cast<uint32_t>(change);
    }
  }

  // nullptr where there is no room for them.
  GhostPair* Ghosts(uint32_t placement) {
    const size_t home = HomeOf(placement);
    return home < kOwnNumbers ? nullptr : &buckets[home].ghosts;
  }

  // Where the record is, if in the buckets; `*probe` is how far from home.
  uint64_t* Locate(const Record* record, size_t* probe) {
    for (*probe = 0; *probe < kProbes; ++*probe) {
      for (uint64_t& place : At(record->placement(), *probe).slots) {
        if (RecordOf(place) == record) return &place;
      }
    }
    return nullptr;
  }
};

HashIndex::HashIndex() : shards_(kShards), depth_counts_(kShards) {
  static_assert(kShards == 1 << kShardBits && kBuckets == 1 << kBucketBits);
  static_assert(sizeof(Segment) == 8192);
  for (Shard& shard : shards_) {
    shard.directory = std::make_unique<Segment*[]>(1);
  }
  memory_bytes_ = base::AllocatedBytes(kShards * sizeof(Shard)) +
                  base::AllocatedBytes(kShards * sizeof(DepthCounts)) +
                  kShards * base::AllocatedBytes(sizeof(Segment*));
}

HashIndex::~HashIndex() {
  for (Shard& shard : shards_) {
    const size_t entries = size_t{1} << shard.depth;
    for (size_t i = 0; i < entries;) {
      Segment* segment = shard.directory[i];
      if (segment == nullptr) break;
      i += size_t{1} << (shard.depth - segment->depth());
      FreeSegment(segment);
    }
  }
}

// Which of 2^depth directory entries.
size_t HashIndex::DirectoryIndex(uint32_t placement, uint32_t depth) {
  const uint32_t bits = placement << kShardBits >> kShardBits;
  return bits >> (32 - kShardBits - depth);
}

HashIndex::Segment* HashIndex::SegmentOf(uint32_t placement) const {
  const Shard& shard = shards_[ShardOf(placement)];
  return shard.directory[DirectoryIndex(placement, shard.depth)];
}

Record* HashIndex::Find(std::string_view key, uint64_t hash) const {
  const uint32_t placement = PlacementOf(hash);
  Segment* segment = SegmentOf(placement);
  if (segment == nullptr) return nullptr;
  const uint16_t tag = TagOf(hash);
  for (size_t probe = 0; probe < kProbes; ++probe) {
    const Bucket& bucket = segment->At(placement, probe);
    for (const uint64_t slot : bucket.slots) {
      if (TagOfSlot(slot) != tag || slot == 0) continue;
      Record* record = RecordOf(slot);
      if (record->key() == key) return record;
    }
    if (bucket.overflow == 0) return nullptr;
  }
  const auto found = crowd_.find(key);
  return found == crowd_.end() ? nullptr : found->second;
}

void HashIndex::Prefetch(uint64_t hash) const {
  const uint32_t placement = PlacementOf(hash);
  Segment* segment = SegmentOf(placement);
  if (segment != nullptr) __builtin_prefetch(&segment->At(placement, 0));
}

void HashIndex::PrefetchRecord(uint64_t hash) const {
  const uint32_t placement = PlacementOf(hash);
  Segment* segment = SegmentOf(placement);
  if (segment == nullptr) return;
  for (const uint64_t slot : segment->At(placement, 0).slots) {
    if (TagOfSlot(slot) == TagOf(hash)) __builtin_prefetch(RecordOf(slot));
  }
}

void HashIndex::Insert(Record* record, uint64_t hash) {
  const uint32_t placement = PlacementOf(hash);
  DCHECK(placement == record->placement());
  Segment* segment = SegmentOf(placement);
  if (segment == nullptr) {
    segment = NewSegment(/*depth=*/0);
    const uint32_t shard = ShardOf(placement);
    shards_[shard].directory[0] = segment;
    depth_counts_[shard][0] = 1;
  } else if (segment->count() >= kSplitCount && MaySplit(segment)) {
    Split(segment, placement);
    segment = SegmentOf(placement);
  }
  const uint64_t slot = MakeSlot(record, hash);
  if (!segment->Add(slot, placement)) {
    if (!MaySplit(segment)) {
      JoinCrowd(segment, record);
    } else {
      Split(segment, placement);
      segment = SegmentOf(placement);
      if (!segment->Add(slot, placement)) JoinCrowd(segment, record);
    }
  }
  ++size_;
}

void HashIndex::Replace(Record* old, Record* now) {
  DCHECK(old->key() == now->key());
  size_t probe;
  uint64_t* place = SegmentOf(old->placement())->Locate(old, &probe);
  if (place != nullptr) {
    // The upper bits of a slot are the tag, the same for both.
    *place = (*place & ~kPointerMask) | MakeSlot(now, /*hash=*/0);
    return;
  }
  // The map's key is a view into the old record, which may now go.
  auto node = crowd_.extract(old->key());
  CHECK(!node.empty() && node.mapped() == old);
  node.key() = now->key();
  node.mapped() = now;
  crowd_.insert(std::move(node));
}

void HashIndex::Erase(Record* record) {
  const uint32_t placement = record->placement();
  Segment* segment = SegmentOf(placement);
  CHECK(segment != nullptr);
  --size_;
  size_t probe;
  uint64_t* place = segment->Locate(record, &probe);
  if (place == nullptr) {
    CHECK(crowd_.erase(record->key()) == 1);
    memory_bytes_ -= kCrowdBytes;
    --segment->crowd();
    segment->AddOverflow(placement, kProbes, -1);
    return;
  }
  *place = 0;
  --segment->count();
  segment->AddOverflow(placement, probe, -1);
  if (segment->count() < kJoinCount / 2) MaybeJoin(segment, placement);
}

void HashIndex::Evict(Record* record) {
  Segment* segment = SegmentOf(record->placement());
  CHECK(segment != nullptr);
  size_t probe;
  const uint64_t* const place = segment->Locate(record, &probe);
  GhostPair* const ghosts = segment->Ghosts(record->placement());
  if (place != nullptr && ghosts != nullptr) ghosts->Add(TagOfSlot(*place));
  Erase(record);
}

bool HashIndex::TakeGhost(uint64_t hash) {
  Segment* segment = SegmentOf(PlacementOf(hash));
  if (segment == nullptr) return false;
  GhostPair* const ghosts = segment->Ghosts(PlacementOf(hash));
  return ghosts != nullptr && ghosts->Take(TagOf(hash));
}

HashIndex::Batch HashIndex::Sweep(Cursor* cursor) const {
  if (cursor->in_crowd) return SweepCrowd(cursor);
  Batch batch;
  Segment* segment = SegmentOf(cursor->placement);
  size_t home = HomeOf(cursor->placement);
  if (segment != nullptr) {
    // Where most records have gone these are many.
    for (; home + 1 < kBuckets && segment->buckets[home].IsEmpty(); ++home) {
      ++cursor->placement;
    }
    for (const uint64_t slot : segment->buckets[home].slots) {
      if (slot != 0) batch.records[batch.size++] = RecordOf(slot);
    }
  }
  if (segment != nullptr && home + 1 < kBuckets) {
    for (const uint64_t slot : segment->buckets[home + 1].slots) {
      // To prefetch nowhere costs the search for a page.
      if (slot != 0) __builtin_prefetch(RecordOf(slot));
    }
    ++cursor->placement;
    return batch;
  }
  // On to the next segment. After the last one the number is 0 again.
  const uint32_t depth = segment == nullptr ? 0 : segment->depth();
  const uint32_t span = uint32_t{1} << (32 - kShardBits - depth);
  cursor->placement = (cursor->placement & ~(span - 1)) + span;
  cursor->in_crowd = cursor->placement == 0 && !crowd_.empty();
  cursor->crowd_key.clear();
  return batch;
}

HashIndex::Batch HashIndex::SweepCrowd(Cursor* cursor) const {
  Batch batch;
  auto it = crowd_.lower_bound(cursor->crowd_key);
  for (; it != crowd_.end() && batch.size < kBatchMax; ++it) {
    batch.records[batch.size++] = it->second;
  }
  cursor->in_crowd = it != crowd_.end();
  cursor->crowd_key = it == crowd_.end() ? std::string_view() : it->first;
  return batch;
}

HashIndex::Segment* HashIndex::NewSegment(uint32_t depth) {
  void* memory = std::aligned_alloc(alignof(Segment), sizeof(Segment));
  CHECK(memory != nullptr);
  memory_bytes_ += base::AllocatedBytes(sizeof(Segment));
  Segment* segment = new (memory) Segment();
  segment->depth() = depth;
  return segment;
}

void HashIndex::FreeSegment(Segment* segment) {
  memory_bytes_ -= base::AllocatedBytes(sizeof(Segment));
  std::free(segment);
}

bool HashIndex::MaySplit(Segment* segment) const {
  const auto even_depth = static_cast<uint32_t>(
      std::bit_width(size_ / (kShards * size_t{kJoinCount})));
  return segment->crowd() == 0 &&
         segment->depth() < std::min(kDepthMax, even_depth + kDepthSlack);
}

void HashIndex::Split(Segment* segment, uint32_t placement) {
  Shard& shard = shards_[ShardOf(placement)];
  DepthCounts& depth_counts = depth_counts_[ShardOf(placement)];
  const uint32_t depth = segment->depth() + 1;
  if (depth > shard.depth) ResizeDirectory(&shard, depth);

  Segment* upper = NewSegment(depth);
  // Nobody knows on which side a ghost would be now.
  for (size_t i = kOwnNumbers; i < kBuckets; ++i) {
    upper->buckets[i].ghosts = segment->buckets[i].ghosts;
  }
  segment->depth() = depth;
  depth_counts[depth - 1] -= 1;
  depth_counts[depth] += 2;
  const size_t span = size_t{1} << (shard.depth - depth);
  const size_t begin = DirectoryIndex(placement, depth - 1) * 2 * span;
  std::fill_n(&shard.directory[begin + span], span, upper);
  MoveAll(segment);
}

void HashIndex::MaybeJoin(Segment* segment, uint32_t placement) {
  Shard& shard = shards_[ShardOf(placement)];
  DepthCounts& depth_counts = depth_counts_[ShardOf(placement)];
  const uint32_t depth = segment->depth();
  if (depth == 0) return;
  const size_t span = size_t{1} << (shard.depth - depth);
  const size_t begin = DirectoryIndex(placement, depth - 1) * 2 * span;
  Segment* lower = shard.directory[begin];
  Segment* upper = shard.directory[begin + span];
  if (lower->depth() != upper->depth()) return;
  if (lower->crowd() != 0 || upper->crowd() != 0) return;
  if (lower->count() + upper->count() > kJoinCount) return;

  lower->depth() = depth - 1;
  depth_counts[depth] -= 2;
  depth_counts[depth - 1] += 1;
  std::fill_n(&shard.directory[begin + span], span, lower);
  MoveAll(upper);
  FreeSegment(upper);
  if (depth_counts[shard.depth] == 0) ResizeDirectory(&shard, depth - 1);
}

void HashIndex::ResizeDirectory(Shard* shard, uint32_t depth) {
  const size_t before = size_t{1} << shard->depth;
  const size_t after = size_t{1} << depth;
  auto directory = std::make_unique<Segment*[]>(after);
  for (size_t i = 0; i < after; ++i) {
    directory[i] = shard->directory[i * before / after];
  }
  memory_bytes_ += base::AllocatedBytes(after * sizeof(Segment*));
  memory_bytes_ -= base::AllocatedBytes(before * sizeof(Segment*));
  shard->directory = std::move(directory);
  shard->depth = depth;
}

void HashIndex::MoveAll(Segment* from) {
  // Each record must be looked at for its placement: take them all out first,
  // so that their cache misses overlap.
  uint64_t moving[kSegmentSlots];
  size_t count = 0;
  for (Bucket& bucket : from->buckets) {
    for (uint64_t& place : bucket.slots) {
      if (place == 0) continue;
      __builtin_prefetch(RecordOf(place));
      moving[count++] = place;
      place = 0;
    }
    bucket.overflow = 0;
  }
  from->count() = 0;
  for (size_t i = 0; i < count; ++i) {
    Record* record = RecordOf(moving[i]);
    Segment* to = SegmentOf(record->placement());
    if (!to->Add(moving[i], record->placement())) JoinCrowd(to, record);
  }
}

void HashIndex::JoinCrowd(Segment* segment, Record* record) {
  const bool is_new = crowd_.emplace(record->key(), record).second;
  CHECK(is_new);
  memory_bytes_ += kCrowdBytes;
  ++segment->crowd();
  segment->AddOverflow(record->placement(), kProbes, 1);
}

}  // namespace lsm
