#include "types/txn.h"

#include <algorithm>
#include <utility>

#include "base/check.h"
#include "types/data_set.h"
#include "types/head.h"
#include "types/overlay_cursor.h"

namespace types {
namespace {

// A batch that held something large gives its memory back.
constexpr size_t kBatchBytesKept = 1 << 20;

base::Status CheckSizes(const RowKey& key, size_t value_bytes) {
  if (value_bytes <= lsm::kValueBytesMax &&
      key.bytes.size() <= lsm::kKeyBytesMax) {
    return base::Status::Ok();
  }
  return base::Status::Invalid(
      "ERR string exceeds maximum allowed size (proto-max-bulk-len)");
}

}  // namespace

Txn::Txn(DataSet* data) : data_(data) {}

void Txn::Begin(int64_t now_ms, uint64_t seed, int db, bool writes) {
  now_ms_ = now_ms;
  seed_ = seed;
  first_db_ = db;
  writes_ = writes;
  injecting_ = false;
  ranges_miss_ = false;
  pages_.reset();
  Clear();
}

void Txn::Restart() { Clear(); }

void Txn::Clear() {
  db_ = first_db_;
  random_ = base::Random(seed_);
  gate_ = 0;
  arena_.Reset();
  rows_.Clear();
  looked_key_ = RowKey();
  counts_.clear();
  counts_floor_ = 0;
  databases_.clear();
  databases_floor_ = 0;
  kills_.clear();
  written_.clear();
  after_.clear();
  wants_.clear();
  wants_exact_counts_ = false;
  if (pages_ != nullptr) pages_->ForgetMiss();
  hits_ = 0;
  misses_ = 0;
}

// --- Rows.

base::Status Txn::Look(const RowKey& key) {
  if (injecting_ && Injected(key.bytes)) return base::Status::Miss();
  if (LookInMemory(key)) return base::Status::Ok();
  wants_.emplace_back(key.bytes);
  return base::Status::Miss();
}

bool Txn::LookInMemory(const RowKey& key) {
  if (looked_key_.hash == key.hash && looked_key_.bytes == key.bytes) {
    return true;
  }
  looked_key_ = RowKey();
  looked_ = data_->engine().Get(key.bytes, key.hash);
  if (looked_.found == lsm::Found::kMiss) return false;
  looked_key_ = key;
  RaiseGate(looked_.sequence);
  return true;
}

base::Result<std::optional<Row>> Txn::Get(const RowKey& key) {
  if (const RowOverlay::Entry* entry = rows_.Find(key)) {
    CHECK(entry->state != RowOverlay::State::kForgotten);
    if (entry->state == RowOverlay::State::kDeleted) {
      return std::optional<Row>();
    }
    return std::optional<Row>(Row{entry->value, 0});
  }
  TRY(Look(key));
  if (looked_.found == lsm::Found::kAbsent) return std::optional<Row>();
  return std::optional<Row>(Row{looked_.value, looked_.sequence});
}

base::Status Txn::Put(const RowKey& key, std::string_view head,
                      std::string_view rest) {
  TRY(CheckSizes(key, head.size() + rest.size()));
  RowOverlay::Entry entry;
  if (rows_.Find(key) == nullptr) {
    TRY(Look(key));
    entry.existed = looked_.found == lsm::Found::kValue;
    entry.nothing_below = looked_.nothing_below;
  }
  PutRow(key, head, rest, entry);
  return base::Status::Ok();
}

bool Txn::MayPutBlind(const RowKey& key) {
  return !injecting_ && rows_.Find(key) == nullptr && !LookInMemory(key) &&
         data_->engine().MayPutBlind();
}

base::Status Txn::PutBlind(const RowKey& key, std::string_view head,
                           std::string_view rest) {
  TRY(CheckSizes(key, head.size() + rest.size()));
  RowOverlay::Entry entry;
  entry.existed = true;  // For all that is known.
  entry.blind = true;
  PutRow(key, head, rest, entry);
  return base::Status::Ok();
}

void Txn::PutRow(const RowKey& key, std::string_view head,
                 std::string_view rest, RowOverlay::Entry entry) {
  // The old value lives until Commit, too, and `rest` may be a part of it.
  const size_t bytes = head.size() + rest.size();
  char* value = arena_.Allocate(bytes);
  std::copy(head.begin(), head.end(), value);
  std::copy(rest.begin(), rest.end(), value + head.size());
  entry.key = key;
  entry.value = {value, bytes};
  entry.state = RowOverlay::State::kPut;
  rows_.Set(entry);
}

base::Status Txn::Delete(const RowKey& key) {
  RowOverlay::Entry entry;
  if (const RowOverlay::Entry* own = rows_.Find(key)) {
    // The log knows blind puts, and no blind deletions.
    if (own->blind) {
      wants_.emplace_back(key.bytes);
      return base::Status::Miss();
    }
  } else {
    TRY(Look(key));
    entry.existed = looked_.found == lsm::Found::kValue;
    entry.nothing_below = looked_.nothing_below;
    if (!entry.existed) return base::Status::Ok();
  }
  entry.key = key;
  entry.state = RowOverlay::State::kDeleted;
  rows_.Set(entry);
  return base::Status::Ok();
}

std::unique_ptr<RowCursor> Txn::Range(std::string_view begin,
                                      std::string_view end,
                                      const RangeNeed& need) {
  RaiseGate(data_->engine().applied());
  bool missed = false;
  if (injecting_) missed = Injected(begin);
  return NewOverlayCursor(
      data_->engine().NewRange(begin, end, PagesToMiss(), need), rows_, begin,
      end, missed);
}

RangePages* Txn::PagesToMiss() {
  if (ranges_miss_ && pages_ == nullptr) {
    pages_ = std::make_shared<RangePages>();
  }
  return pages_.get();
}

void Txn::KillScope(std::string_view prefix) {
  kills_.emplace_back(prefix);
  rows_.Forget(prefix);
}

// --- Counters.

void Txn::AddCount(uint64_t counter, int64_t delta) {
  if (counts_.size() > counts_floor_ && counts_.back().counter == counter) {
    counts_.back().delta += delta;
    return;
  }
  counts_.push_back({counter, delta});
}

int64_t Txn::Count(uint64_t counter) {
  RaiseGate(data_->engine().applied());
  int64_t count = data_->engine().counter(counter);
  for (const CountChange& change : counts_) {
    if (change.counter == counter) count += change.delta;
  }
  return count;
}

base::Result<int64_t> Txn::ExactCount(uint64_t counter) {
  if (data_->engine().unsettled() > 0) {
    wants_exact_counts_ = true;
    return base::Status::Miss();
  }
  for (const RowOverlay::Entry& entry : rows_.entries()) {
    // What was forgotten was counted out with its database.
    const bool put = entry.state == RowOverlay::State::kPut;
    if (put && entry.blind) wants_.emplace_back(entry.key.bytes);
  }
  if (!wants_.empty()) return base::Status::Miss();
  return Count(counter);
}

// --- Databases.

const DatabaseMap& Txn::databases_now() const {
  return databases_.empty() ? data_->databases().map() : databases_.back();
}

int Txn::databases() const { return data_->databases().count(); }

PhysicalId Txn::Physical(int db) {
  RaiseGate(data_->databases().last_change(db));
  return databases_now().ids[db];
}

DatabaseMap& Txn::ChangeDatabases() {
  if (databases_.size() == databases_floor_) {
    databases_.push_back(databases_now());
  }
  return databases_.back();
}

void Txn::SwapDatabases(int a, int b) {
  DatabaseMap& map = ChangeDatabases();
  std::swap(map.ids[a], map.ids[b]);
}

void Txn::RenewDatabase(int db) {
  DatabaseMap& map = ChangeDatabases();
  CHECK(map.next_id < UINT32_MAX);
  map.ids[db] = map.next_id++;
}

RowKey Txn::HeadKeyOf(int db, std::string_view key) {
  return StoreHeadKey(arena_.Allocate(kPrefixBytes + key.size()), Physical(db),
                      key);
}

// --- Misses.

void Txn::Want(const RowKey& key) {
  const lsm::Lookup lookup = data_->engine().Get(key.bytes, key.hash);
  if (lookup.found == lsm::Found::kMiss) wants_.emplace_back(key.bytes);
}

std::vector<std::string> Txn::TakeWants() {
  std::sort(wants_.begin(), wants_.end());
  wants_.erase(std::unique(wants_.begin(), wants_.end()), wants_.end());
  return std::exchange(wants_, {});
}

void Txn::InjectMisses(uint64_t seed) {
  injecting_ = true;
  inject_ = base::Random(seed);
  injected_.clear();
}

bool Txn::Injected(std::string_view key) {
  if (injected_.contains(key) || !inject_.OneIn(2)) return false;
  injected_.emplace(key);
  wants_.emplace_back(key);
  return true;
}

// --- Commit.

bool Txn::dirty() const {
  if (!databases_.empty() || !kills_.empty()) return true;
  if (rows_.entries().empty() && counts_.empty()) return false;
  for (const RowOverlay::Entry& entry : rows_.entries()) {
    if (entry.state == RowOverlay::State::kPut) return true;
    if (entry.state == RowOverlay::State::kDeleted && entry.existed) {
      return true;
    }
  }
  return false;
}

void Txn::AddCountsToBatch() {
  if (counts_.size() > 1) {
    std::sort(counts_.begin(), counts_.end(),
              [](const CountChange& a, const CountChange& b) {
                return a.counter < b.counter;
              });
  }
  for (size_t i = 0; i < counts_.size();) {
    const uint64_t counter = counts_[i].counter;
    int64_t delta = 0;
    for (; i < counts_.size() && counts_[i].counter == counter; ++i) {
      delta += counts_[i].delta;
    }
    if (delta != 0) batch_.AddCount(counter, delta);
  }
}

void Txn::FillBatch() {
  for (const std::string& prefix : kills_) batch_.KillScope(prefix);
  for (const RowOverlay::Entry& entry : rows_.entries()) {
    const bool put = entry.state == RowOverlay::State::kPut;
    if (put && entry.blind) {
      batch_.BlindPut(entry.key.bytes, entry.key.hash, entry.value);
    } else if (put) {
      batch_.Put(entry.key.bytes, entry.key.hash, entry.value,
                 entry.nothing_below);
    } else if (entry.state == RowOverlay::State::kDeleted && entry.existed) {
      batch_.Delete(entry.key.bytes, entry.key.hash, entry.nothing_below);
    }
  }
  if (!databases_.empty()) {
    const RowKey key = Databases::Key();
    batch_.Put(key.bytes, key.hash, databases_.back().Encode());
  }
  AddCountsToBatch();
}

void Txn::PlanExpiry() {
  for (const RowOverlay::Entry& entry : rows_.entries()) {
    if (entry.state != RowOverlay::State::kPut) continue;
    if (const int64_t expires_ms = ExpiryOfRow(entry.key.bytes, entry.value)) {
      data_->expiry().Add(entry.key.bytes, expires_ms);
    }
  }
}

base::Status Txn::Commit(bool may_use_reserve) {
  if (batch_.bytes().size() > kBatchBytesKept) {
    batch_ = lsm::WriteBatch();
  } else {
    batch_.Clear();
  }
  if (!dirty()) return base::Status::Ok();
  FillBatch();
  TRY_ASSIGN(const Sequence sequence,
             data_->engine().Write(batch_, may_use_reserve));
  looked_key_ = RowKey();
  RaiseGate(sequence);
  if (!databases_.empty()) {
    data_->databases().Install(std::move(databases_.back()), sequence);
    databases_.clear();
  }
  PlanExpiry();
  return base::Status::Ok();
}

void Txn::RunAfter() {
  for (const std::function<void()>& effect : after_) effect();
  after_.clear();
}

// --- Savepoints.

Txn::Mark Txn::mark() {
  counts_floor_ = counts_.size();
  databases_floor_ = databases_.size();
  return {rows_.mark(),
          counts_.size(),
          databases_.size(),
          kills_.size(),
          written_.size(),
          after_.size(),
          db_};
}

void Txn::RollBack(const Mark& mark) {
  rows_.RollBack(mark.rows);
  counts_.resize(mark.counts);
  databases_.resize(mark.databases);
  kills_.resize(mark.kills);
  written_.resize(mark.written);
  after_.resize(mark.after);
  db_ = mark.db;
}

}  // namespace types
