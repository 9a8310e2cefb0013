// WholeRows walks the rows of the data blocks of one table that are whole, as
// CheckTable has found them.
//
// Threads: one holder at a time.

#pragma once

#include <memory>
#include <string_view>
#include <vector>

#include "lsm/iterator.h"
#include "lsm/table/block.h"
#include "lsm/table/block_format.h"

namespace lsm {

class WholeRows : public RowIterator {
 public:
  // `blocks` in the order of their keys; `seed` is the table's.
  WholeRows(std::unique_ptr<base::ReadableFile> file, uint64_t seed,
            std::vector<Extent> blocks);

  bool Valid() const override { return rows_.Valid(); }
  // Reads all that lies before.
  void Seek(std::string_view key) override;
  void SeekToFirst() override;
  void Next() override;
  std::string_view key() const override { return rows_.key(); }
  uint64_t packed() const override { return rows_.packed(); }
  std::string_view value() const override { return rows_.value(); }
  base::Status status() const override { return status_; }

 private:
  // On to the first row of the next block, unless there is one here.
  void Settle();

  const std::unique_ptr<base::ReadableFile> file_;
  const uint64_t seed_;
  const std::vector<Extent> blocks_;
  size_t next_ = 0;
  Block block_;
  BlockIterator rows_;
  base::Status status_;
};

}  // namespace lsm
