// What the engine gives to readers on other threads: snapshots, ranges, the
// tables behind a miss, and checkpoints.

#include <algorithm>
#include <utility>

#include "base/log.h"
#include "lsm/checkpoint_directory.h"
#include "lsm/engine_body.h"

namespace lsm {
namespace {

// A range with no more rows than these in the active generation is copied out
// of it, in some 20 us. Else the generation is sealed.
constexpr size_t kCopiedRows = 256;
constexpr size_t kCopiedBytes = 64 << 10;

// Tables that cannot be linked are copied at the pace that leaves the log its
// disk.
constexpr uint64_t kCopyBytesPerSecond = 100 << 20;

}  // namespace

// Generations that a version holds already may still be with memory_: their
// flush is installed, but not yet ended.
PinnedSnapshot::View Engine::Body::ViewOfUnflushed() const {
  PinnedSnapshot::View view;
  view.version = version_;
  const auto sealed = memory_.sealed();
  for (auto it = sealed.rbegin(); it != sealed.rend(); ++it) {
    if ((*it)->last_sequence() > flushed_) view.generations.push_back(*it);
  }
  return view;
}

std::shared_ptr<const PinnedSnapshot> Engine::Body::TakeSnapshot() {
  std::shared_ptr<const PinnedSnapshot> snapshot = last_snapshot_.lock();
  if (snapshot != nullptr && snapshot->sequence() == applied_) return snapshot;
  Seal();
  snapshot = snapshots_.Add(applied_, ViewOfUnflushed());
  last_snapshot_ = snapshot;
  return snapshot;
}

RangePin Engine::Body::TakeRange(std::string_view begin, std::string_view end) {
  RangePin pin;
  auto newest = std::make_shared<RowPage>();
  const std::unique_ptr<GenerationIterator> rows = memory_.NewActiveIterator();
  for (rows->Seek(begin); rows->Valid() && (end.empty() || rows->key() < end);
       rows->Next()) {
    if (newest->size() == kCopiedRows || newest->bytes() > kCopiedBytes) {
      pin.snapshot = TakeSnapshot();
      return pin;
    }
    newest->Add(rows->key(), rows->packed(), rows->value());
  }
  pin.snapshot = snapshots_.Add(applied_, ViewOfUnflushed());
  if (newest->size() > 0) pin.newest = std::move(newest);
  return pin;
}

std::shared_ptr<const Version> Engine::Body::PinTables() {
  ++stats_.fetches;
  return version_;
}

// A row written since may have been flushed and evicted, but only into a later
// version than the one that was read.
void Engine::Body::InstallFetched(std::string_view key, uint64_t hash,
                                  const std::shared_ptr<const Version>& version,
                                  uint64_t packed, std::string_view value) {
  if (version != version_) return;
  // Whoever read it does not look again: this is the use it was read for.
  memory_.InstallClean(key, hash, packed, value)->Touch();
}

Sequence Engine::Body::WalkRange(std::string begin, std::string end,
                                 size_t value_bytes, RangeWalks::Visit visit,
                                 Done done) {
  RangePin pin = TakeRange(begin, end);
  const Sequence sequence = pin.snapshot->sequence();
  range_walks_.Start(std::move(pin), std::move(begin), std::move(end),
                     value_bytes, std::move(visit), std::move(done));
  return sequence;
}

// --- Checkpoints.

Sequence Engine::Body::OldestReader() {
  Sequence oldest = snapshots_.Oldest();
  for (const auto& checkpoint : checkpoints_) {
    if (checkpoint->source) continue;
    oldest = std::min(oldest, checkpoint->snapshot->sequence());
  }
  return oldest;
}

CheckpointSource Engine::Body::MakeCheckpointSource(
    const std::map<uint64_t, int64_t>& counters) const {
  CheckpointSource source;
  source.version = version_;
  source.identity = identity_;
  source.incarnation = stats_.incarnation;
  source.flushed = flushed_;
  source.counters = counters;
  for (const auto& [prefix, killed] : scopes_.all()) {
    if (killed <= flushed_) source.dead_scopes.emplace(prefix, killed);
  }
  source.wall_clock_us = std::clamp<int64_t>(tick_us_, 0, kSequenceMax);
  return source;
}

void Engine::Body::PrepareCheckpoint(
    std::function<void(base::Result<CheckpointSource>)> done) {
  // It has no log, where the settlement of what its counts owe could be.
  if (settlements_.size() > 0) {
    SettleAsync([this, hold = settlements_.Hold(),
                 done = std::move(done)](base::Status status) {
      status.ok() ? PrepareCheckpoint(done) : done(std::move(status));
    });
    return;
  }
  auto checkpoint = std::make_shared<PendingCheckpoint>();
  checkpoint->snapshot = TakeSnapshot();
  if (checkpoint->snapshot->sequence() <= flushed_) {
    checkpoint->source = MakeCheckpointSource(counters_);
  } else {
    checkpoint->hold = settlements_.Hold();
  }
  checkpoints_.push_back(checkpoint);
  Flush([this, checkpoint, done = std::move(done)](const base::Status& status) {
    std::erase(checkpoints_, checkpoint);
    if (!status.ok()) {
      done(status);
    } else {
      done(*std::move(checkpoint->source));
    }
  });
}

void Engine::Body::MoveReadersOver(
    const std::map<uint64_t, int64_t>& counters) {
  for (const auto& checkpoint : checkpoints_) {
    if (checkpoint->source || checkpoint->snapshot->sequence() > flushed_) {
      continue;
    }
    checkpoint->source = MakeCheckpointSource(counters);
    checkpoint->hold.reset();
  }
  snapshots_.MoveOver(version_, flushed_);
}

void Engine::Body::AddCheckpoint(const std::string& directory, size_t keep,
                                 CheckpointDone done) {
  if (closed_ || checkpoint_done_) {
    done(closed_ ? base::Status::Io("the engine was closed")
                 : base::Status::Invalid("a checkpoint is being made already"));
    return;
  }
  checkpoint_done_ = std::move(done);
  PrepareCheckpoint([this, directory,
                     keep](base::Result<CheckpointSource> prepared) {
    if (!prepared.ok()) {
      EndCheckpoint(std::move(prepared).status());
      return;
    }
    auto source =
        std::make_shared<CheckpointSource>(std::move(prepared).value());
    scheduler_.Start(Lane::kCheckpoint, [this, source, directory, keep] {
      auto made = AddCheckpointInBackground(*source, directory, keep);
      mailbox_.Post([this, made = std::move(made)] { EndCheckpoint(made); });
    });
  });
}

// The old ones go only when the new one is there, and that they stay is no
// reason to call it a failure.
base::Result<std::string> Engine::Body::AddCheckpointInBackground(
    const CheckpointSource& source, const std::string& directory, size_t keep) {
  if (options_.background_threads) copy_pacer_.SetRate(kCopyBytesPerSecond);
  CheckpointDirectory checkpoints(options_.fs, directory);
  TRY_ASSIGN(std::string path,
             checkpoints.Add(source, options_.directory,
                             {.pacer = &copy_pacer_, .should_stop = [this] {
                                return scheduler_.stopping();
                              }}));
  if (const base::Status kept = checkpoints.Keep(keep); !kept.ok()) {
    base::LogWarning("removing old checkpoints: ", kept.message());
  }
  return path;
}

void Engine::Body::EndCheckpoint(base::Result<std::string> made) {
  std::exchange(checkpoint_done_, nullptr)(std::move(made));
}

// --- The door.

std::shared_ptr<const PinnedSnapshot> Engine::TakeSnapshot() {
  return body_->TakeSnapshot();
}
RangePin Engine::TakeRange(std::string_view begin, std::string_view end) {
  return body_->TakeRange(begin, end);
}
Sequence Engine::WalkRange(
    std::string begin, std::string end, size_t value_bytes,
    std::function<base::Status(const RowPage& page, bool last)> visit,
    Done done) {
  return body_->WalkRange(std::move(begin), std::move(end), value_bytes,
                          std::move(visit), std::move(done));
}
std::shared_ptr<const Version> Engine::PinTables() {
  return body_->PinTables();
}
void Engine::InstallFetched(std::string_view key, uint64_t hash,
                            const std::shared_ptr<const Version>& version,
                            uint64_t packed, std::string_view value) {
  body_->InstallFetched(key, hash, version, packed, value);
}
void Engine::PrepareCheckpoint(
    std::function<void(base::Result<CheckpointSource>)> done) {
  body_->PrepareCheckpoint(std::move(done));
}
void Engine::AddCheckpoint(
    const std::string& directory, size_t keep,
    std::function<void(base::Result<std::string>)> done) {
  body_->AddCheckpoint(directory, keep, std::move(done));
}

}  // namespace lsm
