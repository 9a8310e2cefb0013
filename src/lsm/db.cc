#include "lsm/db.h"

#include <atomic>
#include <thread>
#include <utility>

#include "base/mutex.h"
#include "base/strings.h"
#include "base/write_throttle.h"
#include "lsm/checkpoint.h"
#include "lsm/engine.h"
#include "lsm/pinned_snapshot.h"
#include "lsm/snapshot_reader.h"
#include "lsm/writer_groups.h"

namespace lsm {
namespace {

// How long whoever waits may sleep through a retry of the engine.
constexpr int64_t kLookAgainUs = 100'000;

// How long what nobody waits for may lie: chores, and writes not synced.
constexpr int64_t kKeepUs = 10'000;

// Writes that nobody waits for are handed on by their writer once they are
// worth a frame.
constexpr size_t kFrameBytes = 256 << 10;

// The engine looks about, which costs more than a small write, once so much
// time has passed or so much was written.
constexpr int64_t kLookUs = 1'000;
constexpr size_t kLookBytes = 16 << 10;

// How long a writer sleeps who has written more than is earned.
constexpr int64_t kThrottleUs = 2'000;

// Of the budget: what the allocator may need beyond what it hands out, for
// pages that are not full or not given back yet. Asking it and evicting for
// what it says is worse: what is evicted leaves holes in pages, and those let
// the share rise for which more is evicted.
constexpr uint64_t kAllocatorShare = 5;

base::Status CheckRow(std::string_view key, std::string_view value) {
  if (key.size() <= kKeyBytesMax && value.size() <= kValueBytesMax) {
    return base::Status::Ok();
  }
  return base::Status::Invalid(
      base::StrCat("a key of ", key.size(), " bytes with a value of ",
                   value.size(), " bytes is too large"));
}

}  // namespace

class Db::Body {
 public:
  base::Status Open(Options options) EXCLUDES(mutex_);
  base::Status Close() EXCLUDES(mutex_);
  ~Body();

  base::Status Write(const WriteBatch& batch, bool sync) EXCLUDES(mutex_);
  base::Result<std::optional<Row>> Get(std::string_view key) EXCLUDES(mutex_);
  RangePin TakeRange(const RangeOptions& options) EXCLUDES(mutex_);
  std::shared_ptr<const Snapshot> TakeSnapshot() EXCLUDES(mutex_);
  base::Status Checkpoint(const std::string& directory) EXCLUDES(mutex_);
  // Asks, waits for the answer, and does the owner's chores meanwhile.
  using Work = std::function<void(Engine*, Engine::Done)>;
  base::Status Run(const Work& work) EXCLUDES(mutex_);
  Stats stats() EXCLUDES(mutex_);

 private:
  // Something may have changed; from any thread, without mutex_.
  void Wake() EXCLUDES(wake_mutex_);
  uint64_t Wakes() EXCLUDES(wake_mutex_);
  void WaitForWake(uint64_t seen, int64_t timeout_us) EXCLUDES(wake_mutex_);
  // True for one of those who ask after each wake.
  bool MayDoChores();
  // The open frame is worth a commit of its own beside those under way.
  bool IsWorthACommit(const WriterGroups::Group& group) REQUIRES(mutex_);
  base::Status WaitUntilSynced(Sequence sequence,
                               const WriterGroups::Group& group)
      EXCLUDES(mutex_);
  // A writer that outruns the disk waits for it here.
  void WaitUntilEarned(base::WriteThrottle::Ticket ticket) EXCLUDES(mutex_);
  // What the owner does between calls; true if there is more of it.
  bool Look() REQUIRES(mutex_);
  // The same, if it is time.
  void LookNowAndThen() REQUIRES(mutex_);
  void AskKeeper() EXCLUDES(wake_mutex_);
  void Keep() EXCLUDES(mutex_, wake_mutex_);
  void StopKeeper();

  // Immutable after Open.
  base::FileSystem* fs_ = nullptr;
  base::Clock* clock_ = nullptr;
  std::string directory_;

  // Guarded.
  base::Mutex mutex_;
  std::unique_ptr<Engine> engine_ GUARDED_BY(mutex_);
  base::WriteThrottle throttle_ GUARDED_BY(mutex_);
  // When the engine last looked about, monotonic, and the bytes written since.
  int64_t looked_us_ GUARDED_BY(mutex_) = 0;
  size_t bytes_since_look_ GUARDED_BY(mutex_) = 0;

