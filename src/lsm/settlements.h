// Settlements are debts of counting: rows that were put without a look at what
// lay below ("blind"), so that no write of a cold key waits for the disk.
//
//   BlindPut --> owed --> read: pool, version->Get --> known --> one batch
//                 |                                               ^ kSettle for
//                 '-- its scope was killed: nothing to read ------' each key
//
// A batch with a blind put counts the key as new. If it was not, the tables
// still say so: its flush is not committed before the debt is paid. So a
// batch that names the key, and takes back what was counted twice, sets the
// counts right, whatever has been written to the key since.
//
// In the log a debt is a BlindPut without a later Settle of its key; the
// tables owe nothing. So recovery finds all debts again, and a debt that was
// paid after the last flush is paid once: the batch is replayed too. Only then
// are debts looked up by their keys.
//
// Invariants
//   - One debt for a key at most: its record is in memory until it is flushed,
//     and a key in memory is not put blindly.
//   - What is read for a debt is older than the put, and the newest of that.
//
// Threads: owner-bound; the pool's threads touch what a read hands over to
// them and the mailbox hands back.

#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/status.h"
#include "lsm/format.h"
#include "lsm/mailbox.h"
#include "lsm/reader_pool.h"
#include "lsm/version/version.h"

namespace lsm {

class Settlements {
 public:
  struct Debt {
    std::string key;
    Sequence sequence = 0;  // of the blind put
    bool paid = false;
    // The pool's while it reads.
    base::Result<std::optional<TableRow>> row = std::optional<TableRow>();
    int failures = 0;
  };
  using DebtPtr = std::shared_ptr<Debt>;
  // A debt of which all is known.
  struct Known {
    DebtPtr debt;
    bool existed = false;         // the key had a value below
    std::optional<TableRow> row;  // that value, if it could be read
  };
  using IsDead = std::function<bool(std::string_view key, Sequence sequence)>;

  // `mailbox` outlives it.
  explicit Settlements(Mailbox* mailbox) : mailbox_(mailbox) {}
  Settlements(const Settlements&) = delete;
  Settlements& operator=(const Settlements&) = delete;

  // A blind put was applied.
  void Owe(std::string_view key, Sequence sequence);
  // Its settlement was written.
  void Pay(Debt* debt);
  // A settlement was applied: while the log is replayed this pays; of a key
  // that owes nothing it means nothing.
  void PayReplayed(std::string_view key);
  void EndReplay();

  size_t size() const { return size_; }
  // Of the debts, about; what is read for them is pinned in the block cache.
  size_t memory_bytes() const;
  // Of the oldest debt; kSequenceMax when there is none.
  Sequence oldest() const;
  // Of the newest; 0 when there is none.
  Sequence newest() const;

  // Has the pool look into `version`, the newest, for some of the debts.
  // `is_dead`: no row of the key lives, its scope was killed after the put.
  void StartReads(const std::shared_ptr<const Version>& version, int64_t now_us,
                  const IsDead& is_dead, ReaderPool* pool);
  // All debts, read at once.
  base::Result<std::vector<Known>> ReadAll(const Version& version) const;
  // Takes out up to `max` debts that are known and not paid yet. A row that
  // could not be read for some time counts as one that existed.
  std::vector<Known> TakeKnown(size_t max);
  bool has_known() const { return !known_.empty(); }

  // While anybody holds it, nothing more is to be put blindly.
  std::shared_ptr<const void> Hold();
  bool held() const { return !hold_.expired(); }

 private:
  struct Hash {
    size_t operator()(std::string_view key) const { return HashKey(key); }
  };
  struct Again {
    DebtPtr debt;
    int64_t at_us = 0;
  };

  std::vector<DebtPtr> TakeUnread(size_t max, const IsDead& is_dead);
  void Arrive(const std::vector<DebtPtr>& debts);

  // Immutable.
  Mailbox* const mailbox_;

  // Owner-bound.
  size_t size_ = 0;
  // While the log is replayed. The views are of the debts' own keys.
  bool replaying_ = true;
  std::unordered_map<std::string_view, DebtPtr, Hash> replayed_;
  // In the order of their sequences. Those that were paid leave when they come
  // to the front.
  std::deque<DebtPtr> order_;
  std::deque<DebtPtr> unread_;
  std::deque<DebtPtr> known_;
  std::deque<Again> failed_;
  size_t in_flight_ = 0;
  int64_t now_us_ = 0;
  std::weak_ptr<const void> hold_;
};

}  // namespace lsm
