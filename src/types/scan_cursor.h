// ScanCursors turns "go on at this key" into an integer that a client can
// carry, and back.
//
//   cursor, 1 .. 2^53 - 1  ->  physical database, key to resume at
//
// Cursors are drawn at random, so one that was made for something else is not
// mistaken for a known one. (Clients that keep numbers as doubles keep 53 bits,
// hence the limit.)
//
// The table is bounded, in entries and in bytes: the entry that was used least
// recently goes first, but never the last cursor that an open connection was
// given. A cursor that is not known (any more), or belongs to another database,
// is not an error: the scan starts over and misses no key.
//
// It is written at a clean shutdown, so scans survive a restart:
//
//   'K' "cursors" -> version u8 | entries, oldest use first, each
//                    cursor u64 | physical u32 | varint size | key
//
// Threads: loop-bound.

#pragma once

#include <cstdint>
#include <list>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

#include "base/random.h"
#include "base/status.h"
#include "types/row_key.h"

namespace types {

class ScanCursors {
 public:
  // REQUIRES: more than there will ever be owners.
  explicit ScanCursors(size_t capacity) : capacity_(capacity) {}
  ScanCursors(const ScanCursors&) = delete;
  ScanCursors& operator=(const ScanCursors&) = delete;

  // A number that is not in the table yet.
  uint64_t Draw(base::Random& random) const;
  // From now on `cursor` means `key`. `owner` is a client's id: this entry
  // stays until it gets another one or Release is called. 0: nobody.
  void Remember(uint64_t cursor, PhysicalId physical, std::string_view key,
                uint64_t owner);
  // The key to resume at; absent when the cursor is not known there.
  std::optional<std::string> Find(uint64_t cursor, PhysicalId physical);
  // The client is gone.
  void Release(uint64_t owner);
  void Clear();
  size_t size() const { return entries_.size(); }

  static RowKey Key();
  std::string Encode() const;
  base::Status Decode(std::string_view bytes);

 private:
  struct Entry {
    uint64_t cursor;
    PhysicalId physical;
    std::string key;
    uint64_t owner;
  };
  using Order = std::list<Entry>;

  void MakeRoom();

  const size_t capacity_;
  Order entries_;             // least recently used first
  size_t unowned_bytes_ = 0;  // of keys
  std::unordered_map<uint64_t, Order::iterator> by_cursor_;
  std::unordered_map<uint64_t, Order::iterator> by_owner_;
};

}  // namespace types
