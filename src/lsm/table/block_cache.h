// BlockCache keeps blocks of tables in memory, decompressed, up to a number
// of bytes.
//
// A found block is pinned: it lives as long as somebody holds its
// PinnedBlock, evicted or not. Eviction is S3-FIFO (Yang et al., SOSP 2023): a
// shard has two queues, and a hit only raises a small counter. What is new
// waits in the first, a tenth of the bytes; used there, it goes over to the
// second, else it is dropped and leaves a ghost. What comes back while its
// ghost is there begins in the second, where each use is one more round. So
// what is read once, by whomever, passes through that tenth and no more. Scans
// neither fill the cache nor touch the counters.
//
// Blocks are known by (file id, offset). The id comes from NewFileId, once
// per opened table, and is never used twice in this process: a reused file
// number cannot find blocks of the file before it.
//
// Invariants
//   - bytes() <= capacity, but for pinned blocks, once an insert has ended; and
//     but for what a smaller capacity has left to Trim.
//   - A block is immutable from its making on.
//
// Threads: shared. A PinnedBlock has one holder at a time.

#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

#include "base/mutex.h"
#include "lsm/table/block.h"

namespace lsm {

// A block and the counts around it; only BlockCache and PinnedBlock look in.
struct CacheEntry {
  uint64_t file_id = 0;
  uint64_t offset = 0;
  Block block;
  size_t charge = 0;
  // The cache's own reference counts as one. Raised under the shard's mutex,
  // lowered anywhere; whoever lowers it to zero frees.
  std::atomic<uint32_t> references = 1;
  // Guarded by the shard's mutex.
  uint8_t heat = 0;
  CacheEntry* next = nullptr;  // in its queue
};

// Keeps one block alive.
class PinnedBlock {
 public:
  PinnedBlock() = default;
  // Takes over one reference.
  explicit PinnedBlock(CacheEntry* entry) : entry_(entry) {}
  // A block outside of any cache.
  static PinnedBlock Alone(Block block);
  PinnedBlock(PinnedBlock&& other) noexcept
      : entry_(std::exchange(other.entry_, nullptr)) {}
  PinnedBlock& operator=(PinnedBlock&& other) noexcept {
    std::swap(entry_, other.entry_);
    return *this;
  }
  ~PinnedBlock() { Release(entry_); }

  explicit operator bool() const { return entry_ != nullptr; }
  const Block& operator*() const { return entry_->block; }
  const Block* operator->() const { return &entry_->block; }

 private:
  friend class BlockCache;
  static void Release(CacheEntry* entry);

  CacheEntry* entry_ = nullptr;
};

class BlockCache {
 public:
  explicit BlockCache(uint64_t capacity_bytes);
  ~BlockCache();
  BlockCache(const BlockCache&) = delete;
  BlockCache& operator=(const BlockCache&) = delete;

  uint64_t NewFileId() { return next_file_id_.fetch_add(1); }

  // The block, or an empty pin. `touch`: it counts as used.
  PinnedBlock Lookup(uint64_t file_id, uint64_t offset, bool touch = true);
  // Keeps the block, if there is room, and pins it. Where another thread was
  // quicker, its block is returned and this one dropped.
  PinnedBlock Insert(uint64_t file_id, uint64_t offset, Block block);

  // Takes no longer for a large cache: what is beyond is for Trim.
  void SetCapacity(uint64_t capacity_bytes);
  // Evicts so many blocks at most of what is beyond the capacity. False:
  // there is nothing, or readers hold it.
  bool Trim(size_t blocks_max);
  uint64_t capacity() const { return capacity_.load(); }

  struct Stats {
    uint64_t hits = 0;
    uint64_t misses = 0;
    uint64_t inserts = 0;
    uint64_t evictions = 0;
    uint64_t blocks = 0;
    uint64_t bytes = 0;
  };
  Stats stats() const;
  uint64_t bytes() const { return bytes_.load(std::memory_order_relaxed); }
  // Blocks that came back a short time after they were evicted.
  uint64_t ghosts_met() const {
    return ghosts_met_.load(std::memory_order_relaxed);
  }

 private:
  static constexpr size_t kShards = 16;
  class Shard;

  Shard& ShardOf(uint64_t hash) const { return *shards_[hash >> 60]; }

  std::array<std::unique_ptr<Shard>, kShards> shards_;
  // Shared: plain counters, no order needed. The shards add to both sums.
  std::atomic<uint64_t> capacity_;
  std::atomic<uint64_t> bytes_ = 0;
  std::atomic<uint64_t> ghosts_met_ = 0;
  std::atomic<uint64_t> next_file_id_ = 1;
};

}  // namespace lsm
