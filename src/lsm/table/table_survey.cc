#include "lsm/table/table_survey.h"

#include <algorithm>
#include <utility>

#include "base/strings.h"
#include "lsm/table/block.h"
#include "lsm/table/block_carver.h"
#include "lsm/table/read_window.h"

namespace lsm {

using base::Result;
using base::Status;
using base::StrCat;

namespace {

Result<Footer> FooterOf(base::ReadableFile* file) {
  const uint64_t size = file->size();
  if (size < kFooterBytes) {
    return Status::Corruption(StrCat(file->path(), ": too short for a table"));
  }
  char bytes[kFooterBytes];
  TRY_ASSIGN(const size_t got,
             file->Read(size - kFooterBytes, kFooterBytes, bytes));
  Result<Footer> footer = Footer::Decode({bytes, got});
  if (!footer.ok()) return footer.status().With(file->path());
  return footer;
}

}  // namespace

Result<Footer> TableSurvey::ReadFooter(base::FileSystem* fs,
                                       const std::string& path) {
  TRY_ASSIGN(const auto file,
             fs->OpenReadable(path, base::FileSystem::ReadMode::kStable));
  return FooterOf(file.get());
}

Result<std::unique_ptr<TableSurvey>> TableSurvey::Make(
    const TableRequest& request) {
  TRY_ASSIGN(auto file, request.fs->OpenReadable(
                            request.path, base::FileSystem::ReadMode::kStable));
  std::unique_ptr<TableSurvey> survey(
      new TableSurvey(std::make_unique<ReadWindow>(std::move(file)),
                      TableSeed(request.uuid, request.number)));
  TRY(survey->ReadParts(request));
  if (survey->index_) {
    for (size_t i = 0; i < survey->index_->blocks(); ++i) {
      survey->blocks_.push_back(survey->index_->extent(i));
    }
  } else if (survey->foreign_) {
    survey->AddUnread(0, survey->file_->size());
  } else {
    TRY(survey->Carve(request));
  }
  return survey;
}

Status TableSurvey::Note(const Status& status) {
  if (status.code() == base::Code::kIo) return status;
  flaws_.push_back(status);
  return Status::Ok();
}

// Each part is read if the one before told where it is.
Status TableSurvey::ReadParts(const TableRequest& request) {
  const std::string& path = request.path;
  if (request.bytes && file_->size() != *request.bytes) {
    flaws_.push_back(Status::Corruption(StrCat(
        path, ": has ", file_->size(), " bytes instead of ", *request.bytes)));
  }
  Result<Footer> footer = FooterOf(file_.get());
  if (!footer.ok()) return Note(footer.status());
  footer_ = footer.value();
  foreign_ =
      footer_->uuid != request.uuid || footer_->file_number != request.number;
  if (footer_->uuid != request.uuid) {
    flaws_.push_back(
        Status::Corruption(StrCat(path, ": belongs to another database")));
    return Status::Ok();
  }
  if (footer_->file_number != request.number) {
    flaws_.push_back(Status::Corruption(
        StrCat(path, ": is in truth table number ", footer_->file_number)));
    return Status::Ok();
  }

  const auto read = [&](Extent extent) {
    return ReadBlock(file_.get(), extent, seed_);
  };
  Result<Buffer> bytes = read(footer_->properties);
  if (!bytes.ok()) return Note(bytes.status());
  auto properties = TableProperties::Decode(bytes.value().view());
  if (!properties.ok()) return Note(properties.status().With(path));
  properties_ = std::move(properties).value();
  properties_->file_bytes = file_->size();
  CheckOutline();

  if (properties_->filter.size != 0) {
    bytes = read(properties_->filter);
    auto filter = bytes.ok() ? Filter::Parse(bytes.value().view())
                             : Result<Filter>(bytes.status());
    if (filter.ok()) {
      filter_ = std::move(filter).value();
    } else {
      TRY(Note(bytes.ok() ? filter.status().With(path) : filter.status()));
    }
  }
  bytes = read(properties_->index);
  if (!bytes.ok()) return Note(bytes.status());
  auto index = Index::Parse(bytes.value().view(), properties_->data_bytes);
  if (!index.ok()) return Note(index.status().With(path));
  index_ = std::move(index).value();
  return Status::Ok();
}

// The parts lie back to back, so that no byte is outside of a checksum.
void TableSurvey::CheckOutline() {
  uint64_t end = properties_->data_bytes;
  const auto follows = [&end](Extent part) {
    const bool adjoins = part.offset == end;
    end += part.size + kBlockTrailerBytes;
    return adjoins;
  };
  if ((properties_->filter.size == 0 || follows(properties_->filter)) &&
      follows(properties_->index) && follows(footer_->properties) &&
      end + kFooterBytes == file_->size()) {
    return;
  }
  flaws_.push_back(
      Status::Corruption(StrCat(file_->path(), ": its parts do not fit")));
}

bool TableSurvey::IsDataBlock(Extent extent) const {
  Result<Buffer> bytes = ReadBlock(file_.get(), extent, seed_);
  if (!bytes.ok()) return false;
  const Result<Block> block = Block::Parse(std::move(bytes).value());
  if (!block.ok()) return false;
  BlockIterator rows;
  rows.Reset(&block.value());
  for (rows.SeekToFirst(); rows.Valid(); rows.Next()) {
    if (rows.packed() >> 8 > kSequenceMax ||
        KindOf(rows.packed()) > Kind::kBlobValue) {
      return false;
    }
  }
  return !rows.broken();
}

void TableSurvey::AddUnread(uint64_t offset, uint64_t limit) {
  if (offset < limit) unread_.push_back({offset, limit - offset});
}

// Without properties the data ends where the blocks stop to be data: filter,
// index and properties are blocks too, but no rows.
Status TableSurvey::Carve(const TableRequest& request) {
  const uint64_t size = file_->size();
  const uint64_t promised = properties_
                                ? properties_->data_bytes
                                : std::max(size, request.bytes.value_or(0));
  const uint64_t limit = std::min(promised, size);
  uint64_t at = 0;
  while (at < limit) {
    TRY_ASSIGN(std::optional<Extent> found,
               FindBlockAt(file_.get(), at, limit, size, seed_));
    if (!found) {
      TRY_ASSIGN(found, FindBlockBehind(file_.get(), at + 1, limit, seed_));
      AddUnread(at, found ? found->offset : promised);
      if (!found) return Status::Ok();
    }
    if (!properties_ && !IsDataBlock(*found)) return Status::Ok();
    blocks_.push_back(*found);
    at = found->offset + found->size + kBlockTrailerBytes;
  }
  AddUnread(at, promised);
  return Status::Ok();
}

}  // namespace lsm
