#include "lsm/reserve_file.h"

#include <utility>

#include "base/strings.h"
#include "lsm/version/file_names.h"

namespace lsm {

using base::Status;

ReserveFile::ReserveFile(base::FileSystem* fs, const std::string& directory)
    : fs_(fs),
      directory_(directory),
      path_(base::JoinPath(directory, kReserveName)) {}

Status ReserveFile::Find() {
  TRY_ASSIGN(const bool exists, fs_->Exists(path_));
  if (!exists) return Status::Ok();
  TRY_ASSIGN(const uint64_t bytes, fs_->FileSize(path_));
  bytes_.store(bytes, std::memory_order_release);
  return Status::Ok();
}

Status ReserveFile::Make(uint64_t bytes, uint64_t beside) {
  if (busy_.exchange(true, std::memory_order_acquire)) return Status::Ok();
  Status status = MakeAnew(bytes, beside);
  busy_.store(false, std::memory_order_release);
  return status;
}

Status ReserveFile::MakeAnew(uint64_t bytes, uint64_t beside) {
  TRY_ASSIGN(uint64_t free, fs_->FreeBytes(directory_));
  free += bytes_.load(std::memory_order_relaxed);
  if (free < bytes) {
    return Status::NoRoom(base::StrCat("no space left for a reserve of ", bytes,
                                       " bytes: ", directory_));
  }
  if (free - bytes < beside) return Status::Ok();
  bytes_.store(0, std::memory_order_release);
  TRY_ASSIGN(const bool exists, fs_->Exists(path_));
  if (exists) TRY(fs_->Remove(path_));
  if (bytes == 0) return Status::Ok();
  Status made = fs_->CreateLog(path_, bytes);
  if (!made.ok()) {
    // Part of it would only take the last space; the first error is the one to
    // tell.
    (void)fs_->Remove(path_).ok();
    return made;
  }
  bytes_.store(bytes, std::memory_order_release);
  return Status::Ok();
}

bool ReserveFile::Release() {
  if (busy_.exchange(true, std::memory_order_acquire)) return false;
  const bool held = bytes_.exchange(0, std::memory_order_acq_rel) > 0;
  const bool released = held && fs_->Remove(path_).ok();
  busy_.store(false, std::memory_order_release);
  return released;
}

}  // namespace lsm
