// FileSystem is the only way this project touches files, so that a test can
// put a disk of its own underneath: one that loses what was not synced, tears
// sectors, runs full, or fails.
//
// Three kinds of open file, after what is done with them:
//
//   ReadableFile   read at any offset           tables, logs at recovery
//   WritableFile   appended to, then synced     tables, MANIFEST, CURRENT
//   LogFile        written in place, durably    log segments
//
// A name is durable only after SyncDirectory; bytes only after Sync, or when
// a durable LogFile write has returned. Every error is an Io status (NoRoom
// for ENOSPC and EDQUOT) that names the path and the errno.
//
// Threads: FileSystem is shared. A file may be used from any thread, by one
// thread at a time, except for ReadableFile::Read and LogFile::Write of
// ranges that do not overlap, which are shared.

#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/status.h"

namespace base {

class ReadableFile {
 public:
  virtual ~ReadableFile() = default;
  // Reads up to `size` bytes at `offset`; returns how many. Short only at the
  // end of the file.
  virtual Result<size_t> Read(uint64_t offset, size_t size, char* out) = 0;
  // In bytes, as of opening.
  virtual uint64_t size() const = 0;
  virtual const std::string& path() const = 0;
};

class WritableFile {
 public:
  // Closes without syncing.
  virtual ~WritableFile() = default;
  virtual Status Append(std::string_view bytes) = 0;
  // All that was appended is on stable storage. After an error nothing about
  // the file is known any more; it must be given up.
  virtual Status Sync() = 0;
  virtual uint64_t size() const = 0;
  virtual const std::string& path() const = 0;
};

enum class Durability {
  kDurable,  // On stable storage when Write returns.
  kCached,   // In the page cache when Write returns: survives kill -9.
};

class LogFile {
 public:
  virtual ~LogFile() = default;
  // True: writes bypass the page cache, and offset, size and address must be
  // multiples of kDirectAlignment.
  virtual bool direct() const = 0;
  virtual Status Write(uint64_t offset, std::string_view bytes,
                       Durability durability) = 0;
  virtual Status Sync() = 0;
  virtual const std::string& path() const = 0;
};

inline constexpr size_t kDirectAlignment = 4096;

// Held for as long as the object lives.
class FileLock {
 public:
  virtual ~FileLock() = default;
};

class FileSystem {
 public:
  virtual ~FileSystem() = default;

  enum class ReadMode {
    kCached,
    kStable,  // Past the page cache: what the disk has, not what a failed
              // sync left in memory.
  };
  virtual Result<std::unique_ptr<ReadableFile>> OpenReadable(
      const std::string& path, ReadMode mode) = 0;

  // Creates, or empties, the file.
  virtual Result<std::unique_ptr<WritableFile>> CreateWritable(
      const std::string& path) = 0;

  // Creates a file of `size` bytes whose every block is allocated and written
  // (zeros), so that later writes change no metadata, and syncs it. With size
  // 0 the file is empty and grows by writing.
  virtual Status CreateLog(const std::string& path, uint64_t size) = 0;
  // Opens for writing in place. `direct` asks for bypassing the page cache;
  // LogFile::direct() tells whether the file system agreed.
  virtual Result<std::unique_ptr<LogFile>> OpenLog(const std::string& path,
                                                   bool direct) = 0;

  // fdatasync of a file by name, without changing a byte.
  virtual Status SyncFile(const std::string& path) = 0;
  virtual Status SyncDirectory(const std::string& path) = 0;

  virtual Status Rename(const std::string& from, const std::string& to) = 0;
  virtual Status Remove(const std::string& path) = 0;
  // A hard link.
  virtual Status Link(const std::string& from, const std::string& to) = 0;
  virtual Status Truncate(const std::string& path, uint64_t size) = 0;
  // Creates one directory; one that exists already is fine.
  virtual Status CreateDirectory(const std::string& path) = 0;
  // Removes one directory, which must be empty.
  virtual Status RemoveDirectory(const std::string& path) = 0;
  // Names (not paths) in no particular order, without "." and "..".
  virtual Result<std::vector<std::string>> List(const std::string& path) = 0;
  virtual Result<bool> Exists(const std::string& path) = 0;
  virtual Result<uint64_t> FileSize(const std::string& path) = 0;
  // Bytes that an ordinary user may still write on the disk of `path`.
  virtual Result<uint64_t> FreeBytes(const std::string& path) = 0;

  // Creates the file if need be and takes an exclusive lock that the kernel
  // drops when the process dies. Io status if another process holds it.
  virtual Result<std::unique_ptr<FileLock>> Lock(const std::string& path) = 0;
};

// The disk of this machine. Lives as long as the process.
FileSystem* PosixFileSystem();

// Reads a small file whole (at most 64 MiB).
Result<std::string> ReadWholeFile(FileSystem* fs, const std::string& path);

// Writes the file anew, durably: at any time, also after a power cut, it has
// the old bytes or the new. Goes by way of "<path>.tmp".
Status ReplaceFile(FileSystem* fs, const std::string& path,
                   std::string_view bytes);

// The directory that `path` is in: "." when it names none.
std::string ParentPath(const std::string& path);

std::string JoinPath(std::string_view directory, std::string_view name);

}  // namespace base
