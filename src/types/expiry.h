// Expiry knows which rows to look at when: rows that were written with a time
// of death, rows on disk that the engine's walk reported, and rows that a
// command found dead.
//
// A hierarchical timing wheel: four rings of 64 slots, each slot of a ring as
// long as the whole ring below it. When a ring has turned once, the next slot
// of the ring above is dealt out over it.
//
//   ring 0   0.128 s a slot       8.2 s a turn
//   ring 1     8.2 s a slot       8.7 min
//   ring 2     8.7 min a slot     9.3 h
//   ring 3     9.3 h a slot       25 days; what dies later goes round again
//
// An entry is a promise to look at a row, no more: whether it is deleted is
// decided by the newest row itself, so a wrong or late entry does no harm. A
// row that is in the wheel already, for the same time or an earlier one, is not
// added again; it is put back with its new time when the old one comes. So a
// key whose life is prolonged a million times has one entry.
//
// The wheel is bounded. When rows that were written have three quarters of it,
// those that die later than in some minutes make room, and what finds no place
// is found by the engine's walk, once it is on disk and its time is near, or by
// whoever asks for it. What the walk reports has always a place, since it
// reports a row only once, and is told before how many there are: room().
//
// Invariants
//   - An entry is handed out by TakeDue within two slots of ring 0 after its
//     time, if it is called that often.
//
// Threads: loop-bound.

#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "lsm/options.h"

namespace types {

class Expiry {
 public:
  Expiry() = default;
  Expiry(const Expiry&) = delete;
  Expiry& operator=(const Expiry&) = delete;

  // A row that was written (its whole key) dies at that time.
  void Add(std::string_view row, int64_t expires_ms) {
    if (Charge() < bytes_max_ / 4 * 3 || MakeRoom(expires_ms)) {
      Plan(row, expires_ms);
    }
  }
  // What the engine reports.
  void Add(std::span<const lsm::ExpiringRow> rows);
  // How many rows that may be now.
  size_t room() const;
  // A command found this row dead: it is due at once. False: there are too
  // many already, since nothing may be deleted. Others will find it again.
  bool AddFound(std::string_view row) {
    if (found_.size() >= kFoundMax) return false;
    found_.emplace_back(row);
    return true;
  }
  void Clear();

  // Takes out rows that are due, at most `budget`: those found by commands,
  // then, while active(), those of the wheel.
  std::vector<std::string> TakeDue(int64_t now_ms, size_t budget);
  bool has_found() const { return !found_.empty(); }

  // DEBUG SET-ACTIVE-EXPIRE. Off: rows die only when a command meets them.
  bool active() const { return active_; }
  void set_active(bool active) { active_ = active; }

  // For INFO: keys deleted because their time was up.
  uint64_t expired_keys() const { return expired_keys_; }
  void NoteExpired(uint64_t keys) { expired_keys_ += keys; }
  void ResetStatistics() { expired_keys_ = 0; }
  size_t size() const { return planned_.size(); }

  // What the wheel may take, about; and what it does take, in allocator bytes.
  void SetBytesMax(size_t bytes) { bytes_max_ = bytes; }
  size_t memory_bytes() const;

 private:
  static constexpr size_t kFoundMax = 8192;
  static constexpr int kRings = 4;
  static constexpr int kSlotBits = 6;
  static constexpr int kSlots = 1 << kSlotBits;
  static constexpr int kTickBits = 7;  // 128 ms
  // What lies this far ahead (8.7 min) may leave the wheel again.
  static constexpr int kFarRing = 2;

  struct Entry {
    int64_t expires_ms;
    std::string row;
  };
  using Planned = std::unordered_map<uint64_t, int64_t>;
  // A node of Planned: the pair and a pointer.
  static constexpr size_t kNodeBytes =
      sizeof(Planned::value_type) + sizeof(void*);
  // An entry beside its row's bytes: slots have room to grow.
  static constexpr size_t kEntryBytes =
      sizeof(Entry) * 3 / 2 + kNodeBytes + 2 * sizeof(void*);
  using Ring = std::array<std::vector<Entry>, kSlots>;

  void Plan(std::string_view row, int64_t expires_ms);
  // About memory_bytes(), at once.
  size_t Charge() const { return entries_ * kEntryBytes + row_bytes_; }
  // The row that dies last goes, if that is later; false: none did.
  bool MakeRoom(int64_t expires_ms);
  // The row is no longer in the wheel.
  void Uncharge(const Entry& entry);
  void Place(Entry entry);
  // Time began, or the clock jumped: deals everything out anew.
  void Rebase(int64_t tick);
  // Makes `tick_` the next tick and deals out slots that have come near.
  void Advance();
  void TakeSlot(std::vector<std::string>* due, size_t budget);

  bool active_ = true;
  uint64_t expired_keys_ = 0;
  std::vector<std::string> found_;
  std::array<Ring, kRings> rings_;
  // The slot of ring 0 that is being emptied; -1 before the first TakeDue.
  int64_t tick_ = -1;
  // Hash of each row in the wheel -> its earliest entry.
  Planned planned_;
  size_t bytes_max_ = size_t{256} << 20;
  size_t entries_ = 0;
  size_t row_bytes_ = 0;  // that rows have allocated
};

}  // namespace types
