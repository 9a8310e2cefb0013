#include "lsm/wal/segment_pool.h"

#include <algorithm>
#include <utility>

#include "base/check.h"
#include "base/random.h"
#include "base/strings.h"

namespace lsm {
namespace {

using base::MutexLock;
using base::Status;

// A flush gives up several segments at once; keeping some more than are made
// saves writing them anew, at the price of their space.
constexpr size_t kSparesRecycled = 2;

}  // namespace

SegmentPool::SegmentPool(SegmentPoolOptions options, uint64_t first_number)
    : options_(std::move(options)), next_number_(first_number) {}

std::string SegmentPool::PathOf(const std::string& name) const {
  return base::JoinPath(options_.directory, name);
}

Status SegmentPool::SyncDirectory() {
  if (options_.faults.skip_directory_sync) return Status::Ok();
  return options_.fs->SyncDirectory(options_.directory);
}

Status SegmentPool::FindSpares() {
  TRY_ASSIGN(const std::vector<std::string> names,
             options_.fs->List(options_.directory));
  std::vector<std::string> found;
  for (const std::string& name : names) {
    const std::optional<uint64_t> number = ParseSpareName(name);
    if (!number) continue;
    next_spare_ = std::max(next_spare_, *number + 1);
    found.push_back(name);
  }
  // The order of a directory is no order; a test wants the same one again.
  std::sort(found.begin(), found.end());
  MutexLock lock(mutex_);
  spares_ = std::move(found);
  return Status::Ok();
}

base::Result<std::string> SegmentPool::MakeSpare() {
  const std::string name = SpareName(next_spare_++);
  const uint64_t size = options_.preallocate ? options_.segment_bytes : 0;
  if (size == 0) {
    // Nothing is set aside, so look whether it could be.
    TRY_ASSIGN(const uint64_t free, options_.fs->FreeBytes(options_.directory));
    if (free < options_.segment_bytes) {
      return Status::NoRoom(base::StrCat("no space left for a log segment: ",
                                         options_.directory));
    }
  }
  const Status made = options_.fs->CreateLog(PathOf(name), size);
  if (made.ok()) return name;
  // Part of a file helps nobody and takes the last space. Where even this
  // fails there may be no file; the first error is the one to tell.
  (void)options_.fs->Remove(PathOf(name)).ok();
  return made;
}

base::Result<std::string> SegmentPool::TakeSpare() {
  for (;;) {
    std::string name;
    {
      MutexLock lock(mutex_);
      if (spares_.empty()) break;
      name = std::move(spares_.back());
      spares_.pop_back();
    }
    TRY_ASSIGN(const uint64_t size, options_.fs->FileSize(PathOf(name)));
    if (options_.preallocate && size == options_.segment_bytes) return name;
    // Left by a crash in the middle of making it, or by other settings.
    TRY(options_.fs->Remove(PathOf(name)));
  }
  return MakeSpare();
}

Status SegmentPool::WriteHeader(const std::string& path, bool aligned,
                                Segment* segment) {
  TRY_ASSIGN(const std::unique_ptr<base::LogFile> file,
             options_.fs->OpenLog(path, aligned));
  const bool direct = file->direct();
  if (aligned && !direct) direct_works_ = false;
  segment->salt = base::SecureRandom();
  segment->alignment = direct ? base::kDirectAlignment : 8;
  FileHeader header;
  header.magic = kSegmentMagic;
  header.flags = direct ? kSegmentAligned : 0;
  header.db_uuid = options_.db_uuid;
  header.number = segment->number;
  header.salt = segment->salt;
  header.size = options_.preallocate ? options_.segment_bytes : 0;
  alignas(base::kDirectAlignment) char block[kFileHeaderBlock];
  EncodeFileHeader(header, block);
  TRY(file->Write(0, {block, sizeof block}, base::Durability::kDurable));
  return file->Sync();
}

base::Result<std::unique_ptr<Segment>> SegmentPool::Make(bool aligned) {
  TRY_ASSIGN(const std::string spare, TakeSpare());
  auto segment = std::make_unique<Segment>();
  segment->number = next_number_++;
  segment->bytes_max = options_.segment_bytes;
  const std::string path = PathOf(SegmentName(segment->number));

  std::string at = PathOf(spare);
  Status status = WriteHeader(at, aligned, segment.get());
  if (status.ok()) {
    status = options_.fs->Rename(at, path);
    if (status.ok()) at = path;
  }
  if (status.ok()) status = SyncDirectory();
  if (status.ok()) {
    auto file = options_.fs->OpenLog(path, segment->alignment != 8);
    if (file.ok()) {
      segment->file = std::move(file).value();
      return segment;
    }
    status = std::move(file).status();
  }
  // Not listed, so nobody will look for it; the first error is the one to
  // tell.
  (void)options_.fs->Remove(at).ok();
  return status;
}

Status SegmentPool::MakeNext(bool aligned) {
  if (unlisted_ == nullptr) {
    TRY_ASSIGN(unlisted_, Make(aligned));
  }
  if (options_.faults.use_before_listed) {
    listed_late_ = unlisted_->number;
  } else if (options_.list_segment) {
    TRY(options_.list_segment(unlisted_->number));
  }
  MutexLock lock(mutex_);
  next_ = std::move(unlisted_);
  return Status::Ok();
}

void SegmentPool::Recycle() {
  std::vector<uint64_t> numbers;
  {
    MutexLock lock(mutex_);
    numbers.swap(given_up_);
  }
  // What could not be recycled is an orphan that the next start removes.
  Status status = RecycleAll(numbers);
  MutexLock lock(mutex_);
  recycle_status_ = std::move(status);
}

Status SegmentPool::RecycleAll(const std::vector<uint64_t>& numbers) {
  if (numbers.empty()) return Status::Ok();
  size_t room;
  {
    MutexLock lock(mutex_);
    const size_t kept = static_cast<size_t>(options_.spares) +
                        (hold_spares_ ? 0 : kSparesRecycled);
    room = spares_.size() < kept ? kept - spares_.size() : 0;
  }
  std::vector<std::string> recycled;
  for (const uint64_t number : numbers) {
    const std::string path = PathOf(SegmentName(number));
    if (options_.preallocate && recycled.size() < room) {
      const std::string name = SpareName(next_spare_++);
      TRY(options_.fs->Rename(path, PathOf(name)));
      recycled.push_back(name);
    } else {
      TRY(options_.fs->Remove(path));
    }
  }
  // Before one of them is made a segment again: its old name must not come
  // back after a crash.
  TRY(SyncDirectory());
  MutexLock lock(mutex_);
  spares_.insert(spares_.end(), recycled.begin(), recycled.end());
  return Status::Ok();
}

Status SegmentPool::MakeSpares() {
  const auto wanted = static_cast<size_t>(options_.spares);
  if (!options_.preallocate) return Status::Ok();
  for (;;) {
    {
      MutexLock lock(mutex_);
      if (spares_.size() >= wanted) return Status::Ok();
      if (hold_spares_) {
        return Status::NoRoom(base::StrCat("no space left for a log segment: ",
                                           options_.directory));
      }
    }
    TRY_ASSIGN(std::string name, MakeSpare());
    MutexLock lock(mutex_);
    spares_.push_back(std::move(name));
  }
}

Status SegmentPool::RemoveSpares() {
  for (;;) {
    std::string name;
    {
      MutexLock lock(mutex_);
      const auto wanted = static_cast<size_t>(options_.spares);
      if (!hold_spares_ || spares_.size() <= wanted) return Status::Ok();
      name = std::move(spares_.back());
      spares_.pop_back();
    }
    TRY(options_.fs->Remove(PathOf(name)));
  }
}

void SegmentPool::PrepareNext(bool aligned) {
  if (HasNext()) return;
  if (listed_late_ != 0 && options_.list_segment) {
    (void)options_.list_segment(std::exchange(listed_late_, 0)).ok();
  }
  Status status = MakeNext(aligned);
  MutexLock lock(mutex_);
  next_status_ = std::move(status);
}

void SegmentPool::KeepSpares() {
  Status status = MakeSpares();
  if (status.ok()) status = RemoveSpares();
  MutexLock lock(mutex_);
  spare_status_ = std::move(status);
}

bool SegmentPool::HasNext() const {
  MutexLock lock(mutex_);
  return next_ != nullptr;
}

std::unique_ptr<Segment> SegmentPool::TakeNext() {
  MutexLock lock(mutex_);
  CHECK(next_ != nullptr);
  return std::move(next_);
}

void SegmentPool::GiveUp(const std::vector<uint64_t>& numbers) {
  MutexLock lock(mutex_);
  given_up_.insert(given_up_.end(), numbers.begin(), numbers.end());
}

void SegmentPool::HoldSpares(bool hold) {
  MutexLock lock(mutex_);
  hold_spares_ = hold;
}

bool SegmentPool::LacksSpares() const {
  MutexLock lock(mutex_);
  const auto wanted = static_cast<size_t>(options_.spares);
  return !given_up_.empty() || !recycle_status_.ok() || !spare_status_.ok() ||
         (options_.preallocate && spares_.size() < wanted) ||
         (hold_spares_ && spares_.size() > wanted);
}

Status SegmentPool::spare_status() const {
  MutexLock lock(mutex_);
  if (!next_status_.ok()) return next_status_;
  return spare_status_.ok() ? recycle_status_ : spare_status_;
}

uint64_t SegmentPool::bytes_left() const {
  MutexLock lock(mutex_);
  const size_t segments = spares_.size() + (next_ != nullptr ? 1 : 0);
  return segments * options_.segment_bytes;
}

}  // namespace lsm
