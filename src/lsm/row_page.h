// RowPage is a few rows copied side by side: what a reader takes out of the
// store at once, so that between two pages it holds on to nothing.
//
//   bytes_   key value key value ...      rows_   where each lies
//
// As `newest rows`, it also stands for the part of the active generation that
// a range reader was given; then its rows are versions, tombstones included.
//
// Threads: one holder at a time; immutable once filled.

#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "lsm/format.h"
#include "lsm/iterator.h"

namespace lsm {

class RowPage {
 public:
  void Clear();
  void Add(std::string_view key, uint64_t packed, std::string_view value);

  size_t size() const { return rows_.size(); }
  // Of keys and values.
  size_t bytes() const { return bytes_.size(); }
  size_t memory_bytes() const {
    return bytes_.capacity() + rows_.capacity() * sizeof(Row);
  }

  // The i-th row. Views live until the page changes.
  std::string_view key(size_t i) const;
  std::string_view value(size_t i) const;
  uint64_t packed(size_t i) const { return rows_[i].packed; }

  // In the order of the page, which must be ascending and without two rows of
  // one key. The page must outlive it.
  std::unique_ptr<TwoWayIterator> NewIterator() const;

 private:
  struct Row {
    size_t key_at;
    size_t value_at;
    size_t end;
    uint64_t packed;
  };

  std::string bytes_;
  std::vector<Row> rows_;
};

}  // namespace lsm
