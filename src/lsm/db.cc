#include "lsm/db.h"

#include <utility>
#include <vector>

namespace lsm {
namespace {

// What a Scan reads under one hold of the mutex.
constexpr size_t kPageRows = 256;
constexpr size_t kPageBytes = 256 << 10;

// How long whoever waits may sleep through a retry of the engine.
constexpr int64_t kLookAgainUs = 100'000;

}  // namespace

base::Result<std::unique_ptr<Db>> Db::Open(Options options) {
  std::unique_ptr<Db> db(new Db());
  options.on_progress = [raw = db.get()] { raw->Wake(); };
  base::MutexLock lock(db->mutex_);
  TRY_ASSIGN(db->engine_, Engine::Open(std::move(options)));
  return db;
}

Db::~Db() {
  base::MutexLock lock(mutex_);
  engine_.reset();
}

void Db::Wake() {
  base::MutexLock lock(wake_mutex_);
  ++wakes_;
  woken_.SignalAll();
}

uint64_t Db::Wakes() {
  base::MutexLock lock(wake_mutex_);
  return wakes_;
}

void Db::WaitForWake(uint64_t seen) {
  mutex_.Unlock();
  {
    base::MutexLock lock(wake_mutex_);
    if (wakes_ == seen) woken_.WaitFor(wake_mutex_, kLookAgainUs);
  }
  mutex_.Lock();
}

// Whoever waits also does the owner's chores: a frame that found no free slot
// is submitted by the next one who wakes.
base::Status Db::WaitUntilSynced(Sequence sequence) {
  bool asked = false;
  while (true) {
    const uint64_t seen = Wakes();
    engine_->Tick();
    engine_->Submit();
    if (engine_->synced() >= sequence) return base::Status::Ok();
    TRY(engine_->log_error());
    // Written, but synced only on request: another policy than kAlways.
    if (!asked && engine_->released() >= sequence) {
      asked = true;
      engine_->Sync([](const base::Status&) {});
    }
    WaitForWake(seen);
  }
}

// A writer that outruns the disk waits for it here.
base::Status Db::WaitForEase() {
  while (engine_->pressure() >= 1) {
    const uint64_t seen = Wakes();
    engine_->Tick();
    engine_->Submit();
    TRY(engine_->MayWrite());
    if (engine_->pressure() >= 1) WaitForWake(seen);
  }
  return base::Status::Ok();
}

base::Status Db::Put(std::string_view key, std::string_view value,
                     const WriteOptions& options) {
  WriteBatch batch;
  batch.Put(key, HashKey(key), value);
  return Write(batch, options);
}

base::Status Db::Delete(std::string_view key, const WriteOptions& options) {
  WriteBatch batch;
  batch.Delete(key, HashKey(key));
  return Write(batch, options);
}

base::Status Db::Write(const WriteBatch& batch, const WriteOptions& options) {
  base::MutexLock lock(mutex_);
  TRY(WaitForEase());
  TRY_ASSIGN(const Sequence sequence, engine_->Write(batch));
  if (options.sync) return WaitUntilSynced(sequence);
  engine_->Tick();
  engine_->Submit();
  return base::Status::Ok();
}

base::Result<std::optional<Row>> Db::Get(std::string_view key) {
  const uint64_t hash = HashKey(key);
  base::MutexLock lock(mutex_);
  Lookup lookup = engine_->Get(key, hash);
  if (lookup.found == Found::kMiss) {
    const std::string wanted(key);
    TRY(engine_->Fetch({&wanted, 1}));
    lookup = engine_->Get(key, hash);
    CHECK(lookup.found != Found::kMiss);
  }
  if (lookup.found == Found::kAbsent) return std::optional<Row>();
  Row row{std::string(key), std::string(lookup.value), lookup.sequence};
  engine_->Tick();
  return std::optional<Row>(std::move(row));
}

base::Status Db::Scan(std::string_view begin, std::string_view end,
                      const std::function<bool(const Row&)>& visit) {
  std::string from(begin);
  while (true) {
    std::vector<Row> page;
    size_t bytes = 0;
    bool more = false;
    {
      base::MutexLock lock(mutex_);
      std::unique_ptr<RangeView> range = engine_->NewRange(from, end);
      for (; range->Valid(); range->Next()) {
        if (page.size() == kPageRows || bytes > kPageBytes) {
          more = true;
          from.assign(range->key());
          break;
        }
        page.push_back({std::string(range->key()), std::string(range->value()),
                        range->sequence()});
        bytes += range->key().size() + range->value().size();
      }
      TRY(range->status());
    }
    for (const Row& row : page) {
      if (!visit(row)) return base::Status::Ok();
    }
    if (!more) return base::Status::Ok();
  }
}

base::Status Db::Run(void (Engine::*work)(Engine::Done)) {
  base::MutexLock lock(mutex_);
  bool finished = false;
  base::Status outcome;
  ((*engine_).*work)([&](base::Status status) {
    finished = true;
    outcome = std::move(status);
  });
  while (!finished) {
    const uint64_t seen = Wakes();
    engine_->Submit();
    engine_->Tick();
    if (!finished) WaitForWake(seen);
  }
  return outcome;
}

base::Status Db::Flush() { return Run(&Engine::Flush); }

base::Status Db::Compact() { return Run(&Engine::Compact); }

Stats Db::stats() {
  base::MutexLock lock(mutex_);
  return engine_->stats();
}

base::Status Db::Close() {
  base::MutexLock lock(mutex_);
  return engine_->Close();
}

}  // namespace lsm
