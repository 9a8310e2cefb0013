// When the disk is full: what is refused, what goes on, and the space that is
// set aside for what frees most.
//
// "No room" is told before a commit can fail: when no spare segment can be
// made, or when the reserve is gone. Ordinary writes are refused from then on;
// deletes, kills and settlements go on, and what they leave behind is flushed
// and merged soon, in the room of the reserve if need be. Writes go on once
// the reserve is made again.

#include <algorithm>
#include <utility>

#include "base/log.h"
#include "lsm/engine_body.h"

namespace lsm {
namespace {

constexpr uint64_t kManifestShare = 8;  // of the reserve: one in so many

constexpr int64_t kReserveRetryUs = 1'000'000;
constexpr int64_t kReserveErrorUs = 60'000'000;  // not for want of space

// Flushes that are to free space do not follow each other more closely: what
// deletes go on to write is worth a table by then.
constexpr int64_t kSealForRoomUs = 5'000'000;

}  // namespace

void Engine::Body::NoteErrors() {
  const bool was_full = IsFull();
  manifest_error_ = manifest_->error();
  // What waits for a segment that nobody will list is told so.
  if (!manifest_error_.ok() && log_->starved()) log_->Abandon(manifest_error_);
  write_status_ = manifest_error_.ok() ? log_->spare_status() : manifest_error_;
  if (write_status_.ok()) write_status_ = reserve_status_;
  // Who would have to wait for a flush or a merge that fails is told why.
  if (write_status_.ok() && !background_error_.ok() &&
      pressure().value() >= 1) {
    write_status_ = background_error_;
  }
  if (IsFull() && !was_full) {
    full_since_ = applied_;
    look_for_work_ = true;
  }
}

bool Engine::Body::IsFull() const {
  return write_status_.code() == base::Code::kNoRoom;
}

// A flush before its time frees space if it gives up log, or takes to the
// tables what was deleted: since ordinary writes are refused, or before.
bool Engine::Body::FlushMakesRoom() const {
  if (!IsFull() || flush_upto_ >= applied_ ||
      tick_mono_us_ - sealed_us_ < kSealForRoomUs) {
    return false;
  }
  return applied_ > full_since_ || memory_.active().tombstones() > 0 ||
         !log_->SegmentsUpTo(applied_).empty();
}

// A job that has no room is begun again in that of the reserve, if `bytes`
// may be enough for it.
base::Status Engine::Body::RunInBackground(
    uint64_t bytes, const std::function<base::Status()>& job) {
  const base::Status status = job();
  if (status.code() != base::Code::kNoRoom || scheduler_.stopping()) {
    return status;
  }
  const base::Result<uint64_t> free =
      options_.fs->FreeBytes(options_.directory);
  const uint64_t held = reserve_.bytes();
  if (held == 0 || !free.ok() || free.value() + held < bytes) return status;
  // The space is for the job, not for the log.
  log_->HoldSpares(true);
  const bool released = reserve_.Release();
  mailbox_.Post([this, status, released] {
    if (released) {
      NoteReserveReleased(status);
    } else if (reserve_status_.ok()) {
      log_->HoldSpares(false);
    }
  });
  return released ? job() : status;
}

void Engine::Body::NoteReserveReleased(const base::Status& reason) {
  base::LogWarning("the reserve is released: ", reason.message());
  reserve_status_ = reason;
  next_reserve_us_ = tick_mono_us_ + kReserveRetryUs;
  log_->HoldSpares(true);
}

// Room for one flush, or for the log segment of an opening; and for the
// MANIFEST of either.
uint64_t Engine::Body::ReserveWanted() const {
  const uint64_t bytes =
      std::max(GenerationBytes(), options_.log_segment_bytes);
  return std::min(options_.reserve_bytes, bytes + bytes / kManifestShare);
}

// Where what deletes have written waits for a segment, the flush waits with it:
// the segment is made of the reserve.
bool Engine::Body::LogNeedsReserve() const {
  return reserve_.bytes() > 0 && IsFull() && log_->starved();
}

// It is made again where that leaves something over, so that it is not
// released at once, and what the running jobs may yet write.
void Engine::Body::TendReserve() {
  if (LogNeedsReserve()) {
    scheduler_.Start(Lane::kCleanUp, [this] {
      if (!reserve_.Release()) return;
      mailbox_.Post([this] { NoteReserveReleased(log_->spare_status()); });
    });
    return;
  }
  const uint64_t wanted = ReserveWanted();
  const bool is_made = reserve_.bytes() == wanted && reserve_status_.ok();
  if (is_made || tick_mono_us_ < next_reserve_us_) return;
  next_reserve_us_ = tick_mono_us_ + kReserveRetryUs;
  const uint64_t beside = wanted / 8 + flush_progress_.bytes_expected +
                          compaction_progress_.bytes_expected;
  scheduler_.Start(Lane::kCleanUp, [this, wanted, beside] {
    const base::Status status = reserve_.Make(wanted, beside);
    const bool made = status.ok() && reserve_.bytes() == wanted;
    mailbox_.Post([this, status, made] { NoteReserve(status, made); });
  });
}

void Engine::Body::NoteReserve(const base::Status& status, bool made) {
  const bool was_full = !reserve_status_.ok();
  if (made) {
    if (was_full) {
      base::LogNotice("the reserve is made again: there is space");
    }
    reserve_status_ = base::Status::Ok();
    log_->HoldSpares(false);
    return;
  }
  if (status.ok()) return;  // Not now.
  if (!was_full) base::LogWarning("reserve: ", status.message());
  if (status.code() != base::Code::kNoRoom) {
    next_reserve_us_ = tick_mono_us_ + kReserveErrorUs;
    return;
  }
  reserve_status_ = status;
  log_->HoldSpares(true);
}

}  // namespace lsm
