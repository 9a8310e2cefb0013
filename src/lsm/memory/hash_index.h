// HashIndex finds the newest record of a key in memory: one probe, two cache
// lines (a bucket and the record).
//
// Extendible hashing. The upper half of the hash is the placement:
//
//   placement =  shard (7) | directory (up to 18) | bucket (7)
//
//   shard -> directory -> segment of 8 KiB = 128 buckets of one cache line
//   bucket = 7 x { tag 16 | Record* 48 }, overflow u32, two ghosts' tags
//
// A full segment splits in two, a nearly empty one joins its sibling; nothing
// else ever moves, so no operation costs more than one split (about 10 us)
// and, rarely, the doubling of one shard's directory (8 bytes a segment;
// shards keep it short even at a billion keys).
//
// A full bucket passes a record on to one of the next few; `overflow` counts
// what was passed on, so that a search ends at the first bucket that never
// did. Records that find no room even so (keys made to collide) go to an
// ordinary ordered map, the crowd: they cost a tree search each, but never a
// long chain and never a directory blown up in vain.
//
// The index does not own the records. It remembers some that it lost: a bucket
// has room for the tags of two ghosts, records that were evicted lately. They
// cost neither memory nor a cache line that is not looked at anyway, and there
// are about half as many of them as of records.
//
// Invariants
//   - A key is in at most one place.
//   - A segment with members in the crowd neither splits nor joins.
//
// Threads: owner-bound.

#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "lsm/memory/record.h"

namespace lsm {

class HashIndex {
 public:
  HashIndex();
  ~HashIndex();
  HashIndex(const HashIndex&) = delete;
  HashIndex& operator=(const HashIndex&) = delete;

  // nullptr: not here.
  Record* Find(std::string_view key, uint64_t hash) const;
  // Starts loading the bucket of a key that is about to be looked up.
  void Prefetch(uint64_t hash) const;
  // Some time after Prefetch: starts loading the record itself.
  void PrefetchRecord(uint64_t hash) const;

  // REQUIRES: no record with this key is here; `hash` is that of its key.
  void Insert(Record* record, uint64_t hash);
  // Puts `now` in the place of `old`. REQUIRES: `old` is here; equal keys.
  void Replace(Record* old, Record* now);
  // REQUIRES: `record` is here. The record must live until the call returns.
  void Erase(Record* record);
  // The same, and its ghost stays for a while.
  void Evict(Record* record);
  // Whether there is a ghost of this hash, which then goes. Wrong for one hash
  // in some 30000.
  bool TakeGhost(uint64_t hash);

  size_t size() const { return size_; }
  // Buckets and directories, in true bytes.
  size_t memory_bytes() const { return memory_bytes_; }

  // Where a sweep over all records stands. It survives any change of the
  // index; a record that moves meanwhile may be seen twice or left out in
  // that round.
  struct Cursor {
    uint32_t placement = 0;
    bool in_crowd = false;
    std::string crowd_key;  // The next one to visit.
  };
  static constexpr size_t kBatchMax = 7;
  struct Batch {
    std::array<Record*, kBatchMax> records;
    size_t size = 0;
  };
  // The records of the next bucket that has any, among some (possibly none);
  // goes round forever. Starts loading the records of the bucket after it.
  Batch Sweep(Cursor* cursor) const;

 private:
  static constexpr uint32_t kShardBits = 7;
  static constexpr uint32_t kBucketBits = 7;
  static constexpr uint32_t kDepthMax = 32 - kShardBits - kBucketBits;

  struct Bucket;
  struct Segment;
  struct Shard {
    // 2^depth pointers; neighbours may name the same segment. All null as
    // long as nothing was ever put here.
    std::unique_ptr<Segment*[]> directory;
    uint32_t depth = 0;
  };
  // How many segments a shard has of each depth: with none as deep as the
  // directory, that can be halved.
  using DepthCounts = std::array<uint32_t, kDepthMax + 1>;

  static uint32_t ShardOf(uint32_t placement) {
    return placement >> (32 - kShardBits);
  }
  static size_t DirectoryIndex(uint32_t placement, uint32_t depth);
  Segment* SegmentOf(uint32_t placement) const;
  Segment* NewSegment(uint32_t depth);
  void FreeSegment(Segment* segment);
  bool MaySplit(Segment* segment) const;
  // `placement` is that of any record of the segment.
  void Split(Segment* segment, uint32_t placement);
  void MaybeJoin(Segment* segment, uint32_t placement);
  void ResizeDirectory(Shard* shard, uint32_t depth);
  // Takes the segment's records out and puts each where it belongs now.
  void MoveAll(Segment* from);
  void JoinCrowd(Segment* segment, Record* record);
  Batch SweepCrowd(Cursor* cursor) const;

  std::vector<Shard> shards_;
  std::vector<DepthCounts> depth_counts_;
  std::map<std::string_view, Record*> crowd_;
  size_t size_ = 0;
  size_t memory_bytes_ = 0;
};

}  // namespace lsm
