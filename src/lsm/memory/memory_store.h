// MemoryStore is the engine's memory: an object cache and the memtables in
// one. A record is dirty while no table holds it and clean afterwards; the
// hash index finds the newest of each key, whichever it is.
//
//   Find ----> hash index --+--> dirty record <-- tree of its generation
//                           +--> clean record
//
//   write      the active generation; over a record of its own, or over a
//              clean one that nobody else reaches, in place if it fits
//   Seal       O(1): the active generation becomes immutable
//   flushed    O(generations): its records are clean by comparison of ids
//   EvictClean frees clean records, those first that were used but once
//   MoveSparse moves clean records together, so that pages become free
//   FreeSome   takes apart what is no longer needed, a slice at a time
//
// Eviction is S3-FIFO without the queues. A record begins on probation; used
// again before it is evicted it is proven, and so is one that comes back while
// its ghost is there. Two hands go round the hash index, each as a clock's: one
// evicts or proves what is on probation, the other ages and evicts what is
// proven. The first one moves while more than about a twelfth of the clean
// bytes is on probation, so that a scan passes through that part and no more.
//
// Invariants
//   - The hash index names the newest record of each key in memory.
//   - dirty <=> record.generation() > flushed_id(). Dirty records are never
//     evicted.
//   - A record in reach of a pinned generation is neither freed nor changed.
//   - active + sealed + clean + retired + index bytes is all there is.
//
// Views and Record pointers live until the next call that is not const and
// not Find or Prefetch. Keys and values handed in may point into them.
//
// No call costs more than some 50 us because of size (copying one large value
// and the allocator's own work aside): HashIndex splits one segment at a time;
// EvictClean, MoveSparse and FreeSome take their bounds. The destructor walks
// everything.
//
// Threads: owner-bound. What Seal and sealed() give may go to other threads;
// every such pin must be gone before the store is.

#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include "base/allocator.h"
#include "base/random.h"
#include "lsm/iterator.h"
#include "lsm/memory/generation.h"
#include "lsm/memory/hash_index.h"
#include "lsm/memory/record.h"

namespace lsm {

struct MemoryOptions {
  // Ids of generations start here. At least 1.
  uint64_t first_generation = 1;
  // Whether moving this allocation helps to give pages back.
  bool (*lies_sparse)(const void*) = base::LiesSparse;
};

class MemoryStore {
 public:
  explicit MemoryStore(MemoryOptions options);
  ~MemoryStore();
  MemoryStore(const MemoryStore&) = delete;
  MemoryStore& operator=(const MemoryStore&) = delete;

  // Dirty or clean, value or tombstone; nullptr: not in memory. `hash` is
  // HashKey(key), here as everywhere. Counts as a use.
  const Record* Find(std::string_view key, uint64_t hash);
  // For a batch of lookups: Prefetch all, PrefetchRecord all, then Find all.
  void Prefetch(uint64_t hash) const { index_.Prefetch(hash); }
  void PrefetchRecord(uint64_t hash) const { index_.PrefetchRecord(hash); }
  bool IsDirty(const Record& record) const {
    return record.generation() > flushed_id_;
  }

  // One operation of a batch. `sequence` is not below any earlier one.
  // `nothing_below`: the caller knows that no table and no other generation
  // holds the key. It counts only where this store cannot know better: a
  // record of the active generation passes its own flag on, a value or an
  // unflushed record of an older generation makes it false.
  void Put(std::string_view key, uint64_t hash, Sequence sequence,
           std::string_view value, bool nothing_below);
  void Delete(std::string_view key, uint64_t hash, Sequence sequence,
              bool nothing_below);

  // What the tables hold: a value, or a tombstone for "known absent" (packed
  // is then that of the tombstone, or 0). If the key is in memory already,
  // that record stays and is returned.
  // The caller sees to it that what it read is not older than a record that
  // was flushed and evicted meanwhile.
  const Record* InstallClean(std::string_view key, uint64_t hash,
                             uint64_t packed, std::string_view value);

  // The active generation becomes immutable and a fresh one begins; nullptr
  // if it is empty. The pin also stays in sealed().
  std::shared_ptr<const Generation> Seal();
  // Oldest first, those not yet flushed. Until the next Seal or FlushedUpTo.
  std::span<const std::shared_ptr<const Generation>> sealed() const {
    return sealed_;
  }
  // Not to be read in key order before SettledActive.
  const Generation& active() const { return *generations_.back(); }
  const Generation& SettledActive() {
    mutable_active()->index_.Settle();
    return active();
  }
  // Tables hold everything of the sealed generations up to this id. They leave
  // sealed(); what they occupy is freed by FreeSome once their pins are gone.
  // REQUIRES: `id` is that of a sealed generation or not above flushed_id().
  void FlushedUpTo(uint64_t id);
  uint64_t flushed_id() const { return flushed_id_; }

