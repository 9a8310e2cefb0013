#include "lsm/version/table_file.h"

#include <algorithm>
#include <utility>

#include "base/strings.h"
#include "lsm/version/file_names.h"

namespace lsm {

using base::Result;
using base::Status;
using base::StrCat;

TableFile::TableFile(TableInfo info, std::shared_ptr<const Table> table,
                     OnObsolete on_obsolete, std::vector<BlobFilePtr> blobs)
    : info_(std::move(info)),
      table_(std::move(table)),
      on_obsolete_(std::move(on_obsolete)),
      blobs_(std::move(blobs)) {
  for (const BlobFilePtr& blob : blobs_) blob->NoteTable();
}

TableFile::~TableFile() {
  if (!retired_.load(std::memory_order_relaxed)) return;
  for (const BlobFilePtr& blob : blobs_) blob->NoteTableGone();
  if (on_obsolete_ != nullptr) on_obsolete_(info_.number);
}

Result<std::optional<TableRow>> TableFile::Get(
    std::string_view key, uint64_t hash, Sequence upto,
    const ReadOptions& options) const {
  TRY_ASSIGN(std::optional<TableRow> row,
             table_->Get(key, hash, upto, options));
  if (!row || KindOf(row->packed) != Kind::kBlobValue) return row;
  TRY_ASSIGN(row->value, LoadValue(key, row->value, options.value_bytes,
                                   options.cached_only, &row->apart));
  row->packed = Pack(SequenceOf(row->packed), Kind::kValue);
  return row;
}

Result<std::string_view> TableFile::LoadValue(std::string_view key,
                                              std::string_view value,
                                              size_t bytes, bool cached_only,
                                              Buffer* buffer) const {
  Result<BlobReference> decoded = BlobReference::Decode(value);
  if (!decoded.ok()) return decoded.status().With(table_->path());
  const BlobReference& reference = decoded.value();
  if (reference.Suffices(bytes)) return reference.head;
  if (cached_only) return Status::Miss();
  const auto blob =
      std::lower_bound(blobs_.begin(), blobs_.end(), reference.file,
                       [](const BlobFilePtr& a, uint64_t number) {
                         return a->number() < number;
                       });
  if (blob == blobs_.end() || (*blob)->number() != reference.file) {
    return Status::Corruption(StrCat(table_->path(), ": a row refers to ",
                                     BlobName(reference.file),
                                     ", which is not one of its files"));
  }
  TRY_ASSIGN(BlobValue loaded, (*blob)->Read(reference, key));
  *buffer = std::move(loaded.bytes);
  return loaded.view;
}

}  // namespace lsm
