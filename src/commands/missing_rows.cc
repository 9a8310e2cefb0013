// What dispatch does about rows that are not in memory: the request is parked
// while the engine reads them, and others go on.
//
//   run --Miss--> park --------> rows read --> unpark --> run again
//                  |             (Transport::Resume)
//                  '-- too often, or nobody to resume: the loop waits for them
//
// All keys of the request are wanted together, so n cold keys cost two runs and
// one round of reads. What a parked request has seen may change before it runs
// again; it starts over, and so sees one state.
//
// Of a range that misses some pages are read, and kept for the request until it
// is done: each run finds all that was read for those before it, and each
// round reads as much again, so a range of n rows costs log n runs.

#include <utility>
#include <vector>

#include "base/check.h"
#include "commands/dispatch.h"
#include "types/data_set.h"
#include "types/keyspace.h"

namespace commands {
namespace {

// So often a request is parked. Memory so short that its rows are evicted
// again and again would keep it from ever ending; then the loop waits.
constexpr int kRoundsMax = 4;
// What one request may have read of ranges before it is refused.
constexpr size_t kPagesBytesMax = 256 << 20;
constexpr std::string_view kPagesTooMany =
    "ERR the command needs more rows at once than may be held for one command";
// Keys read at once for what follows in a pipeline.
constexpr size_t kAheadKeysMax = 256;
// When the log or a read has failed, dead rows are tried again after this.
constexpr int64_t kRetryMs = 1000;

// Of keys whose time is up: so many are read while the ones before are deleted.
constexpr size_t kReadsAtOnce = 128;

}  // namespace

// --- Parking.

base::Status Dispatcher::BringRows(const Request& request) {
  const std::shared_ptr<types::RangePages>& pages = txn_.pages();
  if (pages != nullptr && pages->missed()) return BringPages(request);
  WantKeys(request.spec(), request.words, request.session.db);
  const std::vector<std::string> rows = txn_.TakeWants();
  lsm::Engine& engine = server_->data.engine();
  Session& session = request.session;
  const bool counts = txn_.wants_exact_counts();
  if (session.transport != nullptr && request.past.row_rounds < kRoundsMax) {
    const auto unpark = [this, id = session.id](base::Status status) {
      Unpark(id, std::move(status));
    };
    const bool waits =
        counts ? engine.SettleAsync(unpark) : engine.FetchAsync(rows, unpark);
    if (waits) {
      Park(request);
      ++session.parked.row_rounds;
      if (counts) session.parked.hold = engine.HoldBlindPuts();
      return base::Status::Miss();
    }
  }
  if (counts) TRY(engine.Settle());
  TRY(engine.Fetch(rows));
  txn_.Restart();
  return base::Status::Ok();
}

base::Status Dispatcher::BringPages(const Request& request) {
  const std::shared_ptr<types::RangePages>& pages = txn_.pages();
  if (pages->bytes() >= kPagesBytesMax)
    return base::Status::Invalid(kPagesTooMany);
  server_->data.engine().FetchRangeAsync(
      pages, kPagesBytesMax,
      [this, id = request.session.id](base::Status status) {
        Unpark(id, std::move(status));
      });
  Park(request);
  return base::Status::Miss();
}

void Dispatcher::Park(const Request& request) {
  const bool first = request.past.rounds == 0;
  Parked& parked = request.session.parked;
  parked.rounds = request.past.rounds + 1;
  parked.row_rounds = request.past.row_rounds;
  parked.waiting = true;
  parked.pages = txn_.pages();
  parked.now_us = first ? request.start_us : request.past.now_us;
  parked.seed = txn_.seed();
  parked.spent_us =
      request.past.spent_us + server_->clock.WallMicros() - request.start_us;
  parked.hold = request.past.hold;
}

void Dispatcher::Unpark(uint64_t session_id, base::Status status) {
  Session* const session = server_->sessions.Find(session_id);
  if (session == nullptr) return;
  session->parked.waiting = false;
  // Miss: the engine was closed. The next one, if any, is asked anew.
  if (!status.IsMiss()) session->parked.error = std::move(status);
  session->transport->Resume();
}

// After a miss all keys of the request are wanted together. (Hot requests do
// not pay for a look ahead.) Those of a queue were asked for as it ran.
void Dispatcher::WantKeys(const CommandSpec& spec, resp::Words words, int db) {
  ForEachKey(spec.keys, words.size(),
             [&](size_t at) { txn_.Want(txn_.HeadKeyOf(db, words[at])); });
}

// A request that changes the database, or whose key is written before its
// turn, makes some of these reads useless, which is all the harm.
void Dispatcher::FetchAhead(const Session& session,
                            std::span<const resp::Words> requests) {
  lsm::Engine& engine = server_->data.engine();
  const types::PhysicalId physical =
      server_->data.databases().physical(session.db);
  std::vector<std::string> rows;
  for (const resp::Words words : requests) {
    const CommandEntry* const entry = FindEntry(words);
    if (entry == nullptr) continue;
    ForEachKey(entry->spec->keys, words.size(), [&](size_t at) {
      if (rows.size() == kAheadKeysMax) return;
      std::string row = types::HeadKey(physical, words[at]);
      const types::RowKey key = types::HashedRowKey(row);
      if (engine.Get(key.bytes, key.hash).found != lsm::Found::kMiss) return;
      rows.push_back(std::move(row));
    });
  }
  // An error is for the request that meets it.
  (void)engine.FetchAsync(rows, [](const base::Status&) {});
}

// --- Keys whose time is up.

bool Dispatcher::ExpireDue(size_t budget) {
  // Those that are being read bring the next ones with them.
  if (expiry_reads_ > 0 && !server_->data.expiry().has_found()) return false;
  const int64_t now_ms = server_->clock.WallMillis();
  if (server_->sessions.pause(now_ms) != Sessions::Pause::kNone) return false;
  types::Expiry& expiry = server_->data.expiry();
  const std::vector<std::string> due = expiry.TakeDue(now_ms, budget);
  if (due.empty()) return false;
  expiry_txn_.Begin(now_ms, /*seed=*/0, /*db=*/0, /*writes=*/true);
  base::Status status = DeleteExpired(due);
  if (status.ok()) status = Commit(expiry_txn_, /*may_use_reserve=*/true);
  if (!status.ok()) {
    LogTrouble("expiry", status);
    for (const std::string& row : due) expiry.Add(row, now_ms + kRetryMs);
    return false;
  }
  expiry_txn_.RunAfter();
  Watches& watches = server_->sessions.watches();
  if (!watches.empty()) watches.Touch(expiry_txn_.written());
  return due.size() == budget && expiry_reads_ == 0;
}

base::Status Dispatcher::DeleteExpired(const std::vector<std::string>& rows) {
  std::vector<std::string> missing;
  for (const std::string& row : rows) {
    const types::Txn::Mark savepoint = expiry_txn_.mark();
    const base::Status status =
        types::DeleteIfExpired(expiry_txn_, types::HashedRowKey(row));
    if (status.IsMiss()) {
      expiry_txn_.RollBack(savepoint);
      missing.push_back(row);
    } else if (!status.ok()) {
      return status;
    }
  }
  if (missing.empty()) return base::Status::Ok();
  const std::vector<std::string> wants = expiry_txn_.TakeWants();
  const bool waits = server_->data.engine().FetchAsync(
      wants, [this, missing](const base::Status& status) {
        ExpireFetched(missing, status);
      });
  CHECK(waits);
  expiry_reads_ += missing.size();
  return base::Status::Ok();
}

void Dispatcher::ExpireFetched(const std::vector<std::string>& rows,
                               const base::Status& status) {
  expiry_reads_ -= rows.size();
  // The engine was closed; the next one reports them again.
  if (status.IsMiss()) return;
  types::Expiry& expiry = server_->data.expiry();
  if (!status.ok()) {
    LogTrouble("expiry", status);
    const int64_t then_ms = server_->clock.WallMillis() + kRetryMs;
    for (const std::string& row : rows) expiry.Add(row, then_ms);
    return;
  }
  const int64_t now_ms = server_->clock.WallMillis();
  for (const std::string& row : rows) {
    if (!expiry.AddFound(row)) expiry.Add(row, now_ms);
  }
  ExpireDue(rows.size() + (expiry_reads_ == 0 ? kReadsAtOnce : 0));
}

}  // namespace commands
