#include "lsm/version/run.h"

#include <algorithm>

#include "base/strings.h"
#include "lsm/table/table_iterator.h"
#include "lsm/version/file_names.h"

namespace lsm {

using base::Result;
using base::Status;
using base::StrCat;

namespace {

Status CheckDisjoint(const std::vector<TableFilePtr>& files) {
  for (size_t i = 0; i < files.size(); ++i) {
    const TableInfo& info = files[i]->info();
    if (info.smallest > info.largest) {
      return Status::Corruption(
          StrCat(TableName(info.number), ": its smallest key is its largest"));
    }
    if (i > 0 && files[i - 1]->info().largest >= info.smallest) {
      return Status::Corruption(StrCat(TableName(files[i - 1]->number()),
                                       " and ", TableName(info.number),
                                       " of one sorted run overlap"));
    }
  }
  return Status::Ok();
}

class RunIterator : public TwoWayIterator {
 public:
  RunIterator(std::shared_ptr<const Run> run, const ReadOptions& options)
      : run_(std::move(run)), options_(options) {}

  bool Valid() const override { return rows_ != nullptr && rows_->Valid(); }

  void Seek(std::string_view key) override {
    Open(run_->LowerBound(key));
    if (rows_ != nullptr) rows_->Seek(key);
    SkipExhausted();
  }

  void SeekToFirst() override {
    Open(0);
    if (rows_ != nullptr) rows_->SeekToFirst();
    SkipExhausted();
  }

  void Next() override {
    rows_->Next();
    SkipExhausted();
  }

  void SeekToLast() override {
    Open(run_->files().size() - 1);
    if (rows_ != nullptr) rows_->SeekToLast();
    SkipExhaustedBackward();
  }

  void SeekBefore(std::string_view key) override {
    const size_t file = run_->LowerBound(key);
    if (file == run_->files().size()) {
      SeekToLast();
      return;
    }
    Open(file);
    rows_->SeekForPrev(key);
    while (rows_->Valid() && rows_->key() == key) rows_->Prev();
    SkipExhaustedBackward();
  }

  void Prev() override {
    rows_->Prev();
    SkipExhaustedBackward();
  }

  std::string_view key() const override { return rows_->key(); }
  uint64_t packed() const override { return rows_->packed(); }
  std::string_view value() const override { return rows_->value(); }

  Status status() const override {
    return rows_ == nullptr ? Status::Ok() : rows_->status();
  }
  base::Result<std::string_view> LoadValue(size_t bytes,
                                           Buffer* buffer) override {
    if (KindOf(packed()) != Kind::kBlobValue) return value();
    return run_->files()[file_]->LoadValue(key(), value(), bytes,
                                           options_.cached_only, buffer);
  }

 private:
  // Puts table `i` under rows_; nothing when the run has ended.
  void Open(size_t i) {
    if (i < run_->files().size() && i == file_ && rows_ != nullptr &&
        rows_->status().ok()) {
      return;
    }
    file_ = i;
    rows_.reset();
    if (i >= run_->files().size()) return;
    rows_ = run_->files()[i]->table()->NewIterator(options_);
  }

  // A table that ended without an error goes over into the next.
  void SkipExhausted() {
    while (rows_ != nullptr && !rows_->Valid() && rows_->status().ok()) {
      Open(file_ + 1);
      if (rows_ != nullptr) rows_->SeekToFirst();
    }
  }

  void SkipExhaustedBackward() {
    while (rows_ != nullptr && !rows_->Valid() && rows_->status().ok()) {
      // Below the first table lies the end, as far as Open is concerned.
      Open(file_ - 1);
      if (rows_ != nullptr) rows_->SeekToLast();
    }
  }

  const std::shared_ptr<const Run> run_;
  const ReadOptions options_;
  size_t file_ = 0;
  std::unique_ptr<TableIterator> rows_;
};

}  // namespace

Result<std::shared_ptr<const Run>> Run::Create(
    uint64_t id, std::vector<TableFilePtr> files) {
  std::sort(files.begin(), files.end(),
            [](const TableFilePtr& a, const TableFilePtr& b) {
              return a->info().smallest < b->info().smallest;
            });
  TRY(CheckDisjoint(files));
  return std::shared_ptr<const Run>(new Run(id, std::move(files)));
}

Run::Run(uint64_t id, std::vector<TableFilePtr> files)
    : id_(id), files_(std::move(files)) {
  for (const TableFilePtr& file : files_) {
    const TableInfo& info = file->info();
    bytes_ += info.bytes;
    rows_ += info.rows;
    tombstones_ += info.tombstones;
    min_sequence_ = std::min(min_sequence_, info.min_sequence);
    max_sequence_ = std::max(max_sequence_, info.max_sequence);
    largest_keys_ += info.largest;
    largest_ends_.push_back(largest_keys_.size());
  }
}

std::string_view Run::LargestOf(size_t i) const {
  const uint64_t begin = i == 0 ? 0 : largest_ends_[i - 1];
  return std::string_view(largest_keys_)
      .substr(begin, largest_ends_[i] - begin);
}

size_t Run::LowerBound(std::string_view key) const {
  size_t low = 0;
  size_t high = files_.size();
  while (low < high) {
    const size_t middle = low + (high - low) / 2;
    if (LargestOf(middle) < key) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return low;
}

const TableFile* Run::Find(std::string_view key) const {
  const size_t i = LowerBound(key);
  if (i == files_.size() || files_[i]->info().smallest > key) return nullptr;
  return files_[i].get();
}

std::pair<size_t, size_t> Run::Overlap(std::string_view smallest,
                                       std::string_view largest) const {
  const size_t first = LowerBound(smallest);
  size_t end = first;
  while (end < files_.size() && files_[end]->info().smallest <= largest) ++end;
  return {first, end};
}

std::unique_ptr<TwoWayIterator> NewRunIterator(std::shared_ptr<const Run> run,
                                               const ReadOptions& options) {
  return std::make_unique<RunIterator>(std::move(run), options);
}

}  // namespace lsm
