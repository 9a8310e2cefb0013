#include "lsm/table/table.h"

#include "base/strings.h"
#include "lsm/table/footer.h"
#include "lsm/table/table_iterator.h"

namespace lsm {

using base::Result;
using base::Status;
using base::StrCat;

Table::Table(std::unique_ptr<base::ReadableFile> file, uint64_t file_number,
             uint64_t seed, BlockCache* cache)
    : file_(std::move(file)),
      file_number_(file_number),
      seed_(seed),
      cache_(cache),
      cache_id_(cache == nullptr ? 0 : cache->NewFileId()) {}

Result<std::shared_ptr<Table>> Table::Open(
    base::FileSystem* fs, const std::string& path, uint64_t file_number,
    const Uuid& uuid, uint64_t expected_size, BlockCache* cache) {
  TRY_ASSIGN(std::unique_ptr<base::ReadableFile> file,
             fs->OpenReadable(path, base::FileSystem::ReadMode::kCached));
  return Open(std::move(file), file_number, uuid, expected_size, cache);
}

Result<std::shared_ptr<Table>> Table::Open(
    std::unique_ptr<base::ReadableFile> file, uint64_t file_number,
    const Uuid& uuid, uint64_t expected_size, BlockCache* cache) {
  const std::string path = file->path();
  if (file->size() != expected_size) {
    return Status::Corruption(StrCat(path, ": has ", file->size(),
                                     " bytes instead of ", expected_size));
  }
  std::shared_ptr<Table> table(new Table(std::move(file), file_number,
                                         TableSeed(uuid, file_number), cache));
  Extent properties;
  if (Status status = table->LoadFooter(uuid, &properties); !status.ok()) {
    return status.With(path);
  }
  TRY(table->LoadParts(properties));
  return table;
}

Status Table::LoadFooter(const Uuid& uuid, Extent* properties) {
  const uint64_t size = file_->size();
  if (size < kFooterBytes) return Status::Corruption("too short for a table");
  char bytes[kFooterBytes];
  TRY_ASSIGN(const size_t got,
             file_->Read(size - kFooterBytes, kFooterBytes, bytes));
  TRY_ASSIGN(const Footer footer, Footer::Decode({bytes, got}));
  if (footer.uuid != uuid) {
    return Status::Corruption("belongs to another database");
  }
  if (footer.file_number != file_number_) {
    return Status::Corruption(
        StrCat("is in truth table number ", footer.file_number));
  }
  *properties = footer.properties;
  properties_.file_bytes = size;
  return Status::Ok();
}

Status Table::LoadParts(Extent properties_extent) {
  const uint64_t file_bytes = properties_.file_bytes;
  TRY_ASSIGN(const Buffer properties,
             ReadBlock(file_.get(), properties_extent, seed_));
  Result<TableProperties> decoded = TableProperties::Decode(properties.view());
  if (!decoded.ok()) return decoded.status().With(path());
  properties_ = std::move(decoded).value();
  properties_.file_bytes = file_bytes;

  // The parts lie back to back, so that no byte is outside of a checksum.
  uint64_t end = properties_.data_bytes;
  const auto follows = [&end](Extent part) {
    const bool adjoins = part.offset == end;
    end += part.size + kBlockTrailerBytes;
    return adjoins;
  };
  if ((properties_.filter.size != 0 && !follows(properties_.filter)) ||
      !follows(properties_.index) || !follows(properties_extent) ||
      end + kFooterBytes != file_bytes) {
    return Status::Corruption(StrCat(path(), ": its parts do not fit"));
  }
  if (properties_.filter.size != 0) {
    TRY_ASSIGN(const Buffer filter,
               ReadBlock(file_.get(), properties_.filter, seed_));
    Result<Filter> parsed = Filter::Parse(filter.view());
    if (!parsed.ok()) return parsed.status().With(path());
    filter_ = std::move(parsed).value();
  }
  TRY_ASSIGN(const Buffer index,
             ReadBlock(file_.get(), properties_.index, seed_));
  Result<Index> parsed = Index::Parse(index.view(), properties_.data_bytes);
  if (!parsed.ok()) return parsed.status().With(path());
  index_ = std::move(parsed).value();
  return Status::Ok();
}

Result<PinnedBlock> Table::Keep(uint64_t offset, Buffer bytes,
                                const ReadOptions& options) const {
  Result<Block> block = Block::Parse(std::move(bytes));
  if (!block.ok()) {
    return block.status().With(StrCat(path(), ": block at ", offset));
  }
  if (cache_ == nullptr || !options.fill_cache) {
    return PinnedBlock::Alone(std::move(block).value());
  }
  return cache_->Insert(cache_id_, offset, std::move(block).value());
}

Result<PinnedBlock> Table::Pin(size_t block, const ReadOptions& options,
                               uint64_t* bytes_read) const {
  const Extent extent = index_.extent(block);
  if (cache_ != nullptr) {
    PinnedBlock pin =
        cache_->Lookup(cache_id_, extent.offset, options.fill_cache);
    if (pin) return pin;
  }
  if (options.cached_only) return Status::Miss();
  TRY_ASSIGN(Buffer bytes, ReadBlock(file_.get(), extent, seed_));
  *bytes_read += extent.size + kBlockTrailerBytes;
  return Keep(extent.offset, std::move(bytes), options);
}

Status Table::Broken(size_t block) const {
  return Status::Corruption(StrCat(
      path(), ": block at ", index_.extent(block).offset, ": malformed row"));
}

Result<std::optional<TableRow>> Table::Get(std::string_view key, uint64_t hash,
                                           Sequence upto,
                                           const ReadOptions& options) const {
  std::optional<TableRow> none;
  if (!filter_.MayContain(hash)) return none;
  uint64_t bytes_read = 0;
  for (size_t i = index_.Find(key); i < index_.blocks(); ++i) {
    TRY_ASSIGN(PinnedBlock pin, Pin(i, options, &bytes_read));
    TableRow row;
    switch (pin->Find(key, upto, &row.packed, &row.value)) {
      case Block::Found::kRow:
        row.pin = std::move(pin);
        return std::optional<TableRow>(std::move(row));
      case Block::Found::kAbsent:
        return none;
      case Block::Found::kBroken:
        return Broken(i);
      case Block::Found::kBeyond:
        if (!index_.EndsWith(i, key)) return none;
    }
  }
  return none;
}

std::string Table::BlockBegin(size_t i) const {
  return i == 0 ? properties_.smallest_key : index_.Separator(i - 1);
}

std::unique_ptr<TableIterator> Table::NewIterator(
    const ReadOptions& options) const {
  return std::make_unique<TableIterator>(this, options);
}

size_t Table::memory_bytes() const {
  return sizeof(Table) + filter_.memory_bytes() + index_.memory_bytes() +
         properties_.smallest_key.capacity() +
         properties_.largest_key.capacity();
}

}  // namespace lsm
