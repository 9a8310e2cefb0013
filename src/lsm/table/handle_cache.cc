#include "lsm/table/handle_cache.h"

#include <algorithm>
#include <cerrno>
#include <utility>

#include "base/check.h"

namespace lsm {

using base::Result;
using base::Status;

class HandleCache::File final : public base::ReadableFile {
 public:
  File(std::shared_ptr<HandleCache> cache, std::string path, uint64_t size)
      : cache_(std::move(cache)), path_(std::move(path)), size_(size) {}
  ~File() override { cache_->Forget(this); }

  Result<size_t> Read(uint64_t offset, size_t size, char* out) override {
    TRY_ASSIGN(const Handle handle, cache_->Use(this));
    return handle->Read(offset, size, out);
  }
  uint64_t size() const override { return size_; }
  const std::string& path() const override { return path_; }

 private:
  friend class HandleCache;

  const std::shared_ptr<HandleCache> cache_;
  const std::string path_;
  const uint64_t size_;

  // Guarded by the cache's mutex.
  Handle handle_;
  bool used_ = false;
  size_t place_ = 0;  // In the ring, while there is a handle.
};

HandleCache::HandleCache(base::FileSystem* fs, size_t handles_max)
    : fs_(fs), handles_max_(std::max<size_t>(handles_max, 1)) {}

Result<std::unique_ptr<base::ReadableFile>> HandleCache::Open(
    const std::string& path) {
  TRY_ASSIGN(Handle handle, OpenHandle(path));
  auto file = std::make_unique<File>(shared_from_this(), path, handle->size());
  base::MutexLock lock(mutex_);
  Give(file.get(), std::move(handle));
  return std::unique_ptr<base::ReadableFile>(std::move(file));
}

size_t HandleCache::open_count() const {
  base::MutexLock lock(mutex_);
  return ring_.size();
}

Result<HandleCache::Handle> HandleCache::Use(File* file) {
  {
    base::MutexLock lock(mutex_);
    file->used_ = true;
    if (file->handle_ != nullptr) return file->handle_;
  }
  TRY_ASSIGN(Handle handle, OpenHandle(file->path_));
  if (handle->size() != file->size_) {
    return Status::Corruption("has another size than when it was opened")
        .With(file->path_);
  }
  base::MutexLock lock(mutex_);
  // Somebody may have been quicker.
  if (file->handle_ == nullptr) Give(file, std::move(handle));
  return file->handle_;
}

Result<HandleCache::Handle> HandleCache::OpenHandle(const std::string& path) {
  const auto open = [&] {
    return fs_->OpenReadable(path, base::FileSystem::ReadMode::kCached);
  };
  auto opened = open();
  const int error = opened.ok() ? 0 : opened.status().error_number();
  if (error == EMFILE || error == ENFILE) {
    // Others of this process need more than was thought.
    {
      base::MutexLock lock(mutex_);
      TakeBack(ring_.size() / 2);
    }
    opened = open();
  }
  if (!opened.ok()) return std::move(opened).status();
  return Handle(std::move(opened).value());
}

void HandleCache::Give(File* file, Handle handle) {
  TakeBack(handles_max_ - 1);
  file->handle_ = std::move(handle);
  file->used_ = true;
  file->place_ = ring_.size();
  ring_.push_back(file);
}

void HandleCache::TakeBack(size_t most) {
  while (ring_.size() > most) {
    if (hand_ >= ring_.size()) hand_ = 0;
    File* const file = ring_[hand_];
    if (std::exchange(file->used_, false)) {
      ++hand_;
      continue;
    }
    file->handle_.reset();
    ring_[hand_] = ring_.back();
    ring_[hand_]->place_ = hand_;
    ring_.pop_back();
  }
}

void HandleCache::Forget(File* file) {
  base::MutexLock lock(mutex_);
  if (file->handle_ == nullptr) return;
  DCHECK(ring_[file->place_] == file);
  ring_[file->place_] = ring_.back();
  ring_[file->place_]->place_ = file->place_;
  ring_.pop_back();
  file->handle_.reset();
}

}  // namespace lsm
