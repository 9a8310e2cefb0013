#include "commands/saves.h"

#include <algorithm>
#include <utility>

#include "base/log.h"

namespace commands {
namespace {

// After a failure a save point waits this long, as in Redis.
constexpr int64_t kRetrySeconds = 5;

}  // namespace

Saves::Saves(types::DataSet* data, base::Clock* clock)
    : data_(data), clock_(clock), last_s_(NowSeconds()) {}

void Saves::Start(Done done) {
  waiting_.push_back(std::move(done));
  if (!in_progress_) Begin();
}

void Saves::Begin() {
  in_progress_ = true;
  begun_s_ = NowSeconds();
  batches_at_begin_ = data_->stats().written_batches;
  data_->AddCheckpoint(settings_.directory, settings_.kept,
                       [this, dones = std::exchange(waiting_, {})](
                           const base::Result<std::string>& made) {
                         End(made);
                         for (const Done& done : dones) {
                           if (done) done(made.status());
                         }
                         if (!in_progress_ && !waiting_.empty()) Begin();
                       });
}

void Saves::End(const base::Result<std::string>& made) {
  in_progress_ = false;
  last_ok_ = made.ok();
  last_took_s_ = NowSeconds() - begun_s_;
  if (!made.ok()) {
    base::LogWarning("Saving failed: ", made.status().message());
    return;
  }
  last_s_ = NowSeconds();
  batches_at_last_ = batches_at_begin_;
  newest_ = made.value();
  ++count_;
  base::LogNotice("Checkpoint made: ", newest_);
}

void Saves::Tick() {
  const int64_t now_s = NowSeconds();
  if (settings_.points.empty() || in_progress_ || now_s == looked_s_) return;
  looked_s_ = now_s;
  if (!last_ok_ && now_s - begun_s_ <= kRetrySeconds) return;
  const uint64_t changes = Changes(data_->stats());
  for (const SavePoint& point : settings_.points) {
    if (changes < point.changes || now_s - last_s_ <= point.seconds) continue;
    base::LogNotice(changes, " changes in ", point.seconds,
                    " seconds. Saving...");
    Start(nullptr);
    return;
  }
}

int64_t Saves::seconds_so_far() const {
  return in_progress_ ? NowSeconds() - begun_s_ : -1;
}

uint64_t Saves::Changes(const types::EngineStats& engine) const {
  return engine.written_batches -
         std::min(engine.written_batches, batches_at_last_);
}

}  // namespace commands
