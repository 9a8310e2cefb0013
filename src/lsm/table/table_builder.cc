#include "lsm/table/table_builder.h"

#include <algorithm>

#include "base/check.h"
#include "lsm/table/blob_reference.h"
#include "lsm/table/footer.h"

namespace lsm {
namespace {

using base::Result;
using base::Status;

// One append to the file: large enough to be cheap, small enough to pace.
constexpr size_t kChunkBytes = 256 << 10;

}  // namespace

TableBuilder::TableBuilder(const TableOptions& options,
                           base::WritableFile* file, uint64_t file_number,
                           const Uuid& uuid)
    : options_(options),
      file_(file),
      file_number_(file_number),
      uuid_(uuid),
      seed_(TableSeed(uuid, file_number)),
      block_(options.restart_interval),
      filter_(options.filter_bits_per_key) {
  properties_.level = options.level;
}

Status TableBuilder::Add(std::string_view key, uint64_t packed,
                         std::string_view value) {
  TRY(status_);
  CHECK(key.size() <= kKeyBytesMax && value.size() <= kValueBytesMax);
  const bool first = rows() == 0;
  const int order = first ? 1 : key.compare(last_key_);
  CHECK(order > 0 || (order == 0 && packed < last_packed_));

  if (IsBlockFull(key.size() + value.size())) TRY(FlushBlock(&key));
  block_.Add(last_key_, key, packed, value);
  TRY(CountRow(key, packed, value));
  if (order > 0) {
    ++properties_.keys;
    filter_.Add(HashKey(key));
    if (first) properties_.smallest_key = key;
    last_key_.assign(key);
  }
  last_packed_ = packed;
  return Status::Ok();
}

// A large row does not join the small ones before it: whoever wants one of
// them would read it too.
bool TableBuilder::IsBlockFull(size_t row_bytes) const {
  if (block_.empty()) return false;
  const size_t bytes = block_.bytes();
  if (bytes >= options_.block_bytes) return true;
  if (bytes + row_bytes <= options_.block_bytes) return false;
  return row_bytes >= options_.block_bytes ||
         bytes >= options_.block_bytes - options_.block_bytes / 8;
}

Status TableBuilder::CountRow(std::string_view key, uint64_t packed,
                              std::string_view value) {
  const Sequence sequence = SequenceOf(packed);
  if (rows() == 0 || sequence < properties_.smallest_sequence) {
    properties_.smallest_sequence = sequence;
  }
  properties_.largest_sequence =
      std::max(properties_.largest_sequence, sequence);
  ++properties_.rows;
  ++block_rows_;
  properties_.raw_bytes += key.size() + sizeof packed + value.size();
  if (KindOf(packed) == Kind::kTombstone) {
    ++properties_.tombstones;
    ++block_tombstones_;
  } else if (KindOf(packed) == Kind::kBlobValue) {
    return properties_.CountReference(value);
  } else if (options_.expiry_of) {
    properties_.CountExpiry(options_.expiry_of(key, value));
  }
  return Status::Ok();
}

uint64_t TableBuilder::EstimatedBytes() const {
  return offset_ + (block_.empty() ? 0 : block_.bytes()) +
         filter_.EstimatedBytes() + index_.EstimatedBytes() + 2 * kFooterBytes;
}

Status TableBuilder::FlushBlock(const std::string_view* next_key) {
  const std::string_view separator =
      next_key == nullptr || *next_key == last_key_
          ? std::string_view(last_key_)
          : ShortestSeparator(last_key_, *next_key);
  properties_.dense_blocks += IsDense(block_tombstones_, block_rows_);
  ++properties_.data_blocks;
  const Extent extent = AppendPart(block_.Finish(), options_.compression);
  index_.Add(separator, extent.size);
  block_.Reset();
  block_rows_ = 0;
  block_tombstones_ = 0;
  return chunk_.size() >= kChunkBytes ? WriteChunk() : Status::Ok();
}

Extent TableBuilder::AppendPart(std::string_view payload,
                                Compression compression) {
  const Extent extent = {
      offset_, AppendBlock(payload, compression, seed_, offset_, &chunk_)};
  offset_ += extent.size + kBlockTrailerBytes;
  return extent;
}

Status TableBuilder::WriteChunk() {
  status_ = file_->Append(chunk_);
  // A single huge row must not keep its memory for the rest of the table.
  if (chunk_.size() > 4 * kChunkBytes) chunk_ = std::string();
  chunk_.clear();
  return status_;
}

Result<TableProperties> TableBuilder::Finish() {
  TRY(status_);
  CHECK(rows() > 0);
  TRY(FlushBlock(nullptr));
  properties_.largest_key = last_key_;
  properties_.data_bytes = offset_;
  const std::string filter = filter_.Finish();
  if (!filter.empty()) {
    // Bits of a good filter are noise: nothing to compress.
    properties_.filter = AppendPart(filter, Compression::kNone);
  }
  properties_.index = AppendPart(index_.Finish(), options_.compression);

  Footer footer;
  footer.properties = AppendPart(properties_.Encode(), Compression::kNone);
  footer.uuid = uuid_;
  footer.file_number = file_number_;
  if (!properties_.blobs.empty()) footer.required_features = kBlobFeature;
  // Two keys of less than 1 GiB each and some numbers.
  static_assert(2 * kKeyBytesMax + 1024 < UINT32_MAX);
  chunk_.append(footer.Encode());
  offset_ += kFooterBytes;
  TRY(WriteChunk());
  properties_.file_bytes = offset_;
  return properties_;
}

}  // namespace lsm
