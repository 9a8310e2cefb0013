// FileSystem on Linux. The open files themselves are in posix_file.h.

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <utility>

#include "base/file_system.h"
#include "base/posix_file.h"
#include "base/strings.h"

namespace base {
namespace {

constexpr size_t kZeroBytes = 1 << 20;

Result<Descriptor> Open(const std::string& path, int flags) {
  while (true) {
    const int fd = open(path.c_str(), flags | O_CLOEXEC, 0644);
    if (fd >= 0) return Descriptor(fd);
    if (errno != EINTR) return Status::FromErrno("open", path, errno);
  }
}

Status Outcome(int returned, std::string_view what, std::string_view path) {
  return returned == 0 ? Status::Ok() : Status::FromErrno(what, path, errno);
}

// Whether direct I/O with kDirectAlignment works on `fd`, which has O_DIRECT.
bool DirectWorks(int fd) {
#ifdef STATX_DIOALIGN
  struct statx about;
  if (statx(fd, "", AT_EMPTY_PATH, STATX_DIOALIGN, &about) == 0 &&
      (about.stx_mask & STATX_DIOALIGN) != 0) {
    const auto fits = [](uint32_t alignment) {
      return alignment != 0 && kDirectAlignment % alignment == 0;
    };
    return fits(about.stx_dio_mem_align) && fits(about.stx_dio_offset_align);
  }
#endif
  // Older kernels do not say; some file systems accept the flag at open and
  // refuse only the transfer.
  const AlignedBuffer trial = AllocateAligned(kDirectAlignment);
  return trial != nullptr && pread(fd, trial.get(), kDirectAlignment, 0) >= 0;
}

// O_DIRECT if the file system agrees.
struct MaybeDirect {
  Descriptor fd;
  bool direct;
};
Result<MaybeDirect> OpenDirect(const std::string& path, int flags) {
  Result<Descriptor> fd = Open(path, flags | O_DIRECT);
  if (fd.ok() && DirectWorks(fd.value().get())) {
    return MaybeDirect{std::move(fd).value(), true};
  }
  TRY_ASSIGN(Descriptor buffered, Open(path, flags));
  return MaybeDirect{std::move(buffered), false};
}

Result<struct stat> Stat(int fd, const std::string& path) {
  struct stat about;
  TRY(Outcome(fstat(fd, &about), "stat", path));
  return about;
}

class PosixFileLock : public FileLock {
 public:
  explicit PosixFileLock(Descriptor fd) : fd_(std::move(fd)) {}

