#include "inspect/data_directory.h"

#include "base/strings.h"
#include "lsm/version/file_names.h"
#include "types/data_set.h"
#include "types/head.h"
#include "types/row_key.h"

namespace inspect {

using base::Status;

base::Result<std::unique_ptr<base::FileLock>> LockDirectory(
    const std::string& directory) {
  base::FileSystem* const fs = base::PosixFileSystem();
  TRY_ASSIGN(const bool there, fs->Exists(directory));
  if (!there) {
    return Status::Invalid(base::StrCat(directory, ": does not exist"));
  }
  const std::string path = base::JoinPath(directory, lsm::kLockName);
  TRY_ASSIGN(const bool exists, fs->Exists(path));
  if (!exists) return std::unique_ptr<base::FileLock>();
  auto lock = fs->Lock(path);
  if (lock.ok() || lock.status().error_number() != 0) return lock;
  return Status::Invalid(base::StrCat(
      directory, ": is in use, probably by a running server; stop it first"));
}

lsm::Options OptionsFor(const std::string& directory) {
  lsm::Options options;
  options.directory = directory;
  types::Describe(&options);
  return options;
}

void CountRow(std::string_view key, std::string_view value,
              const lsm::CheckRequest::AddCount& add) {
  if (key.size() < types::kPrefixBytes || key[0] != types::kHeadSpace) return;
  const types::PhysicalId physical = types::PhysicalIdOf(key);
  add(types::KeysCounter(physical), 1);
  if (types::ExpiryOfRow(key, value) != 0) {
    add(types::ExpiresCounter(physical), 1);
  }
}

}  // namespace inspect
