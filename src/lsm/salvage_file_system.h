// SalvageFileSystem reads past what the disk cannot read: such a page comes as
// bytes that pass no checksum, so that it costs what lay on it and not the
// file. Which pages they were it tells afterwards. For those who save what is
// left; all else wants the error.
//
// Everything but reading is done by the file system below.
//
// Threads: one at a time, unlike other file systems.

#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "base/file_system.h"

namespace lsm {

class SalvageFileSystem : public base::FileSystem {
 public:
  // What is read in place of an unreadable byte.
  static constexpr char kFill = '\xee';

  explicit SalvageFileSystem(base::FileSystem* below) : below_(below) {}

  // A sentence for each file of which something could not be read.
  std::vector<std::string> Unreadable() const;

  base::Result<std::unique_ptr<base::ReadableFile>> OpenReadable(
      const std::string& path, ReadMode mode) override;

  base::Result<std::unique_ptr<base::WritableFile>> CreateWritable(
      const std::string& path) override {
    return below_->CreateWritable(path);
  }
  base::Status CreateLog(const std::string& path, uint64_t size) override {
    return below_->CreateLog(path, size);
  }
  base::Result<std::unique_ptr<base::LogFile>> OpenLog(const std::string& path,
                                                       bool direct) override {
    return below_->OpenLog(path, direct);
  }
  base::Status SyncFile(const std::string& path) override {
    return below_->SyncFile(path);
  }
  base::Status SyncDirectory(const std::string& path) override {
    return below_->SyncDirectory(path);
  }
  base::Status Rename(const std::string& from, const std::string& to) override {
    return below_->Rename(from, to);
  }
  base::Status Remove(const std::string& path) override {
    return below_->Remove(path);
  }
  base::Status Link(const std::string& from, const std::string& to) override {
    return below_->Link(from, to);
  }
  base::Status Truncate(const std::string& path, uint64_t size) override {
    return below_->Truncate(path, size);
  }
  base::Status CreateDirectory(const std::string& path) override {
    return below_->CreateDirectory(path);
  }
  base::Status RemoveDirectory(const std::string& path) override {
    return below_->RemoveDirectory(path);
  }
  base::Result<std::vector<std::string>> List(
      const std::string& path) override {
    return below_->List(path);
  }
  base::Result<bool> Exists(const std::string& path) override {
    return below_->Exists(path);
  }
  base::Result<uint64_t> FileSize(const std::string& path) override {
    return below_->FileSize(path);
  }
  base::Result<uint64_t> FreeBytes(const std::string& path) override {
    return below_->FreeBytes(path);
  }
  base::Result<std::unique_ptr<base::FileLock>> Lock(
      const std::string& path) override {
    return below_->Lock(path);
  }

 private:
  class Readable;
  // Of one file: their offsets, and why the first that was met cannot be read.
  struct BadPages {
    std::set<uint64_t> offsets;
    std::string why;
  };

  base::FileSystem* const below_;
  std::map<std::string, BadPages> bad_;
};

}  // namespace lsm
