#include "lsm/table_store.h"

#include <cerrno>
#include <utility>

#include "base/strings.h"
#include "lsm/table/table.h"
#include "lsm/version/file_names.h"

namespace lsm {

TableStore::TableStore(base::FileSystem* fs, std::string directory,
                       const Uuid& uuid, uint64_t cache_bytes,
                       size_t handles_max)
    : fs_(fs),
      handles_(std::make_shared<HandleCache>(fs, handles_max)),
      directory_(std::move(directory)),
      uuid_(uuid),
      cache_(cache_bytes) {}

std::string TableStore::PathOf(uint64_t number) const {
  return base::JoinPath(directory_, TableName(number));
}

// Whoever needs an old blob file holds a table that refers to it: so one that
// is not open here is new, or the store is being opened.
base::Result<BlobFilePtr> TableStore::OpenBlob(const BlobUse& use) {
  {
    base::MutexLock lock(mutex_);
    const auto known = blobs_.find(use.file);
    if (known != blobs_.end()) {
      if (BlobFilePtr open = known->second.lock()) return open;
    }
  }
  TRY_ASSIGN(std::unique_ptr<base::ReadableFile> file,
             OpenNamed(base::JoinPath(directory_, BlobName(use.file))));
  TRY_ASSIGN(BlobFilePtr blob,
             BlobFile::Open(std::move(file), use.file, uuid_, use.all_bytes,
                            [self = shared_from_this()](uint64_t number) {
                              self->NoteObsolete(BlobName(number));
                            }));
  base::MutexLock lock(mutex_);
  blobs_[use.file] = blob;
  return blob;
}

// The MANIFEST says that it is there: if not, that is damage.
base::Result<std::unique_ptr<base::ReadableFile>> TableStore::OpenNamed(
    const std::string& path) {
  auto file = handles_->Open(path);
  if (!file.ok() && file.status().error_number() == ENOENT) {
    return base::Status::Corruption(
        base::StrCat(path, ": is missing, though the MANIFEST lists it"));
  }
  return file;
}

base::Result<TableFilePtr> TableStore::Open(const TableInfo& info) {
  TRY_ASSIGN(std::unique_ptr<base::ReadableFile> file,
             OpenNamed(PathOf(info.number)));
  TRY_ASSIGN(
      std::shared_ptr<Table> table,
      Table::Open(std::move(file), info.number, uuid_, info.bytes, &cache_));
  std::vector<BlobFilePtr> blobs;
  blobs.reserve(info.blobs.size());
  for (const BlobUse& use : info.blobs) {
    TRY_ASSIGN(BlobFilePtr blob, OpenBlob(use));
    blobs.push_back(std::move(blob));
  }
  const size_t bytes = table->memory_bytes();
  memory_bytes_.fetch_add(bytes, std::memory_order_relaxed);
  // Versions and iterators may outlive the engine's other parts; the store
  // stays for them.
  auto counted = std::shared_ptr<Table>(
      table.get(), [self = shared_from_this(), table, bytes](Table*) mutable {
        self->memory_bytes_.fetch_sub(bytes, std::memory_order_relaxed);
        table.reset();
      });
  return TableFilePtr(std::make_shared<const TableFile>(
      info, std::move(counted),
      [this](uint64_t number) { NoteObsolete(TableName(number)); },
      std::move(blobs)));
}

void TableStore::NoteObsolete(std::string name) {
  base::MutexLock lock(mutex_);
  obsolete_.push_back(std::move(name));
}

bool TableStore::has_obsolete() const {
  base::MutexLock lock(mutex_);
  return !obsolete_.empty();
}

std::vector<std::string> TableStore::TakeObsolete() {
  base::MutexLock lock(mutex_);
  if (obsolete_.empty()) return {};
  std::erase_if(blobs_, [](const auto& blob) { return blob.second.expired(); });
  return std::exchange(obsolete_, {});
}

base::Status TableStore::Remove(const std::vector<std::string>& names) {
  base::Status first;
  for (const std::string& name : names) {
    base::Status status = fs_->Remove(base::JoinPath(directory_, name));
    // A job that failed may have removed it already.
    if (status.error_number() == ENOENT) continue;
    if (!status.ok() && first.ok()) first = std::move(status);
  }
  return first;
}

}  // namespace lsm
