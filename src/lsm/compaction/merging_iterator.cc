#include "lsm/compaction/merging_iterator.h"

#include <algorithm>
#include <utility>

namespace lsm {
namespace {

// The row on which a source stands, beside it: the heap compares rows far more
// often than a source moves.
struct Head {
  std::string_view key;
  uint64_t packed;
  RowIterator* source;

  explicit Head(RowIterator* row)
      : key(row->key()), packed(row->packed()), source(row) {}
};

// The order of a max-heap whose top is the row that comes first.
struct ComesLater {
  bool operator()(const Head& a, const Head& b) const {
    const int order = a.key.compare(b.key);
    return order != 0 ? order > 0 : a.packed < b.packed;
  }
};

class MergingIterator : public RowIterator {
 public:
  explicit MergingIterator(std::vector<RowIterator*> sources)
      : sources_(std::move(sources)) {
    heap_.reserve(sources_.size());
  }

  // From where the sources stand.
  void Begin() {
    heap_.clear();
    status_ = base::Status::Ok();
    for (RowIterator* const source : sources_) {
      if (source->Valid()) heap_.emplace_back(source);
    }
    std::make_heap(heap_.begin(), heap_.end(), ComesLater());
    for (RowIterator* const source : sources_) {
      if (!source->Valid()) Check(*source);
    }
  }

  bool Valid() const override { return !heap_.empty(); }

  void Seek(std::string_view key) override {
    for (RowIterator* const source : sources_) source->Seek(key);
    Begin();
  }

  void SeekToFirst() override {
    for (RowIterator* const source : sources_) source->SeekToFirst();
    Begin();
  }

  void Next() override {
    RowIterator* const top = heap_.front().source;
    top->Next();
    if (top->Valid()) {
      heap_.front() = Head(top);
      SiftTop();
      return;
    }
    heap_.front() = heap_.back();
    heap_.pop_back();
    SiftTop();
    Check(*top);
  }

  std::string_view key() const override { return heap_.front().key; }
  uint64_t packed() const override { return heap_.front().packed; }
  std::string_view value() const override {
    return heap_.front().source->value();
  }
  base::Status status() const override { return status_; }
  base::Result<std::string_view> LoadValue(size_t bytes,
                                           Buffer* buffer) override {
    return heap_.front().source->LoadValue(bytes, buffer);
  }

 private:
  void Check(const RowIterator& ended) {
    base::Status status = ended.status();
    if (status.ok()) return;
    if (status_.ok()) status_ = std::move(status);
    heap_.clear();
  }

  // Restores the heap after the top has moved on: usually it stays there.
  void SiftTop() {
    const ComesLater later;
    size_t at = 0;
    while (true) {
      size_t child = 2 * at + 1;
      if (child >= heap_.size()) return;
      if (child + 1 < heap_.size() && later(heap_[child], heap_[child + 1])) {
        ++child;
      }
      if (!later(heap_[at], heap_[child])) return;
      std::swap(heap_[at], heap_[child]);
      at = child;
    }
  }

  const std::vector<RowIterator*> sources_;
  std::vector<Head> heap_;
  base::Status status_;
};

class OwningMerge : public MergingIterator {
 public:
  explicit OwningMerge(std::vector<std::unique_ptr<RowIterator>> sources)
      : MergingIterator(Plain(sources)), owned_(std::move(sources)) {}

 private:
  static std::vector<RowIterator*> Plain(
      const std::vector<std::unique_ptr<RowIterator>>& sources) {
    std::vector<RowIterator*> plain;
    plain.reserve(sources.size());
    for (const auto& source : sources) plain.push_back(source.get());
    return plain;
  }

  const std::vector<std::unique_ptr<RowIterator>> owned_;
};

}  // namespace

std::unique_ptr<RowIterator> NewMergingIterator(
    std::vector<std::unique_ptr<RowIterator>> sources) {
  if (sources.size() == 1) return std::move(sources.front());
  return std::make_unique<OwningMerge>(std::move(sources));
}

std::unique_ptr<RowIterator> NewMergingIterator(
    std::vector<RowIterator*> sources) {
  auto merged = std::make_unique<MergingIterator>(std::move(sources));
  merged->Begin();
  return merged;
}

}  // namespace lsm
