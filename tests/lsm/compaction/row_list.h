// RowList is a RowIterator over rows in memory, which can break on the way.
//
// Threads: the test's one thread.

#pragma once

#include <memory>
#include <string_view>
#include <utility>
#include <vector>

#include "lsm/iterator.h"
#include "lsm/table/table_lab.h"

namespace lsm {

class RowList : public RowIterator {
 public:
  // Instead of row `breaks_at` there is an error.
  explicit RowList(std::vector<Row> rows, size_t breaks_at = SIZE_MAX)
      : rows_(std::move(rows)), breaks_at_(breaks_at), at_(rows_.size()) {}

  bool Valid() const override { return at_ < rows_.size() && !Broken(); }
  void Seek(std::string_view key) override {
    at_ = 0;
    while (Valid() && rows_[at_].key < key) ++at_;
  }
  void SeekToFirst() override { at_ = 0; }
  void Next() override {
    CHECK(Valid());
    ++at_;
  }
  std::string_view key() const override { return Current().key; }
  uint64_t packed() const override { return Current().packed; }
  std::string_view value() const override { return Current().value; }
  base::Status status() const override {
    return Broken() ? base::Status::Io("broken on purpose")
                    : base::Status::Ok();
  }

 private:
  bool Broken() const { return at_ == breaks_at_; }
  const Row& Current() const {
    CHECK(Valid());
    return rows_[at_];
  }

  const std::vector<Row> rows_;
  const size_t breaks_at_;
  size_t at_;
};

// What is there to see at `upto`: per key the newest version, unless it is a
// tombstone. `rows` in order.
inline std::vector<Row> StateAt(const std::vector<Row>& rows, Sequence upto) {
  std::vector<Row> state;
  const std::string* decided = nullptr;
  for (const Row& row : rows) {
    if (SequenceOf(row.packed) > upto) continue;
    if (decided != nullptr && *decided == row.key) continue;
    decided = &row.key;
    if (KindOf(row.packed) == Kind::kValue) state.push_back(row);
  }
  return state;
}

// Splits rows among `parts` lists at random; each stays in order.
inline std::vector<std::vector<Row>> Deal(const std::vector<Row>& rows,
                                          size_t parts, base::Random& random) {
  std::vector<std::vector<Row>> dealt(parts);
  for (const Row& row : rows) dealt[random.Below(parts)].push_back(row);
  return dealt;
}

}  // namespace lsm
