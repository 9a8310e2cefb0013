#include "lsm/table/table_iterator.h"

#include <algorithm>

#include "base/strings.h"

namespace lsm {

using base::Result;
using base::Status;
using base::StrCat;

TableIterator::TableIterator(const Table* table, const ReadOptions& options)
    : table_(table), options_(options) {}

size_t TableIterator::data_blocks() const { return table_->index_.blocks(); }

// Reads ahead only going forward: block by block, from the one before.
Result<PinnedBlock> TableIterator::ReadBlock(size_t i) {
  const bool forward = !pin_ || i == block_ + 1;
  if (options_.readahead_bytes == 0 || !forward) {
    return table_->Pin(i, options_, &bytes_read_);
  }
  const Extent extent = table_->index_.extent(i);
  if (table_->cache_ != nullptr) {
    PinnedBlock pin = table_->cache_->Lookup(table_->cache_id_, extent.offset,
                                             options_.fill_cache);
    if (pin) return pin;
  }
  const size_t stored_bytes = extent.size + kBlockTrailerBytes;
  TRY(ReadAhead(extent.offset, stored_bytes));
  const std::string_view stored = std::string_view(ahead_).substr(
      extent.offset - ahead_offset_, stored_bytes);
  Result<Buffer> opened = OpenBlock(stored, table_->seed_, extent.offset);
  if (!opened.ok()) {
    return opened.status().With(
        StrCat(table_->path(), ": block at ", extent.offset));
  }
  return table_->Keep(extent.offset, std::move(opened).value(), options_);
}

Status TableIterator::ReadAhead(uint64_t offset, size_t bytes) {
  if (offset >= ahead_offset_ &&
      offset + bytes <= ahead_offset_ + ahead_.size()) {
    return Status::Ok();
  }
  const uint64_t left = table_->properties_.data_bytes - offset;
  const size_t wanted = static_cast<size_t>(std::min<uint64_t>(
      left, std::max<uint64_t>(options_.readahead_bytes, bytes)));
  ahead_.resize(wanted);
  ahead_offset_ = offset;
  Result<size_t> got = table_->file_->Read(offset, wanted, ahead_.data());
  if (!got.ok() || got.value() != wanted) ahead_.clear();
  TRY_ASSIGN(const size_t bytes_got, std::move(got));
  if (bytes_got != wanted) {
    return Status::Corruption(StrCat(table_->path(), ": the file ended early"));
  }
  bytes_read_ += wanted;
  return Status::Ok();
}

bool TableIterator::LoadBlock(size_t i) {
  rows_.Reset(nullptr);
  status_ = Status::Ok();
  if (i >= data_blocks()) {
    pin_ = PinnedBlock();
    return false;
  }
  if (!pin_ || block_ != i) {
    Result<PinnedBlock> pin = ReadBlock(i);
    if (!pin.ok()) {
      pin_ = PinnedBlock();
      status_ = std::move(pin).status();
      return false;
    }
    pin_ = std::move(pin).value();
    block_ = i;
  }
  rows_.Reset(&*pin_);
  return true;
}

bool TableIterator::Stopped() {
  if (rows_.broken()) status_ = table_->Broken(block_);
  return rows_.broken() || rows_.Valid();
}

void TableIterator::SkipForward() {
  while (!Stopped() && LoadBlock(block_ + 1)) rows_.SeekToFirst();
}

void TableIterator::SkipBackward() {
  // Below block 0 lies the end, as far as LoadBlock is concerned.
  while (!Stopped() && LoadBlock(block_ - 1)) rows_.SeekToLast();
}

void TableIterator::Seek(std::string_view key) {
  if (!LoadBlock(table_->index_.Find(key))) return;
  rows_.Seek(key);
  SkipForward();
}

void TableIterator::SeekToFirst() { SeekToBlock(0); }

void TableIterator::SeekToBlock(size_t i) {
  if (!LoadBlock(i)) return;
  rows_.SeekToFirst();
  SkipForward();
}

void TableIterator::SeekToLast() {
  if (!LoadBlock(data_blocks() - 1)) return;
  rows_.SeekToLast();
  SkipBackward();
}

void TableIterator::SeekForPrev(std::string_view key) {
  size_t block = table_->index_.Find(key);
  // The oldest version may lie some blocks further on.
  while (block < data_blocks() && table_->index_.EndsWith(block, key)) ++block;
  if (block >= data_blocks()) {
    SeekToLast();
    return;
  }
  if (!LoadBlock(block)) return;
  rows_.SeekForPrev(key);
  SkipBackward();
}

void TableIterator::Next() {
  rows_.Next();
  SkipForward();
}

void TableIterator::Prev() {
  rows_.Prev();
  SkipBackward();
}

}  // namespace lsm
