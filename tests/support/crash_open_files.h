// The open files of CrashFileSystem.
//
// Threads: as base/file_system.h says of each kind of file.

#pragma once

#include <memory>
#include <string>
#include <utility>

#include "support/crash_file_system.h"

namespace support {

class CrashFileSystem::Readable : public base::ReadableFile {
 public:
  Readable(CrashFileSystem* fs, FilePtr file, std::string path, ReadMode mode)
      : fs_(fs),
        file_(std::move(file)),
        path_(std::move(path)),
        mode_(mode),
        size_(file_->size()) {}

  base::Result<size_t> Read(uint64_t offset, size_t size, char* out) override {
    return fs_->Read(*file_, path_, mode_, offset, size, out);
  }
  uint64_t size() const override { return size_; }
  const std::string& path() const override { return path_; }

 private:
  CrashFileSystem* const fs_;
  const FilePtr file_;
  const std::string path_;
  const ReadMode mode_;
  const uint64_t size_;
};

class CrashFileSystem::Writable : public base::WritableFile {
 public:
  Writable(CrashFileSystem* fs, FilePtr file, std::string path)
      : fs_(fs), file_(std::move(file)), path_(std::move(path)) {}

  base::Status Append(std::string_view bytes) override {
    TRY(error_);
    error_ = fs_->Append(file_.get(), path_, bytes);
    if (error_.ok()) size_ += bytes.size();
    return error_;
  }
  base::Status Sync() override {
    TRY(error_);
    error_ = fs_->Sync(file_.get(), path_);
    return error_;
  }
  uint64_t size() const override { return size_; }
  const std::string& path() const override { return path_; }

 private:
  CrashFileSystem* const fs_;
  const FilePtr file_;
  const std::string path_;
  uint64_t size_ = 0;
  base::Status error_;  // The first one; final, as on a real file.
};

class CrashFileSystem::Log : public base::LogFile {
 public:
  Log(CrashFileSystem* fs, FilePtr file, std::string path, bool direct)
      : fs_(fs),
        file_(std::move(file)),
        path_(std::move(path)),
        direct_(direct) {}

  bool direct() const override { return direct_; }
  base::Status Write(uint64_t offset, std::string_view bytes,
                     base::Durability durability) override {
    return fs_->WriteLog(file_.get(), path_, offset, bytes, direct_,
                         durability);
  }
  base::Status Sync() override { return fs_->Sync(file_.get(), path_); }
  const std::string& path() const override { return path_; }

 private:
  CrashFileSystem* const fs_;
  const FilePtr file_;
  const std::string path_;
  const bool direct_;
};

class CrashFileSystem::HeldLock : public base::FileLock {
 public:
  HeldLock(CrashFileSystem* fs, std::string path)
      : fs_(fs), path_(std::move(path)) {}
  ~HeldLock() override { fs_->Unlock(path_); }

 private:
  CrashFileSystem* const fs_;
  const std::string path_;
};

}  // namespace support
