#include "lsm/table/table_check.h"

#include <algorithm>
#include <utility>

#include "base/check.h"
#include "base/strings.h"
#include "lsm/table/blob_reference.h"
#include "lsm/table/block.h"
#include "lsm/table/table_builder.h"

namespace lsm {
namespace {

using base::Result;
using base::Status;
using base::StrCat;

class Checker {
 public:
  Checker(const TableRequest& request, const TableVisitor& visitor)
      : path_(request.path), visitor_(visitor) {}

  Result<TableCheck> Run(const TableRequest& request) {
    TRY_ASSIGN(out_.survey, TableSurvey::Make(request));
    out_.flaws = out_.survey->flaws();
    TRY(ReadBlocks());
    CloseLost(0, std::nullopt);
    out_.counted.largest_key = last_whole_key_.value_or("");
    // Damage that cost no row: every one that was promised is there.
    if (request.rows && out_.counted.rows == *request.rows) out_.lost.clear();
    if (stored() && out_.lost.empty()) CompareCounts();
    return std::move(out_);
  }

 private:
  const std::optional<TableProperties>& stored() const {
    return out_.survey->properties();
  }
  void Flaw(std::string_view what) {
    out_.flaws.push_back(Status::Corruption(StrCat(path_, ": ", what)));
  }

  Status ReadBlocks();
  // The block's rows, checked before any is believed.
  Result<Block> Open(Extent extent);
  Status CheckRows(const Block& block, Extent extent);
  void TakeRows(size_t i, const Block& block, Extent extent);
  void CountRow(std::string_view key, uint64_t packed, std::string_view value);
  void CheckLookup(size_t i, std::string_view key);
  void AddLost(Extent bytes, const Status& why);
  // Before block `i`, which begins with `next_key`; none: at the end.
  void CloseLost(size_t i, std::optional<std::string> next_key);
  void CompareCounts();

  const std::string path_;
  const TableVisitor& visitor_;
  TableCheck out_;

