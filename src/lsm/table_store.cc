#include "lsm/table_store.h"

#include <utility>

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

base::Result<TableFilePtr> TableStore::Open(const TableInfo& info) {
  TRY_ASSIGN(std::unique_ptr<base::ReadableFile> file,
             handles_->Open(PathOf(info.number)));
  TRY_ASSIGN(
      std::shared_ptr<Table> table,
      Table::Open(std::move(file), info.number, uuid_, info.bytes, &cache_));
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
      [this](uint64_t number) { NoteObsolete(number); }));
}

void TableStore::NoteObsolete(uint64_t number) {
  base::MutexLock lock(mutex_);
  obsolete_.push_back(number);
}

std::vector<uint64_t> TableStore::TakeObsolete() {
  base::MutexLock lock(mutex_);
  return std::exchange(obsolete_, {});
}

base::Status TableStore::Remove(const std::vector<uint64_t>& numbers) {
  base::Status first;
  for (const uint64_t number : numbers) {
    base::Status status = fs_->Remove(PathOf(number));
    if (!status.ok() && first.ok()) first = std::move(status);
  }
  return first;
}

}  // namespace lsm
