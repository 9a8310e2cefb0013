#include "types/keyspace.h"

#include <algorithm>
#include <utility>

#include "base/check.h"
#include "lsm/row_page.h"
#include "types/data_set.h"

namespace types {
namespace {

// Names the key in an error about its row.
base::Result<Head> ParseRow(std::string_view key, std::string_view value) {
  base::Result<Head> head = ParseHead(value);
  if (head.ok()) return head;
  return head.status().With(key.substr(0, 64));
}

}  // namespace

Slot Keyspace::NewSlot(std::string_view key) {
  Slot slot;
  slot.row = txn_.HeadKeyOf(db_, key);
  slot.key = UserKey(slot.row.bytes);
  return slot;
}

base::Result<Slot> Keyspace::Open(std::string_view key) {
  return Open(NewSlot(key));
}

base::Result<Slot> Keyspace::OpenToReplace(std::string_view key) {
  Slot slot = NewSlot(key);
  slot.blind = txn_.MayPutBlind(slot.row);
  if (slot.blind) [[unlikely]]
    return slot;
  return Open(slot);
}

base::Result<Slot> Keyspace::Open(Slot slot) {
  TRY_ASSIGN(const std::optional<Row> row, txn_.Get(slot.row));
  if (!row) return slot;
  TRY_ASSIGN(slot.head, ParseRow(slot.key, row->value));
  slot.sequence = row->sequence;
  slot.has_row = true;
  slot.row_expires = slot.head->expires_ms != 0;
  if (slot.head->ExpiredAt(txn_.now_ms())) [[unlikely]]
    TRY(Bury(slot));
  return slot;
}

base::Result<Slot> Keyspace::OpenToRead(std::string_view key) {
  base::Result<Slot> slot = Open(key);
  if (slot.ok()) txn_.NoteHit(slot.value().exists());
  return slot;
}

base::Result<bool> Keyspace::Exists(std::string_view key) {
  TRY_ASSIGN(const Slot slot, Open(key));
  return slot.exists();
}

base::Status Keyspace::Put(Slot& slot, const Head& head) {
  const HeadBytes bytes(head);
  TRY(slot.blind ? txn_.PutBlind(slot.row, bytes.view(), head.payload)
                 : txn_.Put(slot.row, bytes.view(), head.payload));
  const PhysicalId physical = txn_.Physical(db_);
  if (!slot.has_row) txn_.AddCount(KeysCounter(physical), 1);
  const bool expires = head.expires_ms != 0;
  if (expires != slot.row_expires) {
    txn_.AddCount(ExpiresCounter(physical), expires ? 1 : -1);
  }
  slot.has_row = true;
  slot.row_expires = expires;
  slot.blind = false;
  slot.head = head;
  slot.sequence = 0;
  txn_.NoteWritten(db_, slot.key, /*deleted=*/false);
  return base::Status::Ok();
}

base::Result<bool> Keyspace::Delete(std::string_view key) {
  TRY_ASSIGN(Slot slot, Open(key));
  if (!slot.exists()) return false;
  TRY(Delete(slot));
  return true;
}

base::Status Keyspace::Delete(Slot& slot) {
  if (!slot.has_row) return base::Status::Ok();
  TRY(txn_.Delete(slot.row));
  const PhysicalId physical = txn_.Physical(db_);
  txn_.AddCount(KeysCounter(physical), -1);
  if (slot.row_expires) txn_.AddCount(ExpiresCounter(physical), -1);
  slot.has_row = false;
  slot.row_expires = false;
  slot.head.reset();
  txn_.NoteWritten(db_, slot.key, /*deleted=*/true);
  return base::Status::Ok();
}

base::Status Keyspace::Bury(Slot& slot) {
  Expiry& expiry = txn_.data().expiry();
  slot.head.reset();
  if (!txn_.writes()) {
    txn_.After(
        [&expiry, row = std::string(slot.row.bytes)] { expiry.AddFound(row); });
    return base::Status::Ok();
  }
  TRY(Delete(slot));
  txn_.After([&expiry] { expiry.NoteExpired(1); });
  return base::Status::Ok();
}

base::Status Keyspace::SetExpiry(Slot& slot, int64_t expires_ms) {
  CHECK(slot.exists());
  Head head = *slot.head;
  head.expires_ms = expires_ms;
  return Put(slot, head);
}

base::Result<bool> Keyspace::Rename(std::string_view from, std::string_view to,
                                    bool replace) {
  CHECK(from != to);
  TRY_ASSIGN(Slot source, Open(from));
  if (!source.exists()) return false;
  TRY_ASSIGN(Slot target, Open(to));
  if (target.exists() && !replace) return false;
  TRY(Put(target, *source.head));
  TRY(Delete(source));
  return true;
}

base::Result<bool> Keyspace::Copy(std::string_view from, int to_db,
                                  std::string_view to, bool replace) {
  TRY_ASSIGN(const Slot source, OpenToRead(from));
  if (!source.exists()) return false;
  Keyspace there(txn_, to_db);
  TRY_ASSIGN(Slot target, there.Open(to));
  if (target.exists() && !replace) return false;
  TRY(there.Put(target, *source.head));
  return true;
}

base::Result<bool> Keyspace::Move(std::string_view key, int to_db) {
  TRY_ASSIGN(Slot source, Open(key));
  if (!source.exists()) return false;
  Keyspace there(txn_, to_db);
  TRY_ASSIGN(Slot target, there.Open(key));
  if (target.exists()) return false;
  TRY(there.Put(target, *source.head));
  TRY(Delete(source));
  return true;
}

int64_t Keyspace::Size() { return txn_.Count(KeysCounter(txn_.Physical(db_))); }

int64_t Keyspace::Expires() {
  return txn_.Count(ExpiresCounter(txn_.Physical(db_)));
}

base::Result<int64_t> Keyspace::ExactSize() {
  return txn_.ExactCount(KeysCounter(txn_.Physical(db_)));
}

std::unique_ptr<RowCursor> Keyspace::Rows(std::string_view prefix,
                                          std::string_view from,
                                          const RangeNeed& need) {
  const std::string begin = RowOf(prefix);
  return txn_.Range(std::max(begin, RowOf(from)), AfterPrefix(begin), need);
}

Sequence Keyspace::Walk(std::string_view prefix, Visit visit,
                        std::function<void(base::Status)> done) {
  const std::string begin = RowOf(prefix);
  const auto visit_page = [now_ms = txn_.now_ms(), visit = std::move(visit)](
                              const lsm::RowPage& page,
                              bool last) -> base::Status {
    std::vector<std::string_view> keys;
    for (size_t i = 0; i < page.size(); ++i) {
      const std::string_view key = UserKey(page.key(i));
      TRY_ASSIGN(const Head head, ParseRow(key, page.value(i)));
      if (!head.ExpiredAt(now_ms)) keys.push_back(key);
    }
    return visit(keys, last);
  };
  return txn_.data().engine().WalkRange(
      begin, AfterPrefix(begin), kHeadBytesMax, visit_page, std::move(done));
}

std::string Keyspace::RowOf(std::string_view key) {
  return HeadKey(txn_.Physical(db_), key);
}

base::Result<std::optional<Head>> Keyspace::HeadAt(const RowCursor& cursor) {
  const std::string_view key = UserKey(cursor.key());
  TRY_ASSIGN(const Head head, ParseRow(key, cursor.value()));
  if (!head.ExpiredAt(txn_.now_ms())) return std::optional<Head>(head);
  Expiry& expiry = txn_.data().expiry();
  txn_.After(
      [&expiry, row = std::string(cursor.key())] { expiry.AddFound(row); });
  return std::optional<Head>();
}

// The engine does not know the rows of this Txn. Where there are some, the row
// at or behind a random one of the engine's is taken from both together.
base::Result<std::optional<std::string>> Keyspace::RandomRow(
    const std::string& begin, const std::string& end) {
  TRY_ASSIGN(std::optional<std::string> row,
             txn_.data().engine().RandomKey(begin, end, txn_.random().Next(),
                                            txn_.PagesToMiss()));
  if (!txn_.dirty()) return row;
  auto rows = txn_.Range(row.value_or(begin), end);
  TRY(rows->status());
  if (!rows->Valid()) rows = txn_.Range(begin, end);
  TRY(rows->status());
  if (!rows->Valid()) return std::optional<std::string>();
  return std::optional<std::string>(rows->key());
}

base::Result<std::optional<std::string>> Keyspace::RandomKey() {
  // Dead keys may lie in the way; after so many the first living one will do,
  // so that an answer is found if there is one.
  constexpr int kTries = 100;
  const std::string begin = RowOf("");
  const std::string end = AfterPrefix(begin);
  txn_.RaiseGate(txn_.data().applied());
  for (int i = 0; i < kTries; ++i) {
    TRY_ASSIGN(const std::optional<std::string> row, RandomRow(begin, end));
    if (!row) return row;
    const std::string key(UserKey(*row));
    TRY_ASSIGN(const bool exists, Exists(key));
    if (exists) return std::optional<std::string>(key);
  }
  const auto rows = Rows("");
  for (; rows->Valid(); rows->Next()) {
    TRY_ASSIGN(const std::optional<Head> head, HeadAt(*rows));
    if (head) return std::optional<std::string>(UserKey(rows->key()));
  }
  TRY(rows->status());
  return std::optional<std::string>();
}

void Keyspace::Flush() {
  // Nothing to kill: a scope that is killed must be remembered for long.
  if (Size() == 0) return;
  const PhysicalId old = txn_.Physical(db_);
  for (const uint64_t counter : {KeysCounter(old), ExpiresCounter(old)}) {
    txn_.AddCount(counter, -txn_.Count(counter));
  }
  txn_.RenewDatabase(db_);
  for (const char space :
       {kHeadSpace, kElementSpace, kNodeSpace, kStreamSpace}) {
    txn_.KillScope(Prefix(space, old));
  }
}

void SettleCounts(const lsm::BlindRow& row, lsm::Settlement* settlement) {
  const PhysicalId physical = PhysicalIdOf(row.key);
  --settlement->counts[KeysCounter(physical)];
  if (ExpiryOfRow(row.key, row.old_value) != 0) {
    --settlement->counts[ExpiresCounter(physical)];
  }
}

base::Status DeleteIfExpired(Txn& txn, const RowKey& row) {
  TRY_ASSIGN(const std::optional<Row> found, txn.Get(row));
  if (!found) return base::Status::Ok();
  const std::string_view key = UserKey(row.bytes);
  TRY_ASSIGN(const Head head, ParseRow(key, found->value));
  Expiry& expiry = txn.data().expiry();
  if (!head.ExpiredAt(txn.now_ms())) {
    if (head.expires_ms == 0) return base::Status::Ok();
    txn.After([&expiry, bytes = std::string(row.bytes),
               when = head.expires_ms] { expiry.Add(bytes, when); });
    return base::Status::Ok();
  }
  const PhysicalId physical = PhysicalIdOf(row.bytes);
  const int db = txn.data().databases().Logical(physical);
  // Of a database that was flushed: its rows are garbage already.
  if (db < 0) return base::Status::Ok();
  TRY(txn.Delete(row));
  txn.AddCount(KeysCounter(physical), -1);
  txn.AddCount(ExpiresCounter(physical), -1);
  txn.NoteWritten(db, key, /*deleted=*/true);
  txn.After([&expiry] { expiry.NoteExpired(1); });
  return base::Status::Ok();
}

}  // namespace types
