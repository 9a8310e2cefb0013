// Keyspace is what Redis calls a database: keys with a type, a value and
// perhaps a time of death, as one Txn sees them.
//
//   Keyspace keys(txn);                    // the database of the session
//   TRY_ASSIGN(Slot slot, keys.Open(key)); // one hash, one lookup
//   if (slot.head) ... ; TRY(keys.Put(slot, head));
//
// A key whose time is up is absent to everybody at once. Its row is deleted on
// the spot when the command may write, otherwise by a batch of its own right
// after the command.
//
// Invariants
//   - The counters of a physical database (keys, keys with a time of death)
//     change with the rows, in the same batch.
//   - Every changed key is noted for WATCH.
//
// Threads: loop-bound.

#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "base/status.h"
#include "types/head.h"
#include "types/txn.h"

namespace types {

// A key that was looked up. Good until another slot of the same key is put or
// deleted.
struct Slot {
  std::string_view key;
  RowKey row;
  // Absent: no such key, or its time is up.
  std::optional<Head> head;
  // The sequence of its record; 0 if this Txn itself has put it.
  Sequence sequence = 0;
  // What the counters know of: also a row whose time is up.
  bool has_row = false;
  bool row_expires = false;
  // There may be a row; nobody has looked, and it does not matter.
  bool blind = false;

  bool exists() const { return head.has_value(); }
};

class Keyspace {
 public:
  explicit Keyspace(Txn& txn) : Keyspace(txn, txn.db()) {}
  Keyspace(Txn& txn, int db) : txn_(txn), db_(db) {}

  base::Result<Slot> Open(std::string_view key);
  // For a Put that replaces whatever there is: does not wait for a key that is
  // not in memory, and takes it for absent.
  base::Result<Slot> OpenToReplace(std::string_view key);
  // Counts a keyspace hit or miss too.
  base::Result<Slot> OpenToRead(std::string_view key);
  base::Result<bool> Exists(std::string_view key);
  // `head.payload` is copied.
  base::Status Put(Slot& slot, const Head& head);
  // False when there was no such key.
  base::Result<bool> Delete(std::string_view key);
  base::Status Delete(Slot& slot);

  // --- The time of death.

  // 0 takes it away. REQUIRES: slot.exists().
  base::Status SetExpiry(Slot& slot, int64_t expires_ms);

  // --- Whole values. False when `from` does not exist, or `to` does and must
  // not be replaced.

  // REQUIRES: from != to.
  base::Result<bool> Rename(std::string_view from, std::string_view to,
                            bool replace);
  base::Result<bool> Copy(std::string_view from, int to_db, std::string_view to,
                          bool replace);
  base::Result<bool> Move(std::string_view key, int to_db);

  // --- All keys.

  // These two are too high by what blind puts still owe.
  int64_t Size();
  int64_t Expires();
  // Miss, until that is settled.
  base::Result<int64_t> ExactSize();
  // Any key, chosen with the Txn's seed.
  base::Result<std::optional<std::string>> RandomKey();
  // Head rows whose key begins with `prefix`, in order, the dead among them;
  // from the key `from` on, if that is behind the first of them.
  std::unique_ptr<RowCursor> Rows(std::string_view prefix,
                                  std::string_view from = {},
                                  const RangeNeed& need = {});
  // Goes through the living keys that begin with `prefix`, as they are now, on
  // another thread, and shows them to `visit` there; `last` comes with the last
  // of them. An error of `visit` ends it. `done` comes later, on the loop. The
  // moment, for the gate. What this Txn itself has put is not seen.
  using Visit = std::function<base::Status(
      std::span<const std::string_view> keys, bool last)>;
  Sequence Walk(std::string_view prefix, Visit visit,
                std::function<void(base::Status)> done);
  // The whole row key of `key`, for RowCursor::Seek.
  std::string RowOf(std::string_view key);
  // The head row under the cursor; absent when its time is up, and then its
  // deletion is planned.
  base::Result<std::optional<Head>> HeadAt(const RowCursor& cursor);
  // O(1): the rows become garbage and the database gets a fresh id.
  void Flush();

 private:
  Slot NewSlot(std::string_view key);
  base::Result<Slot> Open(Slot slot);
  base::Result<std::optional<std::string>> RandomRow(const std::string& begin,
                                                     const std::string& end);
  // A row that a command met after its time.
  base::Status Bury(Slot& slot);

  Txn& txn_;
  const int db_;
};

// What a head row that was put blindly has counted twice.
void SettleCounts(const lsm::BlindRow& row, lsm::Settlement* settlement);

// Deletes a row if its time is up; plans another look if its time comes later.
// For expiry, which knows only row keys.
base::Status DeleteIfExpired(Txn& txn, const RowKey& row);

}  // namespace types
