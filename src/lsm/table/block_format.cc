#include "lsm/table/block_format.h"

#include <cstring>

#include "base/allocator.h"
#include "base/checksum.h"
#include "base/coding.h"
#include "base/strings.h"

namespace lsm {
namespace {

using base::Result;
using base::Status;

// Splits the verified payload and its type off `stored`.
Result<Compression> Verify(std::string_view stored, uint64_t seed,
                           std::string_view* payload) {
  if (stored.size() < kBlockTrailerBytes) {
    return Status::Corruption("no room for a block trailer");
  }
  const std::string_view covered = stored.substr(0, stored.size() - 8);
  const auto sum = base::LoadLittle<uint64_t>(covered.data() + covered.size());
  if (base::Xxh3(covered, seed) != sum) {
    return Status::Corruption("checksum mismatch");
  }
  const auto type = static_cast<Compression>(covered.back());
  if (type > Compression::kZstd) {
    return Status::Corruption("unknown block type");
  }
  *payload = covered.substr(0, covered.size() - 1);
  return type;
}

Result<Buffer> Unpack(Compression type, std::string_view payload) {
  TRY_ASSIGN(const uint64_t raw_size, RawSize(type, payload));
  Buffer raw(raw_size);
  TRY(Decompress(type, payload, raw.data(), raw_size));
  return raw;
}

}  // namespace

void Buffer::Shrink(size_t size) {
  CHECK(size <= size_);
  size_ = size;
}

size_t Buffer::charge() const {
  return allocated_ == 0 ? 0 : base::AllocatedBytes(allocated_);
}

uint64_t TableSeed(const Uuid& uuid, uint64_t file_number) {
  return base::Xxh3(uuid.view(), file_number);
}

uint64_t AppendBlock(std::string_view payload, Compression compression,
                     uint64_t table_seed, uint64_t offset, std::string* out) {
  const size_t start = out->size();
  const Compression type = Compress(compression, payload, out);
  const uint64_t stored_size = out->size() - start;
  out->push_back(static_cast<char>(type));
  const std::string_view covered = std::string_view(*out).substr(start);
  base::PutLittle<uint64_t>(out, base::Xxh3(covered, table_seed + offset));
  return stored_size;
}

Result<Buffer> OpenBlock(Buffer stored, uint64_t table_seed, uint64_t offset) {
  std::string_view payload;
  TRY_ASSIGN(const Compression type,
             Verify(stored.view(), table_seed + offset, &payload));
  if (type != Compression::kNone) return Unpack(type, payload);
  stored.Shrink(payload.size());
  return stored;
}

Result<Buffer> OpenBlock(std::string_view stored, uint64_t table_seed,
                         uint64_t offset) {
  std::string_view payload;
  TRY_ASSIGN(const Compression type,
             Verify(stored, table_seed + offset, &payload));
  if (type != Compression::kNone) return Unpack(type, payload);
  Buffer raw(payload.size());
  std::memcpy(raw.data(), payload.data(), payload.size());
  return raw;
}

Result<Buffer> ReadBlock(base::ReadableFile* file, Extent extent,
                         uint64_t table_seed) {
  const auto where = [&] {
    return base::StrCat(file->path(), ": block at ", extent.offset);
  };
  const uint64_t file_size = file->size();
  if (extent.offset > file_size ||
      file_size - extent.offset < kBlockTrailerBytes ||
      file_size - extent.offset - kBlockTrailerBytes < extent.size) {
    return Status::Corruption("reaches past the end of the file").With(where());
  }
  Buffer stored(extent.size + kBlockTrailerBytes);
  TRY_ASSIGN(const size_t got,
             file->Read(extent.offset, stored.size(), stored.data()));
  if (got != stored.size()) {
    return Status::Corruption("the file ended early").With(where());
  }
  Result<Buffer> opened =
      OpenBlock(std::move(stored), table_seed, extent.offset);
  if (!opened.ok()) return opened.status().With(where());
  return opened;
}

}  // namespace lsm