  // Taken after mutex_, or alone.
  base::Mutex wake_mutex_;
  base::CondVar woken_;
  base::CondVar keeper_asked_;
  bool stopping_ GUARDED_BY(wake_mutex_) = false;

  // Shared: the engine, for its shared functions; null before it is open,
  // though its threads wake us already, and while it goes.
  std::atomic<const Engine*> numbers_ = nullptr;

  // Shared; Join under mutex_.
  WriterGroups groups_;

  // Shared: how often we were woken, raised under wake_mutex_ so that nobody
  // misses it and falls asleep; and for how much of it somebody has looked.
  std::atomic<uint64_t> wakes_ = 0;
  std::atomic<uint64_t> wakes_served_ = 0;

  // Shared: how many writers wait, or were told that they are done and did not
  // notice yet. In one order with asked_, so that the keeper, who looks about
  // for them, never goes to sleep when there are some.
  std::atomic<size_t> waiting_ = 0;

  // Shared: whether the keeper has been asked since it last looked. Orders
  // nothing; what it will find is behind mutex_.
  std::atomic<bool> asked_ = false;
  std::thread keeper_;
};

// --- Opening and closing.

base::Status Db::Body::Open(Options options) {
  fs_ = options.fs;
  clock_ = options.clock;
  directory_ = options.directory;
  options.background_threads = true;
  options.on_progress = [this] { Wake(); };
  const uint64_t memory_bytes = options.memory_bytes;
  {
    base::MutexLock lock(mutex_);
    TRY_ASSIGN(engine_, Engine::Open(std::move(options)));
    engine_->SetOtherMemory(memory_bytes / kAllocatorShare);
    numbers_.store(engine_.get(), std::memory_order_release);
  }
  keeper_ = std::thread([this] { Keep(); });
  return base::Status::Ok();
}

base::Status Db::Body::Close() {
  StopKeeper();
  base::MutexLock lock(mutex_);
  return engine_->Close();
}

Db::Body::~Body() {
  StopKeeper();
  base::MutexLock lock(mutex_);
  numbers_.store(nullptr, std::memory_order_release);
  engine_.reset();
}

// --- Waking and waiting.

void Db::Body::Wake() {
  {
    base::MutexLock lock(wake_mutex_);
    wakes_.fetch_add(1, std::memory_order_release);
    woken_.SignalAll();
  }
  const Engine* const numbers = numbers_.load(std::memory_order_acquire);
  groups_.Wake(numbers == nullptr ? 0 : numbers->synced());
  AskKeeper();
}

uint64_t Db::Body::Wakes() {
  base::MutexLock lock(wake_mutex_);
  return wakes_;
}

void Db::Body::WaitForWake(uint64_t seen, int64_t timeout_us) {
  base::MutexLock lock(wake_mutex_);
  if (wakes_ == seen) woken_.WaitFor(wake_mutex_, timeout_us);
}

bool Db::Body::Look() {
  looked_us_ = clock_->MonotonicMicros();
  bytes_since_look_ = 0;
  const bool more = engine_->Tick();
  throttle_.Update(engine_->pressure(), looked_us_);
  return more;
}

void Db::Body::LookNowAndThen() {
  if (bytes_since_look_ >= kLookBytes ||
      clock_->MonotonicMicros() - looked_us_ >= kLookUs) {
    Look();
  }
}

// Writers who were just told that they are done come back soon. If each began
// a commit at once, few would share one, and commits cost the most: so beside
// one that is under way the next waits for half of all writers. It begins when
// that one ends, at the latest.
bool Db::Body::IsWorthACommit(const WriterGroups::Group& group) {
  return engine_->frames_in_flight() == 0 || 2 * group.size() > waiting_.load();
}

bool Db::Body::MayDoChores() {
  const uint64_t wakes = wakes_.load(std::memory_order_acquire);
  return wakes_served_.exchange(wakes, std::memory_order_relaxed) != wakes;
}

// A frame that found no free slot is submitted after the next wake, by one of
// those who wait for it.
base::Status Db::Body::WaitUntilSynced(Sequence sequence,
                                       const WriterGroups::Group& group) {
  const Engine* const numbers = numbers_.load(std::memory_order_acquire);
  bool asked = false;
  while (true) {
    const uint32_t seen = group.wakes();
    if (numbers->synced() >= sequence) return base::Status::Ok();
    TRY(numbers->log_error());
    // Written, but synced only on request: another policy than kAlways.
    const bool ask = !asked && numbers->released() >= sequence;
    if (MayDoChores() || ask) {
      asked |= ask;
      base::MutexLock lock(mutex_);
      if (ask) engine_->Sync([](const base::Status&) {});
      Look();
      engine_->Submit();
    }
    group.Sleep(seen);
  }
}

// Who will be told by the next write that there is no room need not wait.
void Db::Body::WaitUntilEarned(base::WriteThrottle::Ticket ticket) {
  base::MutexLock lock(mutex_);
  while (throttle_.MustWait(ticket)) {
    const uint64_t seen = Wakes();
    Look();
    engine_->Submit();
    if (!throttle_.MustWait(ticket) || !engine_->MayWrite().ok()) return;
    mutex_.Unlock();
    WaitForWake(seen, kThrottleUs);
    mutex_.Lock();
  }
}

base::Status Db::Body::Run(const Work& work) {
  base::MutexLock lock(mutex_);
  bool finished = false;
  base::Status outcome;
  work(engine_.get(), [&](base::Status status) {
    finished = true;
    outcome = std::move(status);
  });
  while (!finished) {
    const uint64_t seen = Wakes();
    engine_->Submit();
    Look();
    if (finished) break;
    mutex_.Unlock();
    WaitForWake(seen, kLookAgainUs);
    mutex_.Lock();
  }
  return outcome;
}

// --- The keeper.

void Db::Body::AskKeeper() {
  if (asked_.load()) return;
  base::MutexLock lock(wake_mutex_);
  if (!asked_.exchange(true)) {
    keeper_asked_.SignalOne();
  }
}

void Db::Body::Keep() {
  bool more = false;
  while (true) {
    {
      base::MutexLock lock(wake_mutex_);
      while (!stopping_ && !more && !asked_.load()) {
        if (waiting_.load() == 0) {
          keeper_asked_.Wait(wake_mutex_);
        } else {
          keeper_asked_.WaitFor(wake_mutex_, kLookAgainUs);
          more = true;
        }
      }
      // Others may do it, or more may gather, meanwhile.
      if (!stopping_) keeper_asked_.WaitFor(wake_mutex_, kKeepUs);
      if (stopping_) return;
      asked_.store(false);
    }
    base::MutexLock lock(mutex_);
    engine_->Submit();
    more = Look();
  }
}

void Db::Body::StopKeeper() {
  {
    base::MutexLock lock(wake_mutex_);
    stopping_ = true;
    keeper_asked_.SignalOne();
  }
  if (keeper_.joinable()) keeper_.join();
}

// --- Rows.

base::Status Db::Body::Write(const WriteBatch& batch, bool sync) {
  Sequence sequence = 0;
  std::shared_ptr<WriterGroups::Group> group;
  base::WriteThrottle::Ticket ticket = 0;
  bool hand_over = false;
  {
    base::MutexLock lock(mutex_);
    const size_t bytes = batch.bytes().size();
    bytes_since_look_ += bytes;
    // Before the write, because its sequence is taken from the clock.
    LookNowAndThen();
    if (engine_->open_bytes() == 0) groups_.BeginFrame();
    TRY_ASSIGN(sequence, engine_->Write(batch));
    if (sync) group = groups_.Join(sequence);
    if (engine_->open_bytes() >= kFrameBytes ||
        (sync && IsWorthACommit(*group))) {
      engine_->Submit();
    }
    hand_over = !sync && engine_->open_bytes() > 0;
    ticket = throttle_.Take(bytes);
    if (!throttle_.MustWait(ticket)) ticket = 0;
  }
  if (hand_over) AskKeeper();
  if (sync) {
    waiting_.fetch_add(1);
    AskKeeper();
    const base::Status status = WaitUntilSynced(sequence, *group);
    waiting_.fetch_sub(1);
    TRY(status);
  }
  if (ticket > 0) WaitUntilEarned(ticket);
  return base::Status::Ok();
}

base::Result<std::optional<Row>> Db::Body::Get(std::string_view key) {
  const uint64_t hash = HashKey(key);
  std::shared_ptr<const Version> tables;
  {
    base::MutexLock lock(mutex_);
    const Lookup lookup = engine_->Get(key, hash);
    if (lookup.found == Found::kAbsent) return std::optional<Row>();
    if (lookup.found == Found::kValue) {
      return std::optional<Row>(
          Row{std::string(key), std::string(lookup.value), lookup.sequence});
    }
    tables = engine_->PinTables();
  }
  TRY_ASSIGN(const std::optional<TableRow> found,
             tables->Get(key, hash, kSequenceMax));
  const uint64_t packed = found ? found->packed : Pack(0, Kind::kTombstone);
  const std::string_view value = found ? found->value : std::string_view();
  {
    base::MutexLock lock(mutex_);
    engine_->InstallFetched(key, hash, tables, packed, value);
    Look();
  }
  if (KindOf(packed) == Kind::kTombstone) return std::optional<Row>();
  return std::optional<Row>(
      Row{std::string(key), std::string(value), SequenceOf(packed)});
}

RangePin Db::Body::TakeRange(const RangeOptions& options) {
  if (options.snapshot != nullptr) {
    return {std::static_pointer_cast<const PinnedSnapshot>(options.snapshot),
            nullptr};
  }
  base::MutexLock lock(mutex_);
  LookNowAndThen();
  return engine_->TakeRange(options.begin, options.end);
}

std::shared_ptr<const Snapshot> Db::Body::TakeSnapshot() {
  base::MutexLock lock(mutex_);
  return engine_->TakeSnapshot();
}

base::Status Db::Body::Checkpoint(const std::string& directory) {
  std::optional<CheckpointSource> source;
  TRY(Run([&source](Engine* engine, Engine::Done done) {
    engine->PrepareCheckpoint(
        [&source, done](base::Result<CheckpointSource> result) {
          if (result.ok()) source = std::move(result).value();
          done(result.status());
        });
  }));
  return WriteCheckpoint(fs_, *source, directory_, directory);
}

Stats Db::Body::stats() {
  base::MutexLock lock(mutex_);
  return engine_->stats();
}

// --- The door.

Db::Db(std::unique_ptr<Body> body) : body_(std::move(body)) {}
Db::~Db() = default;

base::Result<std::unique_ptr<Db>> Db::Open(Options options) {
  auto body = std::make_unique<Body>();
  TRY(body->Open(std::move(options)));
  return std::unique_ptr<Db>(new Db(std::move(body)));
}

base::Status Db::Put(std::string_view key, std::string_view value,
                     const WriteOptions& options) {
  TRY(CheckRow(key, value));
  WriteBatch batch;
  batch.Put(key, value);
  return body_->Write(batch, options.sync);
}

base::Status Db::Delete(std::string_view key, const WriteOptions& options) {
  TRY(CheckRow(key, ""));
  WriteBatch batch;
  batch.Delete(key);
  return body_->Write(batch, options.sync);
}

base::Status Db::Write(const WriteBatch& batch, const WriteOptions& options) {
  for (size_t i = 0; i < batch.size(); ++i) {
    TRY(CheckRow(batch[i].key, batch[i].value));
  }
  return body_->Write(batch, options.sync);
}

base::Result<std::optional<Row>> Db::Get(std::string_view key) {
  return body_->Get(key);
}

base::Result<std::optional<Row>> Db::Get(std::string_view key,
                                         const Snapshot& snapshot) {
  TRY_ASSIGN(auto row, static_cast<const PinnedSnapshot&>(snapshot).Get(
                           key, HashKey(key)));
  if (!row) return std::optional<Row>();
  return std::optional<Row>(
      Row{std::string(key), std::move(row->value), row->sequence});
}

std::unique_ptr<DbIterator> Db::NewIterator(RangeOptions options) {
  RangePin pin = body_->TakeRange(options);
  return std::make_unique<DbIterator>(std::move(pin), std::move(options.begin),
                                      std::move(options.end));
}

std::shared_ptr<const Snapshot> Db::TakeSnapshot() {
  return body_->TakeSnapshot();
}

base::Status Db::Checkpoint(const std::string& directory) {
  return body_->Checkpoint(directory);
}

base::Status Db::Flush() {
  return body_->Run([](Engine* engine, Engine::Done done) {
    engine->Flush(std::move(done));
  });
}

base::Status Db::Compact() {
  return body_->Run([](Engine* engine, Engine::Done done) {
    engine->Compact(std::move(done));
  });
}

Stats Db::stats() { return body_->stats(); }

base::Status Db::Close() { return body_->Close(); }

}  // namespace lsm
