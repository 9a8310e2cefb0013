#include "lsm/compaction/merging_iterator.h"

#include <algorithm>
#include <utility>

namespace lsm {
namespace {

// The order of a max-heap whose top is the row that comes first.
struct ComesLater {
  bool operator()(const RowIterator* a, const RowIterator* b) const {
    const int order = a->key().compare(b->key());
    return order != 0 ? order > 0 : a->packed() < b->packed();
  }
};

class MergingIterator : public RowIterator {
 public:
  explicit MergingIterator(std::vector<std::unique_ptr<RowIterator>> sources)
      : sources_(std::move(sources)) {
    heap_.reserve(sources_.size());
  }

  bool Valid() const override { return !heap_.empty(); }

  void Seek(std::string_view key) override {
    Restart([key](RowIterator& source) { source.Seek(key); });
  }

  void SeekToFirst() override {
    Restart([](RowIterator& source) { source.SeekToFirst(); });
  }

  void Next() override {
    RowIterator* const top = heap_.front();
    top->Next();
    if (!top->Valid()) {
      heap_.front() = heap_.back();
      heap_.pop_back();
    }
    SiftTop();
    if (!top->Valid()) Check(*top);
  }

  std::string_view key() const override { return heap_.front()->key(); }
  uint64_t packed() const override { return heap_.front()->packed(); }
  std::string_view value() const override { return heap_.front()->value(); }
  base::Status status() const override { return status_; }
  base::Result<std::string_view> LoadValue(size_t bytes,
                                           Buffer* buffer) override {
    return heap_.front()->LoadValue(bytes, buffer);
  }

 private:
  template <typename Move>
  void Restart(Move move) {
    heap_.clear();
    status_ = base::Status::Ok();
    for (const auto& source : sources_) {
      move(*source);
      if (source->Valid()) heap_.push_back(source.get());
    }
    std::make_heap(heap_.begin(), heap_.end(), ComesLater());
    for (const auto& source : sources_) {
      if (!source->Valid()) Check(*source);
    }
  }

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

  const std::vector<std::unique_ptr<RowIterator>> sources_;
  std::vector<RowIterator*> heap_;
  base::Status status_;
};

}  // namespace

std::unique_ptr<RowIterator> NewMergingIterator(
    std::vector<std::unique_ptr<RowIterator>> sources) {
  if (sources.size() == 1) return std::move(sources.front());
  return std::make_unique<MergingIterator>(std::move(sources));
}

}  // namespace lsm
