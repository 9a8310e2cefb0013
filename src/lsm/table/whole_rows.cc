#include "lsm/table/whole_rows.h"

#include <utility>

#include "base/strings.h"
#include "lsm/table/read_window.h"

namespace lsm {

WholeRows::WholeRows(std::unique_ptr<base::ReadableFile> file, uint64_t seed,
                     std::vector<Extent> blocks)
    : file_(std::make_unique<ReadWindow>(std::move(file))),
      seed_(seed),
      blocks_(std::move(blocks)) {
  rows_.Reset(nullptr);
}

void WholeRows::SeekToFirst() {
  next_ = 0;
  status_ = base::Status::Ok();
  rows_.Reset(nullptr);
  Settle();
}

void WholeRows::Seek(std::string_view key) {
  SeekToFirst();
  while (Valid() && this->key() < key) Next();
}

void WholeRows::Next() {
  rows_.Next();
  Settle();
}

void WholeRows::Settle() {
  while (!rows_.Valid() && status_.ok() && next_ < blocks_.size()) {
    const Extent extent = blocks_[next_++];
    auto bytes = ReadBlock(file_.get(), extent, seed_);
    auto block = bytes.ok() ? Block::Parse(std::move(bytes).value())
                            : base::Result<Block>(bytes.status());
    if (!block.ok()) {
      rows_.Reset(nullptr);
      status_ = block.status();
      return;
    }
    block_ = std::move(block).value();
    rows_.Reset(&block_);
    rows_.SeekToFirst();
  }
  if (rows_.broken()) {
    status_ = base::Status::Corruption(
        base::StrCat(file_->path(), ": malformed row"));
  }
}

}  // namespace lsm
