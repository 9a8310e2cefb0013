#include "lsm/blob/blob_file.h"

#include <utility>

#include "base/coding.h"
#include "base/strings.h"
#include "lsm/blob/blob_index.h"

namespace lsm {

using base::Result;
using base::Status;
using base::StrCat;

Result<BlobValue> ReadBlob(base::ReadableFile* file, uint64_t seed,
                           const BlobReference& reference,
                           std::string_view key) {
  const auto bad = [&](std::string_view what) {
    return Status::Corruption(StrCat(file->path(), ": block at ",
                                     reference.record.offset, ": ", what));
  };
  BlobValue value;
  TRY_ASSIGN(value.bytes, ReadBlock(file, reference.record, seed));
  std::string_view rest = value.bytes.view();
  std::string_view own_key;
  if (!base::GetLengthPrefixed(&rest, &own_key) || own_key != key) {
    return bad("is the value of another key");
  }
  if (rest.size() != reference.value_bytes ||
      !rest.starts_with(reference.head)) {
    return bad("is another value than the one referred to");
  }
  value.view = rest;
  return value;
}

BlobFile::BlobFile(std::unique_ptr<base::ReadableFile> file, uint64_t number,
                   uint64_t seed, uint64_t record_bytes, OnObsolete on_obsolete)
    : file_(std::move(file)),
      number_(number),
      seed_(seed),
      record_bytes_(record_bytes),
      on_obsolete_(std::move(on_obsolete)) {}

BlobFile::~BlobFile() {
  const uint64_t tables = tables_.load(std::memory_order_relaxed);
  // One that no table came to refer to is the business of who opened it.
  if (tables > 0 && gone_.load(std::memory_order_relaxed) == tables &&
      on_obsolete_ != nullptr) {
    on_obsolete_(number_);
  }
}

Result<BlobFilePtr> BlobFile::Open(std::unique_ptr<base::ReadableFile> file,
                                   uint64_t number, const Uuid& uuid,
                                   uint64_t record_bytes,
                                   OnObsolete on_obsolete) {
  TRY_ASSIGN(const Footer footer, ReadBlobFooter(file.get()));
  if (Status status = CheckBlobOwner(footer, number, uuid); !status.ok()) {
    return status.With(file->path());
  }
  if (footer.properties.offset != record_bytes) {
    return Status::Corruption(
        StrCat(file->path(), ": has ", footer.properties.offset,
               " bytes of records instead of ", record_bytes));
  }
  return BlobFilePtr(new BlobFile(std::move(file), number,
                                  TableSeed(uuid, number), record_bytes,
                                  std::move(on_obsolete)));
}

Result<BlobValue> BlobFile::Read(const BlobReference& reference,
                                 std::string_view key) const {
  return ReadBlob(file_.get(), seed_, reference, key);
}

}  // namespace lsm