  std::optional<std::string> last_whole_key_;
  uint64_t last_packed_ = 0;
  bool lost_is_open_ = false;  // The last LostRows may still grow.
  uint64_t missed_by_filter_ = 0;
  uint64_t missed_by_index_ = 0;
};

Status Checker::ReadBlocks() {
  const std::vector<Extent>& blocks = out_.survey->blocks();
  const std::vector<Extent>& unread = out_.survey->unread();
  size_t gap = 0;
  const auto pass_gaps = [&](uint64_t upto) {
    for (; gap < unread.size() && unread[gap].offset < upto; ++gap) {
      AddLost(unread[gap],
              Status::Corruption(StrCat(path_, ": no block can be found in ",
                                        unread[gap].size, " bytes at ",
                                        unread[gap].offset)));
    }
  };
  for (size_t i = 0; i < blocks.size(); ++i) {
    const Extent extent = blocks[i];
    const uint64_t bytes = extent.size + kBlockTrailerBytes;
    pass_gaps(extent.offset);
    Result<Block> block = Open(extent);
    Status status =
        block.ok() ? CheckRows(block.value(), extent) : Status(block.status());
    if (status.code() == base::Code::kIo) return status;
    if (status.ok()) {
      TakeRows(i, block.value(), extent);
    } else {
      AddLost({extent.offset, bytes}, status);
      if (visitor_.on_block) visitor_.on_block(extent, 0, status);
    }
    if (visitor_.on_progress) visitor_.on_progress(bytes);
  }
  pass_gaps(UINT64_MAX);
  if (missed_by_filter_ > 0) {
    Flaw(StrCat("the filter does not know ", missed_by_filter_, " keys"));
  }
  if (missed_by_index_ > 0) {
    Flaw(StrCat("the index does not lead to ", missed_by_index_, " keys"));
  }
  return Status::Ok();
}

Result<Block> Checker::Open(Extent extent) {
  TRY_ASSIGN(Buffer bytes,
             ReadBlock(out_.survey->file(), extent, out_.survey->seed()));
  Result<Block> block = Block::Parse(std::move(bytes));
  if (!block.ok()) {
    return block.status().With(StrCat(path_, ": block at ", extent.offset));
  }
  return block;
}

Status Checker::CheckRows(const Block& block, Extent extent) {
  const auto bad = [&](std::string_view what) {
    return Status::Corruption(
        StrCat(path_, ": block at ", extent.offset, ": ", what));
  };
  BlockIterator rows;
  rows.Reset(&block);
  std::optional<std::string> last_key = last_whole_key_;
  uint64_t last_packed = last_packed_;
  for (rows.SeekToFirst(); rows.Valid(); rows.Next()) {
    const Kind kind = KindOf(rows.packed());
    if (kind > Kind::kBlobValue || SequenceOf(rows.packed()) > kSequenceMax ||
        (kind == Kind::kTombstone && !rows.value().empty()) ||
        (kind == Kind::kBlobValue &&
         !BlobReference::Decode(rows.value()).ok())) {
      return bad("malformed row");
    }
    if (last_key &&
        (rows.key() < *last_key ||
         (rows.key() == *last_key && rows.packed() >= last_packed))) {
      return bad("rows are out of order");
    }
    last_key = rows.key();
    last_packed = rows.packed();
  }
  return rows.broken() ? bad("malformed row") : Status::Ok();
}

void Checker::TakeRows(size_t i, const Block& block, Extent extent) {
  BlockIterator rows;
  rows.Reset(&block);
  rows.SeekToFirst();
  // The index leads to a key's newest version, which may be lost.
  const bool may_go_on = lost_is_open_;
  if (rows.Valid()) CloseLost(i, std::string(rows.key()));
  const uint64_t rows_before = out_.counted.rows;
  const uint64_t tombstones_before = out_.counted.tombstones;
  for (; rows.Valid(); rows.Next()) {
    const bool is_first = out_.counted.rows == rows_before;
    if (rows.key() != last_whole_key_ && !(is_first && may_go_on)) {
      CheckLookup(i, rows.key());
    }
    CountRow(rows.key(), rows.packed(), rows.value());
    if (visitor_.on_row) {
      visitor_.on_row(rows.key(), rows.packed(), rows.value());
    }
  }
  const uint64_t count = out_.counted.rows - rows_before;
  out_.counted.dense_blocks +=
      IsDense(out_.counted.tombstones - tombstones_before, count);
  out_.counted.data_blocks += 1;
  out_.counted.data_bytes += extent.size + kBlockTrailerBytes;
  out_.whole_blocks.push_back(extent);
  if (visitor_.on_block) visitor_.on_block(extent, count, Status::Ok());
}

void Checker::CountRow(std::string_view key, uint64_t packed,
                       std::string_view value) {
  TableProperties& counted = out_.counted;
  const Sequence sequence = SequenceOf(packed);
  if (counted.rows == 0) {
    counted.smallest_key = key;
    counted.smallest_sequence = sequence;
  }
  if (key != last_whole_key_ || counted.rows == 0) {
    ++counted.keys;
    last_whole_key_ = key;
  }
  last_packed_ = packed;
  ++counted.rows;
  counted.smallest_sequence = std::min(counted.smallest_sequence, sequence);
  counted.largest_sequence = std::max(counted.largest_sequence, sequence);
  counted.raw_bytes += key.size() + sizeof packed + value.size();
  if (KindOf(packed) == Kind::kTombstone) {
    ++counted.tombstones;
  } else if (KindOf(packed) == Kind::kBlobValue) {
    CHECK(counted.CountReference(value).ok());  // As CheckRows has seen.
  } else if (visitor_.expiry_of) {
    counted.CountExpiry(visitor_.expiry_of(key, value));
  }
}

void Checker::CheckLookup(size_t i, std::string_view key) {
  const auto& filter = out_.survey->filter();
  if (filter && !filter->MayContain(HashKey(key))) ++missed_by_filter_;
  const auto& index = out_.survey->index();
  if (index && index->Find(key) != i) ++missed_by_index_;
}

// Neighbouring losses are one.
void Checker::AddLost(Extent bytes, const Status& why) {
  out_.flaws.push_back(why);
  if (lost_is_open_) {
    LostRows& lost = out_.lost.back();
    lost.bytes.size = bytes.offset + bytes.size - lost.bytes.offset;
    return;
  }
  out_.lost.push_back({why, bytes, last_whole_key_});
  lost_is_open_ = true;
}

// At the ends of the table its properties know the neighbour.
void Checker::CloseLost(size_t i, std::optional<std::string> next_key) {
  if (!lost_is_open_) return;
  lost_is_open_ = false;
  LostRows& lost = out_.lost.back();
  lost.last = std::move(next_key);
  // The separator of a block is the next one's first key only if that key's
  // versions fill both.
  const auto& index = out_.survey->index();
  lost.first_included = !lost.first;
  lost.last_included =
      !lost.last || !index || (i > 0 && index->EndsWith(i - 1, *lost.last));
  if (!lost.first && stored()) lost.first = stored()->smallest_key;
  if (!lost.last && stored()) lost.last = stored()->largest_key;
}

void Checker::CompareCounts() {
  TableProperties counted = out_.counted;
  // What is not counted from rows.
  counted.file_bytes = stored()->file_bytes;
  counted.level = stored()->level;
  counted.filter = stored()->filter;
  counted.index = stored()->index;
  if (!visitor_.expiry_of) {
    counted.earliest_expiry_ms = stored()->earliest_expiry_ms;
    counted.latest_expiry_ms = stored()->latest_expiry_ms;
  }
  out_.counted = counted;
  if (out_.counted == *stored()) return;
  const auto differs = [&](std::string_view what, uint64_t is, uint64_t says) {
    if (is == says) return;
    Flaw(StrCat("has ", is, " ", what, ", its properties say ", says));
  };
  differs("rows", counted.rows, stored()->rows);
  differs("keys", counted.keys, stored()->keys);
  differs("tombstones", counted.tombstones, stored()->tombstones);
  differs("raw bytes", counted.raw_bytes, stored()->raw_bytes);
  differs("data blocks", counted.data_blocks, stored()->data_blocks);
  differs("dense blocks", counted.dense_blocks, stored()->dense_blocks);
  Flaw("its rows and its properties differ");
}

}  // namespace

Result<TableCheck> CheckTable(const TableRequest& request,
                              const TableVisitor& visitor) {
  return Checker(request, visitor).Run(request);
}

}  // namespace lsm