 private:
  const Descriptor fd_;  // Closing it lets go of the lock.
};

class PosixFiles : public FileSystem {
 public:
  Result<std::unique_ptr<ReadableFile>> OpenReadable(const std::string& path,
                                                     ReadMode mode) override;
  Result<std::unique_ptr<WritableFile>> CreateWritable(
      const std::string& path) override;
  Status CreateLog(const std::string& path, uint64_t size) override;
  Result<std::unique_ptr<LogFile>> OpenLog(const std::string& path,
                                           bool direct) override;
  Status SyncFile(const std::string& path) override;
  Status SyncDirectory(const std::string& path) override;
  Status Rename(const std::string& from, const std::string& to) override;
  Status Remove(const std::string& path) override;
  Status Link(const std::string& from, const std::string& to) override;
  Status Truncate(const std::string& path, uint64_t size) override;
  Status CreateDirectory(const std::string& path) override;
  Status RemoveDirectory(const std::string& path) override;
  Result<std::vector<std::string>> List(const std::string& path) override;
  Result<bool> Exists(const std::string& path) override;
  Result<uint64_t> FileSize(const std::string& path) override;
  Result<uint64_t> FreeBytes(const std::string& path) override;
  Result<std::unique_ptr<FileLock>> Lock(const std::string& path) override;
};

Result<std::unique_ptr<ReadableFile>> PosixFiles::OpenReadable(
    const std::string& path, ReadMode mode) {
  MaybeDirect file = {Descriptor(-1), false};
  if (mode == ReadMode::kStable) {
    TRY_ASSIGN(file, OpenDirect(path, O_RDONLY));
    // Without direct I/O the next best: forget the clean pages, so that they
    // are read anew.
    if (!file.direct) {
      (void)posix_fadvise(file.fd.get(), 0, 0, POSIX_FADV_DONTNEED);
    }
  } else {
    TRY_ASSIGN(file.fd, Open(path, O_RDONLY));
  }
  TRY_ASSIGN(const struct stat about, Stat(file.fd.get(), path));
  // A directory opens for reading, and only then refuses to be read.
  if (S_ISDIR(about.st_mode)) return Status::Io("open", path, EISDIR);
  return std::make_unique<PosixReadableFile>(std::move(file.fd), path,
                                             about.st_size, file.direct);
}

Result<std::unique_ptr<WritableFile>> PosixFiles::CreateWritable(
    const std::string& path) {
  TRY_ASSIGN(Descriptor fd, Open(path, O_WRONLY | O_CREAT | O_TRUNC));
  return std::make_unique<PosixWritableFile>(std::move(fd), path);
}

Status FillWithZeros(int fd, const std::string& path, uint64_t size) {
  // One extent if possible; whoever cannot allocate ahead is written to all
  // the same.
  if (size > 0 && fallocate(fd, 0, 0, static_cast<off_t>(size)) != 0 &&
      errno != EOPNOTSUPP && errno != ENOSYS && errno != EINTR) {
    return Status::FromErrno("allocate", path, errno);
  }
  const std::string zeros(std::min<uint64_t>(size, kZeroBytes), '\0');
  for (uint64_t done = 0; done < size;) {
    const ssize_t n =
        pwrite(fd, zeros.data(), std::min<uint64_t>(size - done, zeros.size()),
               static_cast<off_t>(done));
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return Status::FromErrno("write", path, errno);
    (void)sync_file_range(fd, static_cast<off_t>(done), n,
                          SYNC_FILE_RANGE_WRITE);
    done += n;
  }
  return Outcome(fsync(fd), "sync", path);
}

Status PosixFiles::CreateLog(const std::string& path, uint64_t size) {
  TRY_ASSIGN(const Descriptor fd, Open(path, O_WRONLY | O_CREAT | O_TRUNC));
  const Status status = FillWithZeros(fd.get(), path, size);
  // A file that is made in part would hold the very space that is missing.
  if (!status.ok()) (void)Remove(path);
  return status;
}

Result<std::unique_ptr<LogFile>> PosixFiles::OpenLog(const std::string& path,
                                                     bool direct) {
  MaybeDirect file = {Descriptor(-1), false};
  if (direct) {
    TRY_ASSIGN(file, OpenDirect(path, O_RDWR));
  } else {
    TRY_ASSIGN(file.fd, Open(path, O_RDWR));
  }
  return std::make_unique<PosixLogFile>(std::move(file.fd), path, file.direct);
}

Status PosixFiles::SyncFile(const std::string& path) {
  TRY_ASSIGN(const Descriptor fd, Open(path, O_RDONLY));
  return Outcome(fdatasync(fd.get()), "sync", path);
}

Status PosixFiles::SyncDirectory(const std::string& path) {
  TRY_ASSIGN(const Descriptor fd, Open(path, O_RDONLY | O_DIRECTORY));
  return Outcome(fsync(fd.get()), "sync directory", path);
}

Status PosixFiles::Rename(const std::string& from, const std::string& to) {
  if (rename(from.c_str(), to.c_str()) == 0) return Status::Ok();
  const int error = errno;
  return Status::FromErrno(StrCat("rename to ", to), from, error);
}

Status PosixFiles::Remove(const std::string& path) {
  return Outcome(unlink(path.c_str()), "remove", path);
}

Status PosixFiles::Link(const std::string& from, const std::string& to) {
  if (link(from.c_str(), to.c_str()) == 0) return Status::Ok();
  const int error = errno;
  return Status::FromErrno(StrCat("link to ", to), from, error);
}

Status PosixFiles::Truncate(const std::string& path, uint64_t size) {
  return Outcome(truncate(path.c_str(), static_cast<off_t>(size)), "truncate",
                 path);
}

Status PosixFiles::CreateDirectory(const std::string& path) {
  if (mkdir(path.c_str(), 0755) == 0) return Status::Ok();
  const int error = errno;
  struct stat about;
  if (error == EEXIST && stat(path.c_str(), &about) == 0 &&
      S_ISDIR(about.st_mode)) {
    return Status::Ok();
  }
  return Status::FromErrno("create directory", path, error);
}

Status PosixFiles::RemoveDirectory(const std::string& path) {
  return Outcome(rmdir(path.c_str()), "remove directory", path);
}

Result<std::vector<std::string>> PosixFiles::List(const std::string& path) {
  struct CloseDirectory {
    void operator()(DIR* directory) const { closedir(directory); }
  };
  const std::unique_ptr<DIR, CloseDirectory> directory(opendir(path.c_str()));
  if (directory == nullptr) return Status::FromErrno("list", path, errno);
  std::vector<std::string> names;
  while (true) {
    errno = 0;
    const dirent* const entry = readdir(directory.get());
    if (entry == nullptr) break;
    std::string name = entry->d_name;
    if (name != "." && name != "..") names.push_back(std::move(name));
  }
  if (errno != 0) return Status::FromErrno("list", path, errno);
  return names;
}

Result<bool> PosixFiles::Exists(const std::string& path) {
  struct stat about;
  if (stat(path.c_str(), &about) == 0) return true;
  if (errno == ENOENT || errno == ENOTDIR) return false;
  return Status::FromErrno("stat", path, errno);
}

Result<uint64_t> PosixFiles::FileSize(const std::string& path) {
  struct stat about;
  TRY(Outcome(stat(path.c_str(), &about), "stat", path));
  return static_cast<uint64_t>(about.st_size);
}

Result<uint64_t> PosixFiles::FreeBytes(const std::string& path) {
  struct statvfs about;
  TRY(Outcome(statvfs(path.c_str(), &about), "statvfs", path));
  return uint64_t{about.f_bavail} * about.f_frsize;
}

Result<std::unique_ptr<FileLock>> PosixFiles::Lock(const std::string& path) {
  TRY_ASSIGN(Descriptor fd, Open(path, O_RDWR | O_CREAT));
  // The lock belongs to this opening of the file, not to the process as with
  // F_SETLK, so that a second engine in the same process is refused too.
  struct flock whole = {};
  whole.l_type = F_WRLCK;
  whole.l_whence = SEEK_SET;
  if (fcntl(fd.get(), F_OFD_SETLK, &whole) == 0) {
    return std::make_unique<PosixFileLock>(std::move(fd));
  }
  if (errno == EAGAIN || errno == EACCES) {
    return Status::Io(StrCat("lock: ", path,
                             ": data directory is in use by another process; "
                             "stop that one, or choose another directory"));
  }
  return Status::FromErrno("lock", path, errno);
}

}  // namespace

FileSystem* PosixFileSystem() {
  static PosixFiles files;
  return &files;
}

}  // namespace base
