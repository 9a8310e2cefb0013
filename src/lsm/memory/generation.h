// Generation is a memtable: the rows written between two seals, in key order,
// at most one version of each key.
//
//   active  --Seal()-->  sealed  --FlushedUpTo()-->  retired  --> freed
//                        tables do not   tables hold its rows, but
//                        hold it yet     somebody may still read it
//
// Its tree points to its records. Those that are still the newest of their
// key are found by the hash index too and outlive the generation as clean
// records; those that a later generation replaced are `superseded` and go
// when the generation goes.
//
// Who frees what. Records and generations belong to the MemoryStore and are
// freed by its owner only. The shared_ptr that others hold is a pin: dropping
// the last one, on any thread, frees nothing, it only sets a flag. The owner
// sees the flag in MemoryStore::FreeSome and takes the generation apart in
// slices. Nobody can pin it again, as the store gives out pins of sealed
// generations only, and holds one itself as long as it does.
//
// Invariants
//   - Ids grow by one from seal to seal and are never used twice.
//   - Until it is unpinned, each record its tree points to stays as it is.
//
// Threads: owner-bound while active. Sealed: all that a const Generation
// offers is immutable and may be used from any thread that holds a pin.
// Superseded records are the owner's.

#pragma once

#include <atomic>
#include <cstdint>
#include <deque>
#include <memory>
#include <string_view>

#include "lsm/iterator.h"
#include "lsm/memory/ordered_index.h"
#include "lsm/memory/record.h"

namespace lsm {

// The rows of one generation, in both directions. Of an active one: until the
// next change; of a sealed one: while its pin is held.
class GenerationIterator final : public TwoWayIterator {
 public:
  explicit GenerationIterator(const OrderedIndex* index) : it_(index) {}

  bool Valid() const override { return it_.Valid(); }
  void Seek(std::string_view key) override { it_.Seek(key); }
  void SeekToFirst() override { it_.SeekToFirst(); }
  void Next() override { it_.Next(); }

  void SeekToLast() override { it_.SeekToLast(); }
  void SeekBefore(std::string_view key) override { it_.SeekBefore(key); }
  void Prev() override { it_.Prev(); }

  // REQUIRES (from here on): Valid().
  std::string_view key() const override { return it_.record()->key(); }
  uint64_t packed() const override { return it_.record()->packed(); }
  std::string_view value() const override { return it_.record()->value(); }
  // True: neither tables nor older generations hold the key, so that a flush
  // leaves a tombstone out.
  bool nothing_below() const { return it_.record()->nothing_below(); }

  base::Status status() const override { return base::Status::Ok(); }

 private:
  OrderedIndex::Iterator it_;
};

class Generation {
 public:
  explicit Generation(uint64_t id) : id_(id) {}
  Generation(const Generation&) = delete;
  Generation& operator=(const Generation&) = delete;

  uint64_t id() const { return id_; }
  bool empty() const { return index_.size() == 0; }
  // Rows, tombstones included.
  size_t count() const { return index_.size(); }
  size_t tombstones() const { return tombstones_; }
  // Sequences of the first and of the last operation applied to it. An
  // overwrite in place may leave no row with the first.
  Sequence first_sequence() const { return first_sequence_; }
  Sequence last_sequence() const { return last_sequence_; }
  // Records and tree, in true bytes.
  size_t bytes() const { return record_bytes_ + index_.memory_bytes(); }

  // The row of the key in this generation; nullptr: none.
  const Record* Find(std::string_view key) const { return index_.Find(key); }

  std::unique_ptr<GenerationIterator> NewIterator() const {
    return std::make_unique<GenerationIterator>(&index_);
  }

 private:
  friend class MemoryStore;

  void NoteOperation(Sequence sequence) {
    if (first_sequence_ == 0) first_sequence_ = sequence;
    last_sequence_ = sequence;
  }
  // True once every pin is gone; all that their holders did has happened.
  bool unpinned() const { return unpinned_.load(std::memory_order_acquire); }

  const uint64_t id_;

  // Owner-bound until sealed, then immutable.
  OrderedIndex index_;
  size_t record_bytes_ = 0;
  size_t tombstones_ = 0;
  Sequence first_sequence_ = 0;
  Sequence last_sequence_ = 0;

  // Owner-bound, also after the seal.
  std::deque<Record*> superseded_;
  size_t superseded_bytes_ = 0;

  // Shared: set by whoever drops the last pin; release there, acquire at the
  // owner, so that the last reads happen before the freeing.
  mutable std::atomic<bool> unpinned_ = false;
};

}  // namespace lsm