  // The rows of the active generation; until the next change.
  std::unique_ptr<GenerationIterator> NewActiveIterator() {
    return SettledActive().NewIterator();
  }

  // A record that tables do not hold, drawn at random among those that the
  // hash index names; nullptr after `steps_max` empty or clean buckets.
  const Record* DrawDirty(base::Random* random, size_t steps_max) const;

  // Frees clean records that no pinned generation reaches until it has freed
  // `bytes_wanted` or looked at `steps_max` records and buckets, and on to the
  // end of a bucket; returns the bytes freed.
  size_t EvictClean(size_t bytes_wanted, size_t steps_max);
  // Moves clean records that no pinned generation reaches out of sparse slabs,
  // for about `steps_max`: one for a record or bucket looked at, more for one
  // that is moved. Goes round for as long as it is called.
  struct Moves {
    size_t moved = 0;
    size_t stayed = 0;
  };
  Moves MoveSparse(size_t steps_max);
  // Takes apart flushed generations without pins: one record, generation or
  // slab of tree nodes is a step, some 0.1 us. True while there is more
  // to do now; the last pin of a generation may be dropped at any time, so
  // call it every so often even after false.
  bool FreeSome(size_t steps);

  // True allocator bytes.
  size_t active_bytes() const { return active().bytes(); }
  // Sealed and not yet flushed, superseded records included.
  size_t sealed_bytes() const { return sealed_bytes_; }
  size_t clean_bytes() const { return clean_bytes_; }
  // Of flushed generations: trees and superseded records not yet freed.
  size_t retired_bytes() const { return retired_bytes_; }
  size_t index_bytes() const { return index_.memory_bytes(); }
  size_t total_bytes() const {
    return active_bytes() + sealed_bytes() + clean_bytes() + retired_bytes() +
           index_bytes();
  }
  // Records that came back a short time after they were evicted.
  uint64_t ghosts_met() const { return ghosts_met_; }
  // Records that the hash index names.
  size_t records() const { return index_.size(); }

 private:
  void Write(std::string_view key, uint64_t hash, uint64_t packed,
             std::string_view value, bool nothing_below);
  void WriteNew(std::string_view key, uint64_t hash,
                const Record::Content& content);
  void WriteOverActive(Record* old, uint64_t hash,
                       const Record::Content& content);
  void WriteOverOlder(Record* old, uint64_t hash,
                      const Record::Content& content);
  // The generation of this id, if somebody may still read it.
  Generation* PinnedGeneration(uint64_t id);
  // A record of the hash index becomes a row of the active generation too.
  void AddToActive(Record* record);
  void BeginGeneration(uint64_t id);
  // True once there is nothing left of it.
  bool FreeSomeOf(Generation* generation, size_t* steps);

  Generation* mutable_active() { return generations_.back().get(); }

  // What the hands saw of clean records; what they saw long ago counts less.
  struct Seen {
    uint64_t probation_bytes = 0;
    uint64_t bytes = 0;
    uint32_t records = 0;
  };

  // How a record that comes to memory begins.
  void BeginUse(const Record* record, uint64_t hash);
  // Frees a clean record if its time has come; the bytes freed.
  size_t EvictOrAge(Record* record, bool proven_turn);
  void NoteSeen(const Record& record);
  bool MayMove(const Record& record);

  bool (*const lies_sparse_)(const void*);

  HashIndex index_;
  HashIndex::Cursor probation_hand_;
  HashIndex::Cursor proven_hand_;
  HashIndex::Cursor moving_hand_;
  Seen seen_;
  uint64_t ghosts_met_ = 0;

  // By id, from first_id_ on without a gap; the last is the active one. Null:
  // nobody reaches it any more.
  std::deque<std::unique_ptr<Generation>> generations_;
  uint64_t first_id_;
  uint64_t flushed_id_;
  std::vector<std::shared_ptr<const Generation>> sealed_;
  // Flushed; pinned or not.
  std::deque<uint64_t> retired_;
  // No longer pinned; being taken apart, the first one first.
  std::deque<std::unique_ptr<Generation>> leaving_;

  size_t sealed_bytes_ = 0;
  size_t clean_bytes_ = 0;
  size_t retired_bytes_ = 0;
};

}  // namespace lsm
