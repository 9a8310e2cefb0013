// Record is one row in memory: header, key and value in one allocation.
//
//   packed | key size | value size | placement | bytes | generation | flags |
//   use
//     8        4           4            4          4         6          1 1
//   then the key, then the value, then spare room
//
// The same record is a memtable's row while it is dirty and the cache's copy
// when it is clean; nothing is copied at a flush. Which of the two it is
// follows from its generation: MemoryStore compares it with the flushed one.
//
// Invariants
//   - Key, placement and bytes never change.
//   - Once its generation is sealed, nothing changes but the use byte, for
//     as long as anybody but the owner can reach the generation.
//   - A tombstone has an empty value.
//
// Threads: owner-bound while the generation is active. Afterwards the owner
// may touch the use byte (a relaxed atomic of its own, it orders nothing)
// while other threads read everything else.

#pragma once

#include <atomic>
#include <cstdint>
#include <cstring>
#include <string_view>

#include "lsm/format.h"

namespace lsm {

class Record {
 public:
  // Generation of what was read from tables and belongs to no generation.
  static constexpr uint64_t kNoGeneration = 0;
  static constexpr uint64_t kGenerationMax = (uint64_t{1} << 48) - 1;
  static constexpr uint8_t kUsesMax = 3;

  struct Content {
    uint64_t packed = 0;
    std::string_view value;
    uint64_t generation = kNoGeneration;
    // No table and no other generation holds the key, so that a tombstone
    // here hides nothing and need not be written.
    bool nothing_below = false;
  };

  // REQUIRES: sizes within kKeyBytesMax and kValueBytesMax.
  static Record* New(std::string_view key, uint64_t hash,
                     const Content& content);
  static void Free(Record* record);
  // The same, use and all, where the heap is fuller; the old one is then freed
  // by FreeMoved.
  static Record* Move(const Record& old);
  static void FreeMoved(Record* record);

  Record(const Record&) = delete;
  Record& operator=(const Record&) = delete;

  std::string_view key() const { return {data(), key_size_}; }
  std::string_view value() const { return {data() + key_size_, value_size_}; }
  uint64_t packed() const { return packed_; }
  Sequence sequence() const { return SequenceOf(packed_); }
  Kind kind() const { return KindOf(packed_); }
  bool tombstone() const { return kind() == Kind::kTombstone; }
  uint64_t generation() const {
    return uint64_t{generation_high_} << 32 | generation_low_;
  }
  bool nothing_below() const { return nothing_below_ != 0; }

  // The upper half of the key's hash: where the hash index keeps the record.
  uint32_t placement() const { return placement_; }
  // What the allocator gave for it.
  size_t bytes() const { return bytes_; }

  // Whether a value of this size can be written over the present one, without
  // leaving more than half of the allocation idle.
  bool Fits(size_t value_size) const;
  // REQUIRES: Fits(content.value.size()). The value may be this record's own.
  void Overwrite(const Content& content);

  // How often it was used since the eviction looked at it last, up to kUsesMax.
  uint8_t uses() const { return use() & kUsesMax; }
  // Whether its uses have proved it worth its room. Else it is on probation.
  bool proven() const { return (use() & kProven) != 0; }
  void SetUse(uint8_t uses, bool proven) const {
    set_use(static_cast<uint8_t>(uses | (proven ? kProven : 0)));
  }
  void CopyUse(const Record& other) const { set_use(other.use()); }
  // Writes only below the maximum, so that the hottest records stay clean in
  // the processor's cache.
  void Touch() const {
    const uint8_t now = use();
    if ((now & kUsesMax) < kUsesMax) set_use(now + 1);
  }

 private:
  Record() = default;
  ~Record() = default;

  // Beside the uses, which take the lowest bits.
  static constexpr uint8_t kProven = 4;
  static_assert((kUsesMax & (kUsesMax + 1)) == 0 && kUsesMax < kProven);

  uint8_t use() const { return use_.load(std::memory_order_relaxed); }
  void set_use(uint8_t use) const {
    use_.store(use, std::memory_order_relaxed);
  }
  const char* data() const { return reinterpret_cast<const char*>(this + 1); }
  char* data() { return reinterpret_cast<char*>(this + 1); }
  void SetContent(const Content& content);

  uint64_t packed_;
  uint32_t key_size_;
  uint32_t value_size_;
  uint32_t placement_;
  uint32_t bytes_;
  uint32_t generation_low_;
  uint16_t generation_high_;
  uint8_t nothing_below_;
  mutable std::atomic<uint8_t> use_;
};
static_assert(sizeof(Record) == 32);

}  // namespace lsm
