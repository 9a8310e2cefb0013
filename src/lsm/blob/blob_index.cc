#include "lsm/blob/blob_index.h"

#include "base/coding.h"
#include "base/strings.h"

namespace lsm {

using base::Result;
using base::Status;
using base::StrCat;

std::string EncodeBlobEnd(const std::vector<uint64_t>& record_sizes,
                          uint64_t offset, uint64_t number, const Uuid& uuid) {
  std::string index;
  for (const uint64_t size : record_sizes) base::PutVarint(&index, size);
  std::string out;
  Footer footer;
  footer.magic = kBlobMagic;
  footer.properties = {
      offset, AppendBlock(index, Compression::kLz4, TableSeed(uuid, number),
                          offset, &out)};
  footer.uuid = uuid;
  footer.file_number = number;
  out.append(footer.Encode());
  return out;
}

Result<Footer> ReadBlobFooter(base::ReadableFile* file) {
  const auto bad = [file](const Status& status) {
    return status.With(file->path());
  };
  const uint64_t size = file->size();
  if (size < kFooterBytes) {
    return bad(Status::Corruption("too short for a blob file"));
  }
  char bytes[kFooterBytes];
  TRY_ASSIGN(const size_t got,
             file->Read(size - kFooterBytes, kFooterBytes, bytes));
  Result<Footer> footer = Footer::Decode({bytes, got}, kBlobMagic);
  // Nobody remembers how large it was made; one that has grown, or lost its
  // end, is told by what it ends with.
  if (footer.status().code() == base::Code::kCorruption) {
    return bad(footer.status().With(
        StrCat("has ", size, " bytes, and does not end as a blob file does")));
  }
  if (!footer.ok()) return bad(footer.status());
  const Extent index = footer.value().properties;
  if (index.offset > size ||
      index.size + kBlockTrailerBytes + kFooterBytes != size - index.offset) {
    return bad(Status::Corruption(
        StrCat("has ", size, " bytes, and its parts do not fit")));
  }
  return footer;
}

Status CheckBlobOwner(const Footer& footer, uint64_t number, const Uuid& uuid) {
  if (footer.uuid != uuid) {
    return Status::Corruption("belongs to another database");
  }
  if (footer.file_number != number) {
    return Status::Corruption(
        StrCat("is in truth blob file number ", footer.file_number));
  }
  return Status::Ok();
}

Result<std::vector<Extent>> ReadBlobIndex(base::ReadableFile* file,
                                          const Footer& footer) {
  const uint64_t seed = TableSeed(footer.uuid, footer.file_number);
  TRY_ASSIGN(const Buffer index, ReadBlock(file, footer.properties, seed));
  std::vector<Extent> records;
  uint64_t offset = 0;
  std::string_view rest = index.view();
  // Records end where the index begins, however many it claims.
  while (!rest.empty() && offset < footer.properties.offset) {
    uint64_t size = 0;
    if (!base::GetVarint(&rest, &size) || size > footer.properties.offset) {
      break;
    }
    records.push_back({offset, size});
    offset += size + kBlockTrailerBytes;
  }
  if (!rest.empty() || offset != footer.properties.offset) {
    return Status::Corruption(
        StrCat(file->path(), ": its index and its records do not fit"));
  }
  return records;
}

}  // namespace lsm
