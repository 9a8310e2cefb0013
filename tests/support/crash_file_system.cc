// The doors of CrashFileSystem: names and whole files. What open files do is
// in crash_open_files.cc.

#include "support/crash_file_system.h"

#include <algorithm>
#include <utility>

#include "base/strings.h"
#include "support/crash_open_files.h"

namespace support {

using base::MutexLock;
using base::Result;
using base::Status;
using base::StrCat;

namespace {

// The parts between slashes.
std::vector<std::string> Split(std::string_view path) {
  std::vector<std::string> parts;
  while (!path.empty()) {
    const size_t slash = std::min(path.find('/'), path.size());
    const std::string_view part = path.substr(0, slash);
    if (!part.empty() && part != ".") parts.emplace_back(part);
    path.remove_prefix(std::min(slash + 1, path.size()));
  }
  return parts;
}

}  // namespace

// --- The end of the machine ---

std::unique_ptr<CrashFileSystem> CrashFileSystem::Crash(uint64_t seed,
                                                        Fate fate) const {
  auto found = std::make_unique<CrashFileSystem>();
  MutexLock lock(mutex_);
  MutexLock found_lock(found->mutex_);
  found->space_->capacity = space_->capacity.load();
  found->direct_ = direct_;
  found->tree_ = TreeAfterCut(tree_, found->space_, seed, fate);
  return found;
}

std::unique_ptr<CrashFileSystem> CrashFileSystem::Kill() const {
  auto found = std::make_unique<CrashFileSystem>();
  MutexLock lock(mutex_);
  MutexLock found_lock(found->mutex_);
  found->space_->capacity = space_->capacity.load();
  found->direct_ = direct_;
  found->tree_ = CopyTree(tree_, found->space_);
  found->change_ = change_;
  return found;
}

uint64_t CrashFileSystem::ops() const {
  MutexLock lock(mutex_);
  return ops_;
}

void CrashFileSystem::CrashAt(uint64_t op) {
  MutexLock lock(mutex_);
  crash_at_ = op;
}

void CrashFileSystem::CutPower() {
  MutexLock lock(mutex_);
  power_ = false;
  held_changed_.SignalAll();
}

std::string CrashFileSystem::crash_op() const {
  MutexLock lock(mutex_);
  return crash_op_;
}

// --- Faults without a crash ---

void CrashFileSystem::FailOnce(Op op, std::string part, int error_number) {
  MutexLock lock(mutex_);
  failures_.push_back({op, std::move(part), error_number});
}

void CrashFileSystem::FailReads(const std::string& path, uint64_t offset,
                                uint64_t size) {
  MutexLock lock(mutex_);
  bad_ranges_.push_back({path, offset, size});
}

void CrashFileSystem::HealReads() {
  MutexLock lock(mutex_);
  bad_ranges_.clear();
}

void CrashFileSystem::Overwrite(const std::string& path, uint64_t offset,
                                std::string_view bytes) {
  MutexLock lock(mutex_);
  Result<FilePtr> file = FindFile("overwrite", path);
  CHECK(file.ok());
  file.value()->Damage(offset, bytes);
}

void CrashFileSystem::FlipBit(const std::string& path, uint64_t offset,
                              int bit) {
  MutexLock lock(mutex_);
  Result<FilePtr> file = FindFile("flip", path);
  CHECK(file.ok());
  char byte = 0;
  CHECK(file.value()->Read(offset, 1, &byte, /*stable=*/true) == 1);
  byte = static_cast<char>(byte ^ (1 << bit));
  file.value()->Damage(offset, std::string_view(&byte, 1));
}

void CrashFileSystem::SetFreeBytes(uint64_t bytes) {
  MutexLock lock(mutex_);
  space_->capacity = space_->used + bytes;
}

void CrashFileSystem::SetDirect(bool direct) {
  MutexLock lock(mutex_);
  direct_ = direct;
}

// --- Log writes in flight ---

void CrashFileSystem::HoldLogWrites() {
  MutexLock lock(mutex_);
  hold_ = true;
}

void CrashFileSystem::WaitForHeldLogWrites(int count) {
  MutexLock lock(mutex_);
  while (held_ < count) held_changed_.Wait(mutex_);
}

void CrashFileSystem::ReleaseLogWrites() {
  MutexLock lock(mutex_);
  hold_ = false;
  held_changed_.SignalAll();
}

// --- Operations ---

CrashFileSystem::Verdict CrashFileSystem::Begin(Op op,
                                                const std::string& path) {
  constexpr const char* kNames[] = {
      "create", "write",  "sync",     "sync directory",  "rename",
      "link",   "remove", "truncate", "create directory"};
  const char* const name = kNames[static_cast<int>(op)];
  const Status no_power =
      Status::Io(StrCat(name, ": ", path, ": simulated power cut"));
  if (!power_) return {Verdict::Kind::kNoPower, no_power};
  ++ops_;
  if (ops_ >= crash_at_) {
    power_ = false;
    crash_op_ = StrCat(name, " ", path);
    held_changed_.SignalAll();
    return {Verdict::Kind::kInFlight, no_power};
  }
  for (auto it = failures_.begin(); it != failures_.end(); ++it) {
    if (it->op != op || path.find(it->part) == std::string::npos) continue;
    const int error = it->error_number;
    failures_.erase(it);
    return {Verdict::Kind::kFailed, Status::FromErrno(name, path, error)};
  }
  return {Verdict::Kind::kDone, Status::Ok()};
}

Result<CrashFileSystem::Place> CrashFileSystem::Locate(
    std::string_view what, const std::string& path) const {
  std::vector<std::string> parts = Split(path);
  if (parts.empty()) return Status::FromErrno(what, path, EISDIR);
  DirectoryPtr directory = tree_.root;
  for (size_t i = 0; i + 1 < parts.size(); ++i) {
    directory = directory->Find(parts[i]).directory;
    if (directory == nullptr) return Status::FromErrno(what, path, ENOENT);
  }
  CrashNode node = directory->Find(parts.back());
  return Place{std::move(directory), std::move(parts.back()), std::move(node)};
}

Result<CrashFileSystem::FilePtr> CrashFileSystem::FindFile(
    std::string_view what, const std::string& path) const {
  TRY_ASSIGN(const Place place, Locate(what, path));
  if (place.node.file != nullptr) return place.node.file;
  return Status::FromErrno(what, path, place.node.exists() ? EISDIR : ENOENT);
}

Result<CrashFileSystem::DirectoryPtr> CrashFileSystem::FindDirectory(
    std::string_view what, const std::string& path) const {
  if (Split(path).empty()) return tree_.root;
  TRY_ASSIGN(const Place place, Locate(what, path));
  if (place.node.directory != nullptr) return place.node.directory;
  return Status::FromErrno(what, path, place.node.exists() ? ENOTDIR : ENOENT);
}

Result<CrashFileSystem::FilePtr> CrashFileSystem::CreateFile(
    const std::string& path) {
  TRY_ASSIGN(const Place place, Locate("create", path));
  if (place.node.directory != nullptr) {
    return Status::FromErrno("create", path, EISDIR);
  }
  if (place.node.file != nullptr) {
    place.node.file->Truncate(0);
    return place.node.file;
  }
  auto file = std::make_shared<CrashFile>(space_);
  place.directory->Set(place.name, ++change_, {file, nullptr});
  return file;
}

Status CrashFileSystem::CheckRoom(const CrashFile& file, uint64_t end,
                                  const std::string& path) const {
  const uint64_t growth = end > file.size() ? end - file.size() : 0;
  if (space_->used + growth <= space_->capacity || growth == 0) {
    return Status::Ok();
  }
  return Status::FromErrno("write", path, ENOSPC);
}

// --- base::FileSystem ---

Result<std::unique_ptr<base::ReadableFile>> CrashFileSystem::OpenReadable(
    const std::string& path, ReadMode mode) {
  MutexLock lock(mutex_);
  TRY_ASSIGN(FilePtr file, FindFile("open", path));
  return std::make_unique<Readable>(this, std::move(file), path, mode);
}

Result<std::unique_ptr<base::WritableFile>> CrashFileSystem::CreateWritable(
    const std::string& path) {
  MutexLock lock(mutex_);
  const Verdict verdict = Begin(Op::kCreate, path);
  if (!verdict.takes_effect()) return verdict.status;
  TRY_ASSIGN(FilePtr file, CreateFile(path));
  TRY(verdict.status);
  return std::make_unique<Writable>(this, std::move(file), path);
}

Status CrashFileSystem::CreateLog(const std::string& path, uint64_t size) {
  MutexLock lock(mutex_);
  const Verdict verdict = Begin(Op::kCreate, path);
  if (!verdict.takes_effect()) return verdict.status;
  TRY(CheckRoom(CrashFile(space_), size, path));
  TRY_ASSIGN(const FilePtr file, CreateFile(path));
  file->Truncate(size / 2);  // A cut may find it half done.
  file->Truncate(size);
  TRY(verdict.status);
  file->Sync();
  return Status::Ok();
}

Result<std::unique_ptr<base::LogFile>> CrashFileSystem::OpenLog(
    const std::string& path, bool direct) {
  MutexLock lock(mutex_);
  TRY_ASSIGN(FilePtr file, FindFile("open", path));
  return std::make_unique<Log>(this, std::move(file), path, direct && direct_);
}

Status CrashFileSystem::SyncFile(const std::string& path) {
  FilePtr file;
  {
    MutexLock lock(mutex_);
    TRY_ASSIGN(file, FindFile("open", path));
  }
  return Sync(file.get(), path);
}

Status CrashFileSystem::SyncDirectory(const std::string& path) {
  MutexLock lock(mutex_);
  TRY_ASSIGN(const DirectoryPtr directory, FindDirectory("open", path));
  const Verdict verdict = Begin(Op::kSyncDirectory, path);
  TRY(verdict.status);
  directory->Sync();
  std::erase_if(tree_.renames, [](const CrashRename& rename) {
    return rename.to_directory->DurableChange(rename.to) >= rename.change;
  });
  return Status::Ok();
}

Status CrashFileSystem::Rename(const std::string& from, const std::string& to) {
  MutexLock lock(mutex_);
  TRY_ASSIGN(const Place source, Locate("rename", from));
  TRY_ASSIGN(const Place target, Locate("rename", to));
  if (!source.node.exists()) {
    return Status::FromErrno("rename", from, ENOENT);
  }
  if (target.node == source.node) return Status::Ok();
  if (target.node.exists() &&
      (target.node.directory != nullptr || source.node.directory != nullptr)) {
    return Status::FromErrno("rename", to, EEXIST);
  }
  const Verdict verdict = Begin(Op::kRename, from);
  if (!verdict.takes_effect()) return verdict.status;
  ++change_;
  source.directory->Set(source.name, change_, {});
  target.directory->Set(target.name, change_, source.node);
  tree_.renames.push_back({change_, source.directory, source.name,
                           target.directory, target.name,
                           source.node.directory != nullptr});
  return verdict.status;
}

Status CrashFileSystem::Remove(const std::string& path) {
  MutexLock lock(mutex_);
  TRY_ASSIGN(const Place place, Locate("remove", path));
  if (place.node.file == nullptr) {
    return Status::FromErrno("remove", path,
                             place.node.exists() ? EISDIR : ENOENT);
  }
  const Verdict verdict = Begin(Op::kRemove, path);
  if (!verdict.takes_effect()) return verdict.status;
  place.directory->Set(place.name, ++change_, {});
  return verdict.status;
}

Status CrashFileSystem::Link(const std::string& from, const std::string& to) {
  MutexLock lock(mutex_);
  TRY_ASSIGN(FilePtr file, FindFile("link", from));
  TRY_ASSIGN(const Place target, Locate("link", to));
  if (target.node.exists()) return Status::FromErrno("link", to, EEXIST);
  const Verdict verdict = Begin(Op::kLink, to);
  if (!verdict.takes_effect()) return verdict.status;
  target.directory->Set(target.name, ++change_, {std::move(file), nullptr});
  return verdict.status;
}

Status CrashFileSystem::Truncate(const std::string& path, uint64_t size) {
  MutexLock lock(mutex_);
  TRY_ASSIGN(const FilePtr file, FindFile("truncate", path));
  const Verdict verdict = Begin(Op::kTruncate, path);
  if (!verdict.takes_effect()) return verdict.status;
  TRY(CheckRoom(*file, size, path));
  file->Truncate(size);
  return verdict.status;
}

Status CrashFileSystem::CreateDirectory(const std::string& path) {
  MutexLock lock(mutex_);
  if (FindDirectory("create directory", path).ok()) return Status::Ok();
  TRY_ASSIGN(const Place place, Locate("create directory", path));
  if (place.node.exists()) {
    return Status::FromErrno("create directory", path, EEXIST);
  }
  const Verdict verdict = Begin(Op::kCreateDirectory, path);
  if (!verdict.takes_effect()) return verdict.status;
  place.directory->Set(place.name, ++change_,
                       {nullptr, std::make_shared<CrashDirectory>()});
  return verdict.status;
}

Status CrashFileSystem::RemoveDirectory(const std::string& path) {
  MutexLock lock(mutex_);
  TRY_ASSIGN(const DirectoryPtr directory,
             FindDirectory("remove directory", path));
  for (const auto& [name, versions] : directory->names()) {
    if (versions.back().node.exists()) {
      return Status::FromErrno("remove directory", path, ENOTEMPTY);
    }
  }
  TRY_ASSIGN(const Place place, Locate("remove directory", path));
  const Verdict verdict = Begin(Op::kRemove, path);
  if (!verdict.takes_effect()) return verdict.status;
  place.directory->Set(place.name, ++change_, {});
  return verdict.status;
}

Result<std::vector<std::string>> CrashFileSystem::List(
    const std::string& path) {
  MutexLock lock(mutex_);
  TRY_ASSIGN(const DirectoryPtr directory, FindDirectory("list", path));
  std::vector<std::string> names;
  for (const auto& [name, versions] : directory->names()) {
    if (versions.back().node.exists()) names.push_back(name);
  }
  return names;
}

Result<bool> CrashFileSystem::Exists(const std::string& path) {
  MutexLock lock(mutex_);
  if (FindDirectory("stat", path).ok()) return true;
  return FindFile("stat", path).ok();
}

Result<uint64_t> CrashFileSystem::FileSize(const std::string& path) {
  MutexLock lock(mutex_);
  TRY_ASSIGN(const FilePtr file, FindFile("stat", path));
  return file->size();
}

Result<uint64_t> CrashFileSystem::FreeBytes(const std::string& path) {
  MutexLock lock(mutex_);
  TRY_ASSIGN(const DirectoryPtr directory, FindDirectory("statvfs", path));
  const uint64_t used = space_->used;
  return std::max<uint64_t>(space_->capacity, used) - used;
}

Result<std::unique_ptr<base::FileLock>> CrashFileSystem::Lock(
    const std::string& path) {
  MutexLock lock(mutex_);
  TRY_ASSIGN(const Place place, Locate("lock", path));
  if (!place.node.exists()) {
    const Verdict verdict = Begin(Op::kCreate, path);
    if (!verdict.takes_effect()) return verdict.status;
    TRY(CreateFile(path).status());
    TRY(verdict.status);
  }
  if (!locks_.insert(path).second) {
    return Status::Io(StrCat("lock: ", path,
                             ": data directory is in use by another process"));
  }
  return std::make_unique<HeldLock>(this, path);
}

void CrashFileSystem::Unlock(const std::string& path) {
  MutexLock lock(mutex_);
  locks_.erase(path);
}

}  // namespace support
