// How blind puts are settled: the old rows are read beside the owner, who logs
// what they say as ordinary batches.

#include <utility>

#include "lsm/engine_body.h"

namespace lsm {
namespace {

// Beyond these, or this share of the budget, a put waits for its read, like any
// other command.
constexpr size_t kUnsettledMax = 100'000;
constexpr uint64_t kUnsettledShare = 16;
// Debts settled by one batch; some 20 us.
constexpr size_t kSettledAtOnce = 16;

}  // namespace

bool Engine::Body::MayPutBlind() const {
  return settlements_.size() < kUnsettledMax &&
         settlements_.memory_bytes() <
             options_.memory_bytes / kUnsettledShare &&
         !settlements_.held();
}

// Whoever killed the scope has taken the counts as they stood.
bool Engine::Body::IsDead(std::string_view key, Sequence sequence) const {
  if (scopes_.size() == 0 || key.empty()) return false;
  for (const uint32_t length :
       scope_lengths_[static_cast<unsigned char>(key[0])]) {
    if (key.size() < length) continue;
    const auto killed = scopes_.all().find(std::string(key.substr(0, length)));
    if (killed != scopes_.all().end() && killed->second > sequence) return true;
  }
  return false;
}

void Engine::Body::StartSettling() {
  if (settlements_.size() == 0) return;
  settlements_.StartReads(
      version_, tick_mono_us_,
      [this](std::string_view key, Sequence sequence) {
        return IsDead(key, sequence);
      },
      &readers_);
}

void Engine::Body::SettleKnown() {
  if (settlements_.size() == 0 || !MayWrite(/*may_use_reserve=*/true).ok()) {
    return;
  }
  const std::vector<Settlements::Known> known =
      settlements_.TakeKnown(kSettledAtOnce);
  // The next opening decides about what a failed log leaves.
  if (!known.empty()) (void)WriteSettlement(known).ok();
}

base::Status Engine::Body::WriteSettlement(
    std::span<const Settlements::Known> rows) {
  Settlement settlement;
  WriteBatch batch;
  for (const auto& [debt, existed, row] : rows) {
    if (!options_.faults.settle_unlogged) batch.Settle(debt->key);
    if (!existed || !options_.on_settle) continue;
    if (IsDead(debt->key, debt->sequence)) continue;
    options_.on_settle({debt->key, row ? row->value : std::string_view()},
                       &settlement);
  }
  for (const std::string& scope : settlement.kills) batch.KillScope(scope);
  for (const auto& [counter, delta] : settlement.counts) {
    if (delta != 0) batch.AddCount(counter, delta);
  }
  TRY_ASSIGN(last_settlement_, Write(batch, /*may_use_reserve=*/true));
  for (const Settlements::Known& known : rows) {
    settlements_.Pay(known.debt.get());
  }
  stats_.settled += rows.size();
  return base::Status::Ok();
}

bool Engine::Body::SettleAsync(Done done) {
  if (settlements_.size() == 0) return false;
  settle_waiters_.push_back({settlements_.newest(), std::move(done)});
  return true;
}

base::Status Engine::Body::Settle() {
  if (settlements_.size() == 0) return base::Status::Ok();
  TRY_ASSIGN(const std::vector<Settlements::Known> all,
             settlements_.ReadAll(*version_));
  return WriteSettlement(all);
}

// --- The door.

bool Engine::MayPutBlind() const { return body_->MayPutBlind(); }
size_t Engine::unsettled() const { return body_->settlements().size(); }
std::shared_ptr<const void> Engine::HoldBlindPuts() {
  return body_->settlements().Hold();
}
bool Engine::SettleAsync(Done done) {
  return body_->SettleAsync(std::move(done));
}
base::Status Engine::Settle() { return body_->Settle(); }

}  // namespace lsm
