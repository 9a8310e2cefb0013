#include "lsm/merged_range.h"

#include <string>
#include <utility>

#include "lsm/compaction/merging_iterator.h"
#include "lsm/table/block_format.h"

namespace lsm {
namespace {

class MergedRange : public RangeView {
 public:
  MergedRange(std::unique_ptr<RowIterator> rows, std::string_view begin,
              std::string_view end, size_t value_bytes)
      : rows_(std::move(rows)),
        begin_(begin),
        end_(end),
        value_bytes_(value_bytes) {
    Seek(begin);
  }

  bool Valid() const override { return valid_; }

  void Seek(std::string_view key) override {
    rows_->Seek(key < begin_ ? std::string_view(begin_) : key);
    SkipToLiving();
  }

  void Next() override {
    SkipVersions();
    SkipToLiving();
  }

  std::string_view key() const override { return rows_->key(); }
  std::string_view value() const override { return value_; }
  Sequence sequence() const override { return SequenceOf(rows_->packed()); }
  base::Status status() const override {
    return value_status_.ok() ? rows_->status() : value_status_;
  }

 private:
  bool InRange() const {
    return rows_->Valid() && (end_.empty() || rows_->key() < end_);
  }

  // From the newest version of a key to the newest one of the next key.
  void SkipVersions() {
    key_.assign(rows_->key());
    do {
      rows_->Next();
    } while (rows_->Valid() && rows_->key() == key_);
  }

  void SkipToLiving() {
    while (InRange() && KindOf(rows_->packed()) == Kind::kTombstone) {
      SkipVersions();
    }
    value_status_ = base::Status::Ok();
    valid_ = InRange() && LoadValue();
  }

  bool LoadValue() {
    auto value = rows_->LoadValue(value_bytes_, &buffer_);
    value_status_ = value.status();
    if (value.ok()) value_ = value.value();
    return value.ok();
  }

  const std::unique_ptr<RowIterator> rows_;
  const std::string begin_;
  const std::string end_;
  const size_t value_bytes_;
  std::string key_;
  bool valid_ = false;
  std::string_view value_;
  Buffer buffer_;  // in which value_ may be
  base::Status value_status_;
};

}  // namespace

std::unique_ptr<RangeView> NewMergedRange(
    std::vector<std::unique_ptr<RowIterator>> sources, std::string_view begin,
    std::string_view end, size_t value_bytes) {
  return std::make_unique<MergedRange>(NewMergingIterator(std::move(sources)),
                                       begin, end, value_bytes);
}

}  // namespace lsm
