// TableIterator walks the rows of one table, both ways.
//
// Going back visits rows in exactly the opposite order: under one key the
// oldest version first.
//
// With readahead it reads a run of blocks at once into a buffer of its own.
//
// Threads: one holder at a time.

#pragma once

#include <string>
#include <string_view>

#include "lsm/iterator.h"
#include "lsm/table/block.h"
#include "lsm/table/table.h"

namespace lsm {

class TableIterator : public RowIterator {
 public:
  TableIterator(const Table* table, const ReadOptions& options);

  bool Valid() const override { return rows_.Valid(); }
  void Seek(std::string_view key) override;
  void SeekToFirst() override;
  void Next() override;
  std::string_view key() const override { return rows_.key(); }
  uint64_t packed() const override { return rows_.packed(); }
  std::string_view value() const override { return rows_.value(); }
  base::Status status() const override { return status_; }

  void SeekToLast();
  // To the last row with a key <= `key`.
  void SeekForPrev(std::string_view key);
  void Prev();

  // To the first row of the i-th of data_blocks() blocks: for picking a row
  // at random.
  void SeekToBlock(size_t i);
  size_t data_blocks() const;

  // Bytes that came from the disk, not from the cache.
  uint64_t bytes_read() const { return bytes_read_; }

 private:
  // Puts block `i` under rows_, which is then not on a row yet. False at the
  // ends of the table and after an error.
  bool LoadBlock(size_t i);
  base::Result<PinnedBlock> ReadBlock(size_t i);
  // Makes ahead_ hold these bytes of the file.
  base::Status ReadAhead(uint64_t offset, size_t bytes);
  // There is a row, or the block is broken and status_ says so.
  bool Stopped();
  // On to the next or previous block while there is no row.
  void SkipForward();
  void SkipBackward();

  const Table* const table_;
  const ReadOptions options_;
  size_t block_ = 0;
  PinnedBlock pin_;
  BlockIterator rows_;
  base::Status status_;
  uint64_t bytes_read_ = 0;

  // Readahead: bytes of the file from ahead_offset_ on.
  std::string ahead_;
  uint64_t ahead_offset_ = 0;
};

}  // namespace lsm
