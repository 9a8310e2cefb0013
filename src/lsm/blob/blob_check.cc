#include "lsm/blob/blob_check.h"

#include <algorithm>
#include <memory>

#include "base/coding.h"
#include "base/strings.h"
#include "lsm/format.h"
#include "lsm/table/read_window.h"

namespace lsm {
namespace {

using base::Code;
using base::Result;
using base::Status;
using base::StrCat;

class Checker {
 public:
  Checker(base::ReadableFile* file, const BlobVisitor& visitor)
      : file_(file), visitor_(visitor) {}

  Result<BlobCheck> Run(uint64_t number, const Uuid& uuid,
                        std::optional<uint64_t> record_bytes) {
    const Result<Footer> footer = ReadBlobFooter(file_);
    if (!footer.ok()) return EndWith(footer.status());
    if (Status status = CheckBlobOwner(footer.value(), number, uuid);
        !status.ok()) {
      return EndWith(status.With(file_->path()));
    }
    const Result<std::vector<Extent>> index =
        ReadBlobIndex(file_, footer.value());
    if (!index.ok()) return EndWith(index.status());
    out_.record_bytes = footer.value().properties.offset;
    if (record_bytes && *record_bytes != out_.record_bytes) {
      out_.flaws.push_back(Status::Corruption(
          StrCat(file_->path(), ": has ", out_.record_bytes,
                 " bytes of records instead of ", *record_bytes)));
    }
    const uint64_t seed = TableSeed(uuid, number);
    for (const Extent record : index.value()) TRY(CheckRecord(record, seed));
    return std::move(out_);
  }

 private:
  Result<BlobCheck> EndWith(const Status& flaw) {
    if (flaw.code() == Code::kIo) return flaw;
    out_.flaws.push_back(flaw);
    return std::move(out_);
  }

  Status CheckRecord(Extent record, uint64_t seed) {
    const Result<Buffer> bytes = ReadBlock(file_, record, seed);
    Status status = bytes.ok() ? Status::Ok() : Status(bytes.status());
    if (status.code() == Code::kIo) return status;
    std::string_view value;
    std::string_view key;
    if (status.ok()) {
      value = bytes.value().view();
      if (!base::GetLengthPrefixed(&value, &key)) {
        status = Status::Corruption(StrCat(file_->path(), ": block at ",
                                           record.offset, ": has no key"));
      }
    }
    if (status.ok()) {
      out_.records.push_back({record.offset, record.size, HashKey(key)});
    } else {
      out_.flaws.push_back(status);
    }
    if (visitor_.on_record) visitor_.on_record(record, key, value, status);
    if (visitor_.on_progress) {
      visitor_.on_progress(record.size + kBlockTrailerBytes);
    }
    return Status::Ok();
  }

  base::ReadableFile* const file_;
  const BlobVisitor& visitor_;
  BlobCheck out_;
};

}  // namespace

bool BlobCheck::Holds(const BlobReference& reference,
                      std::string_view key) const {
  const auto found = std::lower_bound(
      records.begin(), records.end(), reference.record.offset,
      [](const Record& a, uint64_t offset) { return a.offset < offset; });
  return found != records.end() && found->offset == reference.record.offset &&
         found->size == reference.record.size &&
         found->key_hash == HashKey(key);
}

Result<BlobCheck> CheckBlobFile(base::FileSystem* fs, const std::string& path,
                                uint64_t number, const Uuid& uuid,
                                std::optional<uint64_t> record_bytes,
                                const BlobVisitor& visitor) {
  TRY_ASSIGN(auto file,
             fs->OpenReadable(path, base::FileSystem::ReadMode::kStable));
  ReadWindow window(std::move(file));
  return Checker(&window, visitor).Run(number, uuid, record_bytes);
}

}  // namespace lsm
