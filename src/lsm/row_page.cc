#include "lsm/row_page.h"

namespace lsm {
namespace {

// Growing from nothing would copy the first rows many times.
constexpr size_t kFirstRows = 64;
constexpr size_t kFirstBytes = 4096;

class PageIterator : public TwoWayIterator {
 public:
  explicit PageIterator(const RowPage* page) : page_(page) {}

  bool Valid() const override { return at_ < page_->size(); }
  void Seek(std::string_view key) override { at_ = LowerBound(key); }
  void SeekToFirst() override { at_ = 0; }
  void Next() override { ++at_; }
  void SeekToLast() override { at_ = page_->size() - 1; }
  void SeekBefore(std::string_view key) override { at_ = LowerBound(key) - 1; }
  // Below 0 lies a number beyond every page.
  void Prev() override { --at_; }

  std::string_view key() const override { return page_->key(at_); }
  uint64_t packed() const override { return page_->packed(at_); }
  std::string_view value() const override { return page_->value(at_); }
  base::Status status() const override { return base::Status::Ok(); }

 private:
  size_t LowerBound(std::string_view key) const {
    size_t low = 0;
    size_t high = page_->size();
    while (low < high) {
      const size_t middle = low + (high - low) / 2;
      if (page_->key(middle) < key) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return low;
  }

  const RowPage* const page_;
  size_t at_ = SIZE_MAX;
};

}  // namespace

void RowPage::Clear() {
  bytes_.clear();
  rows_.clear();
}

void RowPage::Add(std::string_view key, uint64_t packed,
                  std::string_view value) {
  if (rows_.capacity() == 0) {
    rows_.reserve(kFirstRows);
    bytes_.reserve(kFirstBytes);
  }
  Row row{bytes_.size(), bytes_.size() + key.size(), 0, packed};
  bytes_.append(key);
  bytes_.append(value);
  row.end = bytes_.size();
  rows_.push_back(row);
}

std::string_view RowPage::key(size_t i) const {
  const Row& row = rows_[i];
  return std::string_view(bytes_).substr(row.key_at, row.value_at - row.key_at);
}

std::string_view RowPage::value(size_t i) const {
  const Row& row = rows_[i];
  return std::string_view(bytes_).substr(row.value_at, row.end - row.value_at);
}

std::unique_ptr<TwoWayIterator> RowPage::NewIterator() const {
  return std::make_unique<PageIterator>(this);
}

}  // namespace lsm
