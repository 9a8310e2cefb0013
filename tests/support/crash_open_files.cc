#include "support/crash_open_files.h"

#include "base/strings.h"

namespace support {

using base::MutexLock;
using base::Result;
using base::Status;

Result<size_t> CrashFileSystem::Read(const CrashFile& file,
                                     const std::string& path, ReadMode mode,
                                     uint64_t offset, size_t size,
                                     char* out) const {
  MutexLock lock(mutex_);
  for (const BadRange& bad : bad_ranges_) {
    if (bad.path == path && offset < bad.offset + bad.size &&
        bad.offset < offset + size) {
      return Status::FromErrno("read", path, EIO);
    }
  }
  return file.Read(offset, size, out, mode == ReadMode::kStable);
}

Status CrashFileSystem::Append(CrashFile* file, const std::string& path,
                               std::string_view bytes) {
  MutexLock lock(mutex_);
  const Verdict verdict = Begin(Op::kWrite, path);
  if (!verdict.takes_effect()) return verdict.status;
  TRY(CheckRoom(*file, file->size() + bytes.size(), path));
  file->Write(file->size(), bytes);
  return verdict.status;
}

Status CrashFileSystem::Sync(CrashFile* file, const std::string& path) {
  MutexLock lock(mutex_);
  const Verdict verdict = Begin(Op::kSync, path);
  if (verdict.failed()) file->LosePending();
  if (verdict.done()) file->Sync();
  return verdict.status;
}

Status CrashFileSystem::WriteLog(CrashFile* file, const std::string& path,
                                 uint64_t offset, std::string_view bytes,
                                 bool direct, base::Durability durability) {
  if (direct) {
    CHECK(offset % base::kDirectAlignment == 0);
    CHECK(bytes.size() % base::kDirectAlignment == 0);
    CHECK(reinterpret_cast<uintptr_t>(bytes.data()) % base::kDirectAlignment ==
          0);
  }
  const bool durable = durability == base::Durability::kDurable;
  MutexLock lock(mutex_);
  const Verdict verdict = Begin(Op::kWrite, path);
  if (verdict.kind == Verdict::Kind::kNoPower) return verdict.status;
  TRY(CheckRoom(*file, offset + bytes.size(), path));
  const bool unknown = direct || durable;
  if (verdict.takes_effect() || unknown) file->Write(offset, bytes);
  if (verdict.failed() && durable && !direct) file->LosePending();
  TRY(verdict.status);
  if (!durable) return Status::Ok();

  if (hold_) {
    ++held_;
    held_changed_.SignalAll();
    while (hold_ && power_) held_changed_.Wait(mutex_);
    --held_;
  }
  if (!power_) {
    return Status::Io(base::StrCat("write: ", path, ": simulated power cut"));
  }
  if (direct) {
    file->SyncRange(offset, bytes.size());
  } else {
    file->Sync();
  }
  return Status::Ok();
}

}  // namespace support
