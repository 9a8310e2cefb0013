#include "base/file_system.h"

#include <algorithm>

#include "base/strings.h"

namespace base {
namespace {

constexpr uint64_t kWholeFileBytesMax = 64 << 20;

Status WriteWholeFile(FileSystem* fs, const std::string& path,
                      std::string_view bytes) {
  TRY_ASSIGN(const std::unique_ptr<WritableFile> file,
             fs->CreateWritable(path));
  TRY(file->Append(bytes));
  return file->Sync();
}

}  // namespace

Result<std::string> ReadWholeFile(FileSystem* fs, const std::string& path) {
  TRY_ASSIGN(const std::unique_ptr<ReadableFile> file,
             fs->OpenReadable(path, FileSystem::ReadMode::kCached));
  if (file->size() > kWholeFileBytesMax) {
    return Status::Io(StrCat("read: ", path, ": ", file->size(),
                             " bytes is too large to be read whole"));
  }
  std::string bytes(file->size(), '\0');
  TRY_ASSIGN(const size_t got, file->Read(0, bytes.size(), bytes.data()));
  bytes.resize(got);
  return bytes;
}

Status ReplaceFile(FileSystem* fs, const std::string& path,
                   std::string_view bytes) {
  const std::string temporary = path + ".tmp";
  if (const Status status = WriteWholeFile(fs, temporary, bytes);
      !status.ok()) {
    // What is left of it is in nobody's way, only the room may be missed.
    (void)fs->Remove(temporary);
    return status;
  }
  TRY(fs->Rename(temporary, path));
  return fs->SyncDirectory(ParentPath(path));
}

std::string ParentPath(const std::string& path) {
  const size_t slash = path.rfind('/');
  if (slash == std::string::npos) return ".";
  return path.substr(0, std::max<size_t>(slash, 1));
}

std::string JoinPath(std::string_view directory, std::string_view name) {
  if (directory.empty()) return std::string(name);
  return StrCat(directory, directory.ends_with('/') ? "" : "/", name);
}

}  // namespace base
