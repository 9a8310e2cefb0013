// The open files of PosixFileSystem: what file_system.h promises, kept with
// the system calls of Linux.
//
// Each class takes over a descriptor that is open already; which flags it was
// opened with is decided in posix_file_system.cc.
//
// Threads: as file_system.h says of each kind of file.

#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "base/file_system.h"

namespace base {

// Closes its descriptor. Handed over.
class Descriptor {
 public:
  explicit Descriptor(int fd) : fd_(fd) {}
  Descriptor(Descriptor&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  Descriptor& operator=(Descriptor other) noexcept {
    std::swap(fd_, other.fd_);
    return *this;
  }
  ~Descriptor();

  int get() const { return fd_; }

 private:
  int fd_;
};

// Memory that direct I/O accepts. nullptr when there is none to be had.
struct FreeAligned {
  void operator()(char* p) const { std::free(p); }
};
using AlignedBuffer = std::unique_ptr<char[], FreeAligned>;
AlignedBuffer AllocateAligned(size_t size);

class PosixReadableFile : public ReadableFile {
 public:
  // `direct`: the descriptor has O_DIRECT, so reads go through a bounce
  // buffer and see the disk, not the page cache.
  PosixReadableFile(Descriptor fd, std::string path, uint64_t size, bool direct)
      : fd_(std::move(fd)),
        path_(std::move(path)),
        size_(size),
        direct_(direct) {}

  Result<size_t> Read(uint64_t offset, size_t size, char* out) override;
  uint64_t size() const override { return size_; }
  const std::string& path() const override { return path_; }

 private:
  // One pread, repeated while interrupted.
  Result<size_t> ReadOnce(uint64_t offset, size_t size, char* out);
  Result<size_t> ReadBuffered(uint64_t offset, size_t size, char* out);
  Result<size_t> ReadDirect(uint64_t offset, size_t size, char* out);

  // Immutable.
  const Descriptor fd_;
  const std::string path_;
  const uint64_t size_;
  const bool direct_;
};

// Gathers small appends into writes of 64 KiB, and starts the write-back of
// every full MiB at once: a Sync that finds everything still in the page
// cache would flood the disk and delay the commits of the log.
class PosixWritableFile : public WritableFile {
 public:
  PosixWritableFile(Descriptor fd, std::string path)
      : fd_(std::move(fd)), path_(std::move(path)) {}
  ~PosixWritableFile() override;

  Status Append(std::string_view bytes) override;
  Status Sync() override;
  uint64_t size() const override { return written_ + buffer_.size(); }
  const std::string& path() const override { return path_; }

 private:
  Status Write(std::string_view bytes);
  Status WriteBuffer();

  // Immutable.
  const Descriptor fd_;
  const std::string path_;

  // Handed over: one thread at a time.
  std::string buffer_;
  uint64_t written_ = 0;
  uint64_t write_back_from_ = 0;  // Before it, write-back was started.
  Status error_;                  // The first one; final.
};

class PosixLogFile : public LogFile {
 public:
  PosixLogFile(Descriptor fd, std::string path, bool direct)
      : fd_(std::move(fd)), path_(std::move(path)), direct_(direct) {}

  bool direct() const override { return direct_; }
  Status Write(uint64_t offset, std::string_view bytes,
               Durability durability) override;
  Status Sync() override;
  const std::string& path() const override { return path_; }

 private:
  Status WriteAll(uint64_t offset, std::string_view bytes, int flags);

  // Immutable.
  const Descriptor fd_;
  const std::string path_;
  const bool direct_;

  // Shared. Relaxed: a thread that learns of it late only asks the kernel
  // once more.
  std::atomic<bool> dsync_refused_ = false;
};

}  // namespace base
