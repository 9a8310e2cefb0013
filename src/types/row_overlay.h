// RowOverlay holds the rows that a Txn has put or deleted, newest state only,
// with an undo list so that a part of them can be taken back.
//
// Most transactions write one row: up to eight are found by comparing hashes
// one after the other, more through a small hash table.
//
// Keys and values are views into the arena of the Txn.
//
// Invariants
//   - At most one entry per key.
//   - RollBack(mark) leaves exactly the entries, in the states, of mark().
//
// Threads: loop-bound.

#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "types/row_key.h"

namespace types {

class RowOverlay {
 public:
  enum class State : uint8_t {
    kPut,
    kDeleted,
    kForgotten,  // its scope was killed: neither read nor written
  };
  struct Entry {
    RowKey key;
    std::string_view value;
    State state = State::kPut;
    // The engine holds a row of this key: a deletion must be written.
    bool existed = false;
    // No table and no other generation of the engine holds the key.
    bool nothing_below = false;
    // Put without a look: whether the engine holds the key is not known.
    bool blind = false;
  };

  // Null when this row was not touched. Valid until the next change.
  const Entry* Find(const RowKey& key) const {
    const size_t index = IndexOf(key);
    return index == kNone ? nullptr : &entries_[index];
  }
  // Sets or replaces the state of a row; its views outlive the overlay. Of a
  // row that is there already, `existed`, `nothing_below` and `blind` stay.
  void Set(const Entry& entry);
  // Forgets every row under `prefix`.
  void Forget(std::string_view prefix);

  const std::vector<Entry>& entries() const { return entries_; }
  void Clear();

  struct Mark {
    size_t entries = 0;
    size_t undo = 0;
  };
  // From the first mark on changes are remembered, until Clear.
  Mark mark() {
    keep_undo_ = true;
    return {entries_.size(), undo_.size()};
  }
  void RollBack(const Mark& mark);

 private:
  static constexpr size_t kLinearMax = 8;
  static constexpr size_t kNone = SIZE_MAX;

  struct Undo {
    size_t index;
    Entry entry;
  };
  size_t IndexOf(const RowKey& key) const;
  void Change(size_t index, const Entry& entry);
  void Link(size_t index);
  void Rebuild();

  std::vector<Entry> entries_;
  std::vector<Undo> undo_;
  bool keep_undo_ = false;
  // Open addressing over a power of two: index + 1, or 0. Empty while linear.
  std::vector<uint32_t> slots_;
};

}  // namespace types
