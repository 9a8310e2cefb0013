// InterleavingFileSystem makes "several frames in flight" a matter of one
// thread: in the middle of a durable log write it calls the test back, which
// may submit the next frame.
//
//   write A durably:  A is pending -> hook (writes B durably) -> A is durable
//
// A power cut at any operation in between tears A, or B, or both, or leaves B
// whole and A not.
//
// Threads: the test's one thread.

#pragma once

#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "base/file_system.h"

namespace lsm {

class InterleavingFileSystem : public base::FileSystem {
 public:
  explicit InterleavingFileSystem(base::FileSystem* fs) : fs_(fs) {}

  void SetHook(std::function<void()> hook) { hook_ = std::move(hook); }

  base::Result<std::unique_ptr<base::LogFile>> OpenLog(const std::string& path,
                                                       bool direct) override {
    TRY_ASSIGN(std::unique_ptr<base::LogFile> file, fs_->OpenLog(path, direct));
    return std::unique_ptr<base::LogFile>(new File(this, std::move(file)));
  }

  base::Result<std::unique_ptr<base::ReadableFile>> OpenReadable(
      const std::string& path, ReadMode mode) override {
    return fs_->OpenReadable(path, mode);
  }
  base::Result<std::unique_ptr<base::WritableFile>> CreateWritable(
      const std::string& path) override {
    return fs_->CreateWritable(path);
  }
  base::Status CreateLog(const std::string& path, uint64_t size) override {
    return fs_->CreateLog(path, size);
  }
  base::Status SyncFile(const std::string& path) override {
    return fs_->SyncFile(path);
  }
  base::Status SyncDirectory(const std::string& path) override {
    return fs_->SyncDirectory(path);
  }
  base::Status Rename(const std::string& from, const std::string& to) override {
    return fs_->Rename(from, to);
  }
  base::Status Remove(const std::string& path) override {
    return fs_->Remove(path);
  }
  base::Status Link(const std::string& from, const std::string& to) override {
    return fs_->Link(from, to);
  }
  base::Status Truncate(const std::string& path, uint64_t size) override {
    return fs_->Truncate(path, size);
  }
  base::Status CreateDirectory(const std::string& path) override {
    return fs_->CreateDirectory(path);
  }
  base::Status RemoveDirectory(const std::string& path) override {
    return fs_->RemoveDirectory(path);
  }
  base::Result<std::vector<std::string>> List(
      const std::string& path) override {
    return fs_->List(path);
  }
  base::Result<bool> Exists(const std::string& path) override {
    return fs_->Exists(path);
  }
  base::Result<uint64_t> FileSize(const std::string& path) override {
    return fs_->FileSize(path);
  }
  base::Result<uint64_t> FreeBytes(const std::string& path) override {
    return fs_->FreeBytes(path);
  }
  base::Result<std::unique_ptr<base::FileLock>> Lock(
      const std::string& path) override {
    return fs_->Lock(path);
  }

 private:
  class File : public base::LogFile {
   public:
    File(InterleavingFileSystem* owner, std::unique_ptr<base::LogFile> file)
        : owner_(owner), file_(std::move(file)) {}

    bool direct() const override { return file_->direct(); }
    base::Status Write(uint64_t offset, std::string_view bytes,
                       base::Durability durability) override {
      if (durability == base::Durability::kDurable && offset > 0) {
        TRY(file_->Write(offset, bytes, base::Durability::kCached));
        if (owner_->hook_) owner_->hook_();
      }
      return file_->Write(offset, bytes, durability);
    }
    base::Status Sync() override { return file_->Sync(); }
    const std::string& path() const override { return file_->path(); }

   private:
    InterleavingFileSystem* const owner_;
    const std::unique_ptr<base::LogFile> file_;
  };

  base::FileSystem* const fs_;
  std::function<void()> hook_;
};

}  // namespace lsm
