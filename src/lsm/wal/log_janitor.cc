// The part of LogWriter that has a clock or a file name in it.

#include <algorithm>
#include <utility>

#include "lsm/wal/log_writer.h"

namespace lsm {
namespace {

using base::MutexLock;
using base::Status;

constexpr int64_t kSyncEveryUs = 1'000'000;
// An idle log says once what is durable, so that its last acknowledged frame
// has a witness; soon, but not between any two commits.
constexpr int64_t kWitnessAfterUs = 50'000;
constexpr int64_t kTryAgainAfterUs = 1'000'000;

}  // namespace

void LogWriter::RunJanitorThread() {
  MutexLock lock(mutex_);
  while (!stopping_) {
    const int64_t wait_us = Tend();
    if (janitor_woken_ || stopping_ || wait_us == 0) continue;
    if (wait_us > 0) {
      janitor_.WaitFor(mutex_, wait_us);
    } else {
      janitor_asleep_ = true;
      janitor_.Wait(mutex_);
      janitor_asleep_ = false;
    }
  }
}

void LogWriter::WakeJanitor() {
  janitor_woken_ = true;
  janitor_.SignalOne();
}

int64_t LogWriter::Tend() {
  tending_ = true;
  janitor_woken_ = false;
  const int64_t now_us = options_.clock->MonotonicMicros();
  if (!failed() && SyncIsDue(now_us)) SyncAll();
  if (!failed() && !abandoned_.ok()) FailAbandoned();
  if (!failed()) CloseSynced();
  if (!failed()) TendSegments(now_us);
  if (!failed() && WitnessIsDue(now_us)) PushWitness();
  tending_ = false;
  return NextDue(options_.clock->MonotonicMicros());
}

int64_t LogWriter::NextDue(int64_t now_us) const {
  if (failed()) return -1;
  int64_t due_us = INT64_MAX;
  if (policy_ == SyncPolicy::kEverySecond && order_.NeedsSync()) {
    due_us = std::min(due_us, last_sync_us_ + kSyncEveryUs);
  }
  if (order_.synced().last > witnessed_ && !options_.faults.skip_witness) {
    const int64_t from_us = InFlight() == 0 ? last_finish_us_ : now_us;
    due_us = std::min(due_us, from_us + kWitnessAfterUs);
  }
  if (next_try_us_ != 0) due_us = std::min(due_us, next_try_us_);
  if (due_us == INT64_MAX) return -1;
  return std::max<int64_t>(due_us - now_us, 0);
}

// --- Syncs.

bool LogWriter::SyncIsDue(int64_t now_us) const {
  if (!order_.NeedsSync()) return false;
  if (sync_wanted_ > order_.synced().last) return true;
  switch (policy_) {
    case SyncPolicy::kAlways:  // Left over from another policy.
      return true;
    case SyncPolicy::kEverySecond:
      return now_us - last_sync_us_ >= kSyncEveryUs;
    case SyncPolicy::kNo:
      return std::any_of(segments_.begin(), segments_.end() - 1,
                         [](const std::unique_ptr<Segment>& segment) {
                           return segment->cached_ticket >
                                  segment->synced_ticket;
                         });
  }
  return false;
}

void LogWriter::SyncAll() {
  const CommitPoint upto = order_.written();
  std::vector<Segment*> dirty;
  for (const std::unique_ptr<Segment>& segment : segments_) {
    if (segment->cached_ticket > segment->synced_ticket) {
      dirty.push_back(segment.get());
    }
  }
  mutex_.Unlock();
  // Oldest first, so that what a failure leaves synced is a prefix.
  Status status;
  for (Segment* segment : dirty) {
    status = SyncSegment(segment->file.get());
    if (!status.ok()) break;
  }
  mutex_.Lock();
  if (!status.ok()) {
    Fail(status);
  } else if (!failed()) {
    for (Segment* segment : dirty) segment->synced_ticket = upto.ticket;
    order_.FinishSync(upto);
    last_sync_us_ = options_.clock->MonotonicMicros();
    stats_.syncs += dirty.size();
    if (Publish()) progress_.SignalAll();
  }
  Notify();
}

// What was written may be acknowledged already, and its file is sound. Nothing
// more is taken from the queue, but what was taken may yet be written: then it
// is looked at again.
void LogWriter::FailAbandoned() {
  if (order_.NeedsSync()) SyncAll();
  if (failed() || writing_ > 0 || order_.NeedsSync()) return;
  Fail(abandoned_);
  Notify();
}

Status LogWriter::SyncSegment(base::LogFile* file) {
  Status status = file->Sync();
  if (!status.ok() && options_.faults.retry_failed_sync) status = file->Sync();
  return status;
}

// --- Segments.

void LogWriter::CloseSynced() {
  std::vector<std::unique_ptr<base::LogFile>> done;
  for (const std::unique_ptr<Segment>& segment : segments_) {
    if (segment.get() != tail_.segment && segment->file != nullptr &&
        segment->last_ticket <= order_.synced().ticket) {
      done.push_back(std::move(segment->file));
    }
  }
  if (done.empty()) return;
  mutex_.Unlock();
  done.clear();
  mutex_.Lock();
}

bool LogWriter::WantsNext() const {
  const Segment& segment = *tail_.segment;
  const bool wants = segment.end >= segment.bytes_max / 4 * 3 || !Suits() ||
                     (!queue_.empty() && !Fits(*queue_.front()));
  return wants && !pool_.HasNext();
}

void LogWriter::TendSegments(int64_t now_us) {
  if (now_us < next_try_us_) return;
  const bool was_out = next_try_us_ != 0;
  const bool wants_next = WantsNext() || was_out;
  if (!wants_next && !pool_.LacksSpares()) return;
  const bool aligned = WantsAligned();
  mutex_.Unlock();
  pool_.Recycle();
  if (wants_next) {
    pool_.PrepareNext(aligned);
    // Before the spares: frames may be waiting for it. With the mutex, so
    // that no thread is between looking and waiting.
    mutex_.Lock();
    work_.SignalAll();
    mutex_.Unlock();
  }
  pool_.KeepSpares();
  mutex_.Lock();
  const bool out = !pool_.spare_status().ok();
  next_try_us_ = out ? now_us + kTryAgainAfterUs : 0;
  work_.SignalAll();
  if (out != was_out) Notify();
}

std::vector<uint64_t> LogWriter::SegmentsUpTo(Sequence flushed) const {
  MutexLock lock(mutex_);
  std::vector<uint64_t> numbers;
  if (!older_.empty()) {
    if (flushed < older_last_) return numbers;
    numbers = older_;
  }
  for (const std::unique_ptr<Segment>& segment : segments_) {
    // An open file may have a frame in flight, if only a witness.
    if (segment->file != nullptr || segment->needed_upto > flushed) break;
    numbers.push_back(segment->number);
  }
  return numbers;
}

void LogWriter::GiveUp(const std::vector<uint64_t>& numbers) {
  const auto named = [&numbers](uint64_t number) {
    return std::find(numbers.begin(), numbers.end(), number) != numbers.end();
  };
  {
    MutexLock lock(mutex_);
    std::erase_if(older_, named);
    std::erase_if(segments_, [&](const std::unique_ptr<Segment>& segment) {
      return segment->file == nullptr && named(segment->number);
    });
    pool_.GiveUp(numbers);
    next_try_us_ = std::min<int64_t>(next_try_us_, 1);
    WakeJanitor();
  }
  if (!options_.threads) Pump();
}

void LogWriter::HoldSpares(bool hold) {
  MutexLock lock(mutex_);
  pool_.HoldSpares(hold);
  next_try_us_ = std::min<int64_t>(next_try_us_, 1);
  WakeJanitor();
}

uint64_t LogWriter::bytes_retained() const {
  MutexLock lock(mutex_);
  uint64_t bytes = older_.size() * options_.segment_bytes;
  for (const auto& segment : segments_) bytes += segment->end;
  return bytes;
}

bool LogWriter::starved() const {
  MutexLock lock(mutex_);
  return !queue_.empty() && !Fits(*queue_.front()) && !pool_.HasNext();
}

uint64_t LogWriter::bytes_left() const {
  MutexLock lock(mutex_);
  return tail_.segment->bytes_max - tail_.segment->end + pool_.bytes_left();
}

// --- The witness.

bool LogWriter::WitnessIsDue(int64_t now_us) const {
  return order_.synced().last > witnessed_ && InFlight() == 0 &&
         now_us - last_finish_us_ >= kWitnessAfterUs &&
         !options_.faults.skip_witness;
}

void LogWriter::PushWitness() {
  std::unique_ptr<FrameBuffer> witness = TakeFree();
  if (witness == nullptr) witness = std::make_unique<FrameBuffer>();
  witness->set_flags(kFrameFirst | kFrameLast | kFrameEmpty);
  queue_.push_back(std::move(witness));
  ++stats_.witnesses;
  work_.SignalOne();
}

// --- Questions of other threads.

Status LogWriter::error() const {
  if (!failed()) return Status::Ok();
  MutexLock lock(mutex_);
  return error_;
}

Status LogWriter::Sync(Sequence upto) {
  if (synced() >= upto) return Status::Ok();
  if (!options_.threads) {
    Pump();
    MutexLock lock(mutex_);
    if (!failed() && synced() < upto && order_.NeedsSync()) SyncAll();
    if (synced() >= upto) return Status::Ok();
    if (failed()) return error_;
    return Status::NoRoom("frames wait for a log segment");
  }
  MutexLock lock(mutex_);
  while (synced() < upto) {
    if (failed()) return error_;
    if (closed_) return Status::Io("the log is closed");
    sync_wanted_ = std::max(sync_wanted_, upto);
    if (SyncIsDue(options_.clock->MonotonicMicros())) WakeJanitor();
    progress_.Wait(mutex_);
  }
  return Status::Ok();
}

Status LogWriter::SetPolicy(SyncPolicy policy) {
  {
    MutexLock lock(mutex_);
    if (failed()) return error_;
    policy_ = policy;
    if (Publish()) progress_.SignalAll();
    WakeJanitor();
    Notify();
  }
  if (!options_.threads) Pump();
  return Status::Ok();
}

SyncPolicy LogWriter::policy() const {
  MutexLock lock(mutex_);
  return policy_;
}

int LogWriter::in_flight() const {
  MutexLock lock(mutex_);
  return InFlight();
}

LogStats LogWriter::stats() const {
  MutexLock lock(mutex_);
  return stats_;
}

void LogWriter::Step() { Pump(); }

}  // namespace lsm
