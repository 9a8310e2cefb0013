// What the engine does beside flush and compaction: answering those who wait,
// syncs on request, removing files, looking for rows that die, moving records
// together.

#include <algorithm>
#include <utility>

#include "base/log.h"
#include "base/strings.h"
#include "lsm/compaction/pace.h"
#include "lsm/engine_body.h"

namespace lsm {
namespace {

// After a failure background work rests, so that a full disk is not asked a
// thousand times a second.
constexpr int64_t kRetryUs = 1'000'000;

// Rows that die within this time are worth a look by the owner.
constexpr int64_t kExpiryHorizonMs = 60'000;
constexpr int64_t kExpiryWalkUs = 20'000'000;
// The same when there is more to report than there was room for.
constexpr int64_t kExpiryWalkSoonUs = 1'000'000;

constexpr int64_t kPaceUs = 100'000;

// Killed scopes looked at in one tick.
constexpr size_t kForgetSteps = 8;

// A slice of defragmentation: so many times so many steps, some 10 us each, or
// fewer where what is moved lies in nobody's cache.
constexpr size_t kMoveSteps = 50;
constexpr int kMovesMax = 6;
constexpr int64_t kMovesUs = 40;
// A round that moves less than one record in so many is followed by a rest.
constexpr size_t kMovedShare = 256;
constexpr int64_t kDefragRestUs = 3'000'000;

}  // namespace

// Without threads a job runs on the owner, who never sleeps.
void Engine::Body::SetPace() {
  if (!options_.background_threads || tick_mono_us_ < next_pace_us_) return;
  next_pace_us_ = tick_mono_us_ + kPaceUs;
  const PickerOptions picker = MakePickerOptions();
  Backlog backlog;
  // By weight: what a snapshot seals may be small.
  backlog.sealed_generations = memory_.sealed_bytes() / GenerationBytes();
  backlog.generation_bytes = sealed_generation_bytes_;
  backlog.fill_us = fill_us_;
  backlog.level0_runs = version_->level(0).size();
  backlog.level0_trigger = static_cast<size_t>(picker.level0_runs);
  backlog.pending_bytes = pending_bytes_;
  backlog.table_bytes = table_bytes_;
  backlog.awaited = !flush_waiters_.empty() || compaction_awaited_;
  flush_pacer_.SetRate(FlushRate(backlog));
  compaction_pacer_.SetRate(CompactionRate(backlog));
}

// --- Requests.

void Engine::Body::Flush(Done done) {
  SealToFlush();
  flush_waiters_.push_back({applied_, std::move(done)});
  StartJobs();
}

void Engine::Body::Compact(Done done) {
  SealToFlush();
  compact_waiters_.push_back(std::move(done));
  compact_all_ = true;
  compact_upto_ = applied_;
  StartJobs();
}

void Engine::Body::Sync(Done done) {
  sync_waiters_.push_back({applied_, std::move(done)});
  StartSync();
}

bool Engine::Body::RunBackground() {
  log_->Step();
  StartJobs();
  const bool worked = scheduler_.RunOne() || readers_.RunOne();
  if (worked) Tick();
  return worked;
}

void Engine::Body::NoteBackgroundError(const base::Status& status) {
  if (scheduler_.stopping()) return;  // A job that was told to end.
  ++stats_.background_errors;
  retry_at_us_ = tick_mono_us_ + kRetryUs;
  look_for_work_ = true;
  if (background_error_.ToString() != status.ToString()) {
    base::LogWarning(base::StrCat(status.message(), "; trying again"));
  }
  background_error_ = status;
}

base::Status Engine::Body::FinalError() const {
  TRY(log_->error());
  return manifest_->error();
}

void Engine::Body::AnswerWaiters() {
  const base::Status log_error = log_->error();
  const base::Status error = FinalError();
  const Sequence synced = log_->synced();
  std::vector<std::pair<Done, base::Status>> ready;
  const auto take = [&ready](std::vector<Waiter>* waiters, Sequence upto,
                             const base::Status& failure) {
    std::erase_if(*waiters, [&](Waiter& waiter) {
      if (failure.ok() && waiter.sequence > upto) return false;
      ready.emplace_back(std::move(waiter.done), failure);
      return true;
    });
  };
  take(&sync_waiters_, synced, log_error);
  take(&flush_waiters_, flushed_, error);
  take(&settle_waiters_, settlements_.oldest() - 1, error);
  if (!error.ok()) {
    compact_all_ = false;
    for (Done& done : std::exchange(compact_waiters_, {})) {
      ready.emplace_back(std::move(done), error);
    }
  }
  for (auto& [done, status] : ready) done(status);
}

// --- Chores.

// Under kAlways every write is synced as it is; the others are asked for once
// they are written.
void Engine::Body::StartSync() {
  if (sync_waiters_.empty() || syncing_ ||
      log_->policy() == SyncPolicy::kAlways || !log_->error().ok()) {
    return;
  }
  const Sequence upto = log_->released();
  if (sync_waiters_.front().sequence > upto || upto <= log_->synced()) return;
  syncing_ = true;
  scheduler_.Start(Lane::kSync, [this, upto] {
    // Whether it was done is seen from synced() and error().
    (void)log_->Sync(upto).ok();
    mailbox_.Post([this] { syncing_ = false; });
  });
}

void Engine::Body::StartExpiryWalk() {
  if (!MayWork() || !options_.expiry_of || !options_.on_expiring ||
      tick_mono_us_ < next_walk_us_ || !scheduler_.Idle(Lane::kExpiry)) {
    return;
  }
  const size_t room =
      options_.expiring_room ? options_.expiring_room() : SIZE_MAX;
  next_walk_us_ =
      tick_mono_us_ + (room == 0 ? kExpiryWalkSoonUs : kExpiryWalkUs);
  if (room == 0) return;
  const int64_t horizon_ms = tick_us_ / 1000 + kExpiryHorizonMs;
  scheduler_.Start(
      Lane::kExpiry, [this, horizon_ms, room, version = version_]() mutable {
        const auto report = [this](std::vector<ExpiringRow> rows) {
          mailbox_.Post(
              [this, rows = std::move(rows)] { options_.on_expiring(rows); });
        };
        ExpiryWalk::Plan plan = expiry_walk_.Begin(*version, horizon_ms, room);
        version.reset();
        const base::Status status = ExpiryWalk::Run(
            options_, report, [this] { return scheduler_.stopping(); }, &plan);
        expiry_walk_.End(plan);
        if (status.ok() && !plan.stopped) return;
        mailbox_.Post([this, status] {
          if (status.ok()) {
            next_walk_us_ = tick_mono_us_ + kExpiryWalkSoonUs;
          } else if (!scheduler_.stopping()) {
            ++stats_.background_errors;
            base::LogWarning(base::StrCat("expiry walk: ", status.message()));
          }
        });
      });
}

// Its part is one of the wall's time: on a busy machine others need theirs.
bool Engine::Body::Defragment() {
  if (defrag_share_.percent() == 0) return false;
  const int64_t begin_us = options_.clock->MonotonicMicros();
  if (begin_us < next_defrag_us_ || !defrag_share_.MaySpend(begin_us)) {
    return false;
  }
  int64_t spent_us = 0;
  for (int i = 0; i < kMovesMax && spent_us < kMovesUs; ++i) {
    const MemoryStore::Moves moves = memory_.MoveSparse(kMoveSteps);
    stats_.moved_records += moves.moved;
    stats_.unmoved_records += moves.stayed;
    defrag_round_.moved += moves.moved;
    defrag_round_.stayed += moves.stayed;
    spent_us = options_.clock->MonotonicMicros() - begin_us;
  }
  if (const auto [moved, stayed] = defrag_round_;
      moved + stayed >= memory_.records()) {
    // There are holes that no record can be moved out of.
    const bool in_vain = moved <= stayed / kMovedShare;
    if (in_vain) next_defrag_us_ = begin_us + kDefragRestUs;
    defrag_round_ = {};
  }
  defrag_share_.Spend(spent_us);
  stats_.defrag_us += static_cast<uint64_t>(spent_us);
  return defrag_share_.has_left();
}

void Engine::Body::StartCleanUp() {
  const size_t steps = std::min(scopes_to_look_at_, kForgetSteps);
  scopes_to_look_at_ -= steps;
  const std::vector<std::string> forgotten =
      scopes_.Forget(*version_, flushed_, steps);
  forgotten_scopes_.insert(forgotten_scopes_.end(), forgotten.begin(),
                           forgotten.end());
  if (let_go_.empty() && !tables_->has_obsolete()) return TendReserve();
  scheduler_.Start(
      Lane::kCleanUp, [this, pins = std::exchange(let_go_, {})]() mutable {
        pins.clear();
        const base::Status status = tables_->Remove(tables_->TakeObsolete());
        if (status.ok()) return;
        mailbox_.Post([status] { base::LogWarning(status.message()); });
      });
}

}  // namespace lsm
