#include "base/posix_file.h"

#include <fcntl.h>
#include <sys/uio.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

#include "base/strings.h"

namespace base {
namespace {

constexpr size_t kAppendBufferBytes = 64 << 10;
constexpr uint64_t kWriteBackBytes = 1 << 20;
constexpr size_t kBounceBytesMax = 1 << 20;

constexpr uint64_t AlignDown(uint64_t n) { return n & ~(kDirectAlignment - 1); }
constexpr uint64_t AlignUp(uint64_t n) {
  return AlignDown(n + kDirectAlignment - 1);
}

}  // namespace

Descriptor::~Descriptor() {
  if (fd_ >= 0) close(fd_);
}

AlignedBuffer AllocateAligned(size_t size) {
  return AlignedBuffer(
      static_cast<char*>(std::aligned_alloc(kDirectAlignment, AlignUp(size))));
}

// --- Reading ---

Result<size_t> PosixReadableFile::Read(uint64_t offset, size_t size,
                                       char* out) {
  return direct_ ? ReadDirect(offset, size, out)
                 : ReadBuffered(offset, size, out);
}

Result<size_t> PosixReadableFile::ReadOnce(uint64_t offset, size_t size,
                                           char* out) {
  while (true) {
    const ssize_t n = pread(fd_.get(), out, size, static_cast<off_t>(offset));
    if (n >= 0) return static_cast<size_t>(n);
    if (errno != EINTR) return Status::Io("read", path_, errno);
  }
}

Result<size_t> PosixReadableFile::ReadBuffered(uint64_t offset, size_t size,
                                               char* out) {
  size_t done = 0;
  while (done < size) {
    TRY_ASSIGN(const size_t n,
               ReadOnce(offset + done, size - done, out + done));
    if (n == 0) break;
    done += n;
  }
  return done;
}

Result<size_t> PosixReadableFile::ReadDirect(uint64_t offset, size_t size,
                                             char* out) {
  const uint64_t begin = AlignDown(offset);
  const AlignedBuffer bounce = AllocateAligned(
      std::min<uint64_t>(AlignUp(offset + size) - begin, kBounceBytesMax));
  if (bounce == nullptr) return Status::Io("read", path_, ENOMEM);

  size_t done = 0;
  while (done < size) {
    const uint64_t at = AlignDown(offset + done);
    const size_t skip = offset + done - at;
    const size_t want =
        std::min<uint64_t>(AlignUp(skip + size - done), kBounceBytesMax);
    TRY_ASSIGN(const size_t n, ReadOnce(at, want, bounce.get()));
    if (n <= skip) break;
    const size_t useful = std::min(n - skip, size - done);
    std::memcpy(out + done, bounce.get() + skip, useful);
    done += useful;
  }
  return done;
}

// --- Appending ---

PosixWritableFile::~PosixWritableFile() {
  // Whoever did not sync was promised nothing: an error here has no reader.
  if (error_.ok()) (void)WriteBuffer();
}

Status PosixWritableFile::Append(std::string_view bytes) {
  TRY(error_);
  if (buffer_.size() + bytes.size() < kAppendBufferBytes) {
    buffer_.append(bytes);
    return Status::Ok();
  }
  TRY(WriteBuffer());
  if (bytes.size() >= kAppendBufferBytes) return Write(bytes);
  buffer_.append(bytes);
  return Status::Ok();
}

Status PosixWritableFile::Sync() {
  TRY(error_);
  TRY(WriteBuffer());
  if (fdatasync(fd_.get()) != 0) {
    error_ = Status::FromErrno("sync", path_, errno);
  }
  return error_;
}

Status PosixWritableFile::WriteBuffer() {
  const Status status = Write(buffer_);
  buffer_.clear();
  return status;
}

Status PosixWritableFile::Write(std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t n = write(fd_.get(), bytes.data(), bytes.size());
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) {
      error_ = Status::FromErrno("write", path_, errno);
      return error_;
    }
    bytes.remove_prefix(n);
    written_ += n;
  }
  if (written_ - write_back_from_ >= kWriteBackBytes) {
    // A hint only. An error of the disk comes back from fdatasync.
    (void)sync_file_range(fd_.get(), static_cast<off_t>(write_back_from_),
                          static_cast<off_t>(written_ - write_back_from_),
                          SYNC_FILE_RANGE_WRITE);
    write_back_from_ = written_;
  }
  return Status::Ok();
}

// --- Writing in place ---

Status PosixLogFile::Write(uint64_t offset, std::string_view bytes,
                           Durability durability) {
  if (durability == Durability::kCached) return WriteAll(offset, bytes, 0);
  if (direct_ && !dsync_refused_.load(std::memory_order_relaxed)) {
    const Status status = WriteAll(offset, bytes, RWF_DSYNC);
    const int error = status.error_number();
    if (error != EOPNOTSUPP && error != ENOSYS) return status;
    dsync_refused_.store(true, std::memory_order_relaxed);
  }
  TRY(WriteAll(offset, bytes, 0));
  return Sync();
}

Status PosixLogFile::Sync() {
  if (fdatasync(fd_.get()) != 0) {
    return Status::FromErrno("sync", path_, errno);
  }
  return Status::Ok();
}

Status PosixLogFile::WriteAll(uint64_t offset, std::string_view bytes,
                              int flags) {
  if (direct_) {
    CHECK(offset % kDirectAlignment == 0);
    CHECK(bytes.size() % kDirectAlignment == 0);
    CHECK(reinterpret_cast<uintptr_t>(bytes.data()) % kDirectAlignment == 0);
  }
  while (!bytes.empty()) {
    const iovec piece = {const_cast<char*>(bytes.data()), bytes.size()};
    const ssize_t n =
        pwritev2(fd_.get(), &piece, 1, static_cast<off_t>(offset), flags);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return Status::FromErrno("write", path_, errno);
    // After a short direct write the next one must be aligned again; the
    // bytes in between are written twice.
    const size_t advance = direct_ ? AlignDown(n) : static_cast<size_t>(n);
    if (advance == 0) {
      return Status::Io(StrCat("write: ", path_, ": only ", n, " of ",
                               bytes.size(), " bytes were taken"));
    }
    bytes.remove_prefix(advance);
    offset += advance;
  }
  return Status::Ok();
}

}  // namespace base
