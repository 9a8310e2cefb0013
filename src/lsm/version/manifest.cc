#include "lsm/version/manifest.h"

#include <algorithm>
#include <cerrno>
#include <utility>

#include "lsm/version/file_names.h"

namespace lsm {

using base::Result;
using base::Status;

Manifest::Manifest(base::FileSystem* fs, std::string directory,
                   ManifestState state, const ManifestOptions& options)
    : fs_(fs),
      directory_(std::move(directory)),
      options_(options),
      state_(std::move(state)) {}

Manifest::~Manifest() = default;

Result<std::unique_ptr<Manifest>> Manifest::Create(
    base::FileSystem* fs, const std::string& directory, ManifestState state,
    const ManifestOptions& options) {
  std::unique_ptr<Manifest> made(
      new Manifest(fs, directory, std::move(state), options));
  base::MutexLock lock(made->mutex_);
  made->LeadNewFile();
  if (made->file_ == nullptr) return made->last_failure_;
  return made;
}

Status Manifest::Append(const VersionEdit& edit) {
  base::MutexLock lock(mutex_);
  TRY(error_);
  const Status applied = state_.Apply(edit);
  CHECK(applied.ok());
  std::string encoded;
  edit.EncodeTo(&encoded);
  queue_.push_back(std::move(encoded));
  return WaitFor(++appended_, /*witnessed=*/false);
}

Status Manifest::Witness() {
  base::MutexLock lock(mutex_);
  return WaitFor(appended_, /*witnessed=*/true);
}

Status Manifest::AppendWitnessed(const VersionEdit& edit) {
  TRY(Append(edit));
  return Witness();
}

// It may go by next time, and nothing is wrong with the disk.
bool Manifest::MayPass(const Status& status) {
  return status.code() == base::Code::kNoRoom ||
         status.error_number() == EMFILE || status.error_number() == ENFILE;
}

Status Manifest::WaitFor(uint64_t ticket, bool witnessed) {
  const uint64_t failures_before = failures_;
  while (true) {
    TRY(error_);
    if ((witnessed ? witnessed_ : synced_) >= ticket) return Status::Ok();
    // A full disk is for the caller to wait for; whoever led, the failure is
    // everybody's who waited.
    if (failures_ != failures_before && MayPass(last_failure_)) {
      return last_failure_;
    }
    if (leading_) {
      progress_.Wait(mutex_);
      continue;
    }
    Lead();
  }
}

bool Manifest::NeedsNewFile() const {
  return file_ == nullptr || (file_->bytes() > options_.roll_bytes &&
                              file_->bytes() > 2 * file_->snapshot_bytes());
}

void Manifest::Lead() {
  if (NeedsNewFile()) return LeadNewFile();
  leading_ = true;
  const std::vector<std::string> edits = std::exchange(queue_, {});
  const uint64_t upto = appended_;
  const uint64_t synced_before = synced_;
  mutex_.Unlock();
  const Status status = file_->Append(edits);
  mutex_.Lock();
  leading_ = false;
  if (status.ok()) {
    synced_ = upto;
    witnessed_ = std::max(witnessed_, synced_before);
    last_failure_ = Status::Ok();
  } else {
    Fail(status);
  }
  progress_.SignalAll();
}

// The snapshot holds all that waits in the queue, and CURRENT is its witness.
void Manifest::LeadNewFile() {
  leading_ = true;
  queue_.clear();
  const uint64_t upto = appended_;
  const uint64_t number = state_.next_file_number++;
  const uint64_t number_before = number_;
  const Uuid uuid = state_.identity.uuid;
  std::string snapshot;
  state_.Snapshot().EncodeTo(&snapshot);
  mutex_.Unlock();
  file_.reset();
  Result<std::unique_ptr<ManifestFile>> file = ManifestFile::Create(
      fs_, directory_, number, uuid, snapshot, options_.faults);
  if (file.ok() && number_before != 0) RemoveOld(number_before);
  mutex_.Lock();
  leading_ = false;
  if (options_.faults.forget_queue_on_roll) queue_.clear();
  if (file.ok()) {
    file_ = std::move(file).value();
    number_ = number;
    synced_ = upto;
    witnessed_ = upto;
    last_failure_ = Status::Ok();
  } else {
    Fail(file.status());
  }
  progress_.SignalAll();
}

void Manifest::RemoveOld(uint64_t number) {
  // Nothing depends on it: a file that stays is an orphan, which the next
  // opening removes.
  const Status ignored =
      fs_->Remove(base::JoinPath(directory_, ManifestName(number)));
  (void)ignored;
}

void Manifest::Fail(const Status& status) {
  file_.reset();
  ++failures_;
  last_failure_ = status;
  if (MayPass(status) || ++io_errors_ < 2) return;
  error_ = status;
  failed_.store(true, std::memory_order_release);
}

uint64_t Manifest::NewFileNumber() {
  base::MutexLock lock(mutex_);
  return state_.next_file_number++;
}

uint64_t Manifest::NewSegmentNumber() {
  base::MutexLock lock(mutex_);
  return state_.next_segment_number++;
}

ManifestState Manifest::state() const {
  base::MutexLock lock(mutex_);
  return state_;
}

bool Manifest::Lists(uint64_t segment) const {
  base::MutexLock lock(mutex_);
  return state_.segments.contains(segment);
}

Status Manifest::error() const {
  if (!failed_.load(std::memory_order_acquire)) return Status::Ok();
  base::MutexLock lock(mutex_);
  return error_;
}

uint64_t Manifest::number() const {
  base::MutexLock lock(mutex_);
  return number_;
}

}  // namespace lsm
