#include "lsm/blob/blob_writer.h"

#include <utility>

#include "base/coding.h"
#include "lsm/blob/blob_index.h"

namespace lsm {
namespace {

// One append to the file: large enough to be cheap, small enough to pace.
constexpr size_t kChunkBytes = 256 << 10;

// A single huge value must not keep its memory for the rest of the file.
void Clear(std::string* bytes) {
  if (bytes->capacity() > 4 * kChunkBytes) *bytes = std::string();
  bytes->clear();
}

}  // namespace

BlobWriter::BlobWriter(BlobWriterOptions options)
    : options_(std::move(options)) {}

// What no table refers to yet is nobody's; a file that cannot be removed now
// is an orphan and goes at the next opening.
BlobWriter::~BlobWriter() {
  if (kept_) return;
  file_.reset();
  for (const auto& [number, bytes] : files_) {
    (void)options_.fs->Remove(options_.path_of(number));
  }
}

base::Result<BlobReference> BlobWriter::Add(std::string_view key,
                                            std::string_view value,
                                            Compression compression) {
  if (file_ == nullptr) TRY(BeginFile());
  base::PutLengthPrefixed(&payload_, key);
  payload_.append(value);
  const size_t before = chunk_.size();
  BlobReference reference;
  reference.file = number_;
  reference.record = {
      offset_, AppendBlock(payload_, compression, seed_, offset_, &chunk_)};
  reference.value_bytes = value.size();
  reference.head = value.substr(0, kBlobHeadBytes);
  Clear(&payload_);
  record_sizes_.push_back(reference.record.size);
  offset_ += chunk_.size() - before;
  bytes_written_ += chunk_.size() - before;
  if (chunk_.size() >= kChunkBytes) TRY(WriteChunk());
  if (offset_ >= options_.file_bytes) TRY(EndFile());
  return reference;
}

base::Status BlobWriter::BeginFile() {
  number_ = options_.new_number();
  TRY_ASSIGN(file_, options_.fs->CreateWritable(options_.path_of(number_)));
  files_[number_] = 0;
  seed_ = TableSeed(options_.uuid, number_);
  offset_ = 0;
  return base::Status::Ok();
}

base::Status BlobWriter::WriteChunk() {
  TRY(file_->Append(chunk_));
  Clear(&chunk_);
  return base::Status::Ok();
}

base::Status BlobWriter::EndFile() {
  const std::string end =
      EncodeBlobEnd(record_sizes_, offset_, number_, options_.uuid);
  chunk_.append(end);
  TRY(WriteChunk());
  if (!options_.skip_file_sync) TRY(file_->Sync());
  file_.reset();
  record_sizes_.clear();
  files_[number_] = offset_;
  bytes_written_ += end.size();
  return base::Status::Ok();
}

base::Status BlobWriter::Finish() {
  return file_ == nullptr ? base::Status::Ok() : EndFile();
}

}  // namespace lsm
