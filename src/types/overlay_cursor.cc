#include "types/overlay_cursor.h"

#include <algorithm>
#include <utility>
#include <vector>

namespace types {
namespace {

using Entry = RowOverlay::Entry;

bool KeyBefore(const Entry& entry, std::string_view key) {
  return entry.key.bytes < key;
}

class OverlayCursor : public RowCursor {
 public:
  OverlayCursor(std::unique_ptr<lsm::RangeView> below, std::vector<Entry> above,
                bool missed)
      : below_(std::move(below)), above_(std::move(above)), missed_(missed) {
    Settle();
  }

  bool Valid() const override {
    return !missed_ && below_->status().ok() &&
           (BelowValid() || at_ < above_.size());
  }

  void Seek(std::string_view row) override {
    below_->Seek(row);
    at_ = std::lower_bound(above_.begin(), above_.end(), row, KeyBefore) -
          above_.begin();
    Settle();
  }

  void Next() override {
    if (on_above_) {
      ++at_;
    } else {
      below_->Next();
    }
    Settle();
  }

  std::string_view key() const override {
    return on_above_ ? above_[at_].key.bytes : below_->key();
  }
  std::string_view value() const override {
    return on_above_ ? above_[at_].value : below_->value();
  }
  Sequence sequence() const override {
    return on_above_ ? 0 : below_->sequence();
  }
  base::Status status() const override {
    return missed_ ? base::Status::Miss() : below_->status();
  }

 private:
  bool BelowValid() const { return below_->Valid(); }

  // Finds the next row that exists: steps over what the overlay hides or has
  // deleted, and notes on which side the row lies.
  void Settle() {
    while (at_ < above_.size()) {
      if (BelowValid() && below_->key() < above_[at_].key.bytes) break;
      if (BelowValid() && below_->key() == above_[at_].key.bytes) {
        below_->Next();
      }
      if (above_[at_].state == RowOverlay::State::kPut) {
        on_above_ = true;
        return;
      }
      ++at_;
    }
    on_above_ = false;
  }

  const std::unique_ptr<lsm::RangeView> below_;
  const std::vector<Entry> above_;  // in order of key
  const bool missed_;
  size_t at_ = 0;
  bool on_above_ = false;
};

}  // namespace

std::unique_ptr<RowCursor> NewOverlayCursor(
    std::unique_ptr<lsm::RangeView> below, const RowOverlay& rows,
    std::string_view begin, std::string_view end, bool missed) {
  std::vector<Entry> above;
  for (const Entry& entry : rows.entries()) {
    if (entry.key.bytes < begin) continue;
    if (!end.empty() && entry.key.bytes >= end) continue;
    above.push_back(entry);
  }
  std::sort(above.begin(), above.end(), [](const Entry& a, const Entry& b) {
    return a.key.bytes < b.key.bytes;
  });
  return std::make_unique<OverlayCursor>(std::move(below), std::move(above),
                                         missed);
}

}  // namespace types
