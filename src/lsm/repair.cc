#include "lsm/repair.h"

#include <algorithm>
#include <map>
#include <memory>
#include <utility>

#include "base/strings.h"
#include "lsm/blob/blob_file.h"
#include "lsm/compaction/table_writer.h"
#include "lsm/holdings.h"
#include "lsm/key_ranges.h"
#include "lsm/salvage_file_system.h"
#include "lsm/saved_rows.h"
#include "lsm/stats.h"
#include "lsm/table/table_check.h"
#include "lsm/version/file_names.h"
#include "lsm/version/manifest.h"
#include "lsm/wal/recovery.h"
#include "lsm/write_batch.h"

namespace lsm {
namespace {

using base::Code;
using base::Result;
using base::Status;
using base::StrCat;

class Repair {
 public:
  explicit Repair(const RepairRequest& request)
      : request_(request),
        options_(*request.options),
        fs_(options_.fs),
        rows_(&fs_) {}

  Result<RepairReport> Run();

 private:
  std::string PathOf(const std::string& name) const {
    return base::JoinPath(request_.from, name);
  }
  void Progress(uint64_t bytes);
  void MeasureAll();

  Status PrepareDirectory();
  Status ReadTables();
  Status ReadTable(uint64_t number, const TableInfo* info);
  void LoseTable(const std::string& why, const TableInfo* info);
  Status ReadLog();
  Status WriteRows();
  Status Save(std::string_view key, uint64_t packed, std::string_view value);
  // What the row's value refers to.
  Result<BlobValue> LoadBlob(std::string_view key, std::string_view value);
  void LoseBlob(std::string_view key, uint64_t packed, const Status& why);
  void FindStale(std::string_view key, Sequence sequence);
  Status WriteManifest(std::vector<TableInfo> tables);

  const RepairRequest& request_;
  const Options& options_;
  SalvageFileSystem fs_;
  Holdings holdings_;
  SavedRows rows_;
  ManifestState made_ = ManifestState::ForNewDirectory();
  std::unique_ptr<TableWriter> writer_;
  std::map<uint64_t, std::unique_ptr<base::ReadableFile>> blobs_;
  // No saved row has the key of one of them.
  std::vector<Loss> lost_blobs_;
  std::map<uint64_t, int64_t> counted_;
  CheckRequest::AddCount add_count_;
  RepairReport out_;
  uint64_t bytes_done_ = 0;
  uint64_t bytes_all_ = 0;
};

Result<RepairReport> Repair::Run() {
  TRY_ASSIGN(holdings_, ReadHoldings(&fs_, request_.from));
  TRY(PrepareDirectory());
  out_.guessed_files = !holdings_.exact;
  out_.notes = holdings_.damage;
  out_.notes.insert(out_.notes.end(), holdings_.notes.begin(),
                    holdings_.notes.end());
  made_.highest_sequence = holdings_.state.highest_sequence;
  MeasureAll();
  TRY(ReadTables());
  TRY(ReadLog());
  TRY(WriteRows());
  for (std::string& text : fs_.Unreadable()) {
    out_.notes.push_back(std::move(text));
  }
  return std::move(out_);
}

void Repair::Progress(uint64_t bytes) {
  bytes_done_ += bytes;
  if (request_.on_progress) request_.on_progress(bytes_done_, bytes_all_);
}

// Tables are read twice: once to see what is whole, once to save it.
void Repair::MeasureAll() {
  const auto add = [this](const std::string& name, uint64_t times) {
    const auto size = fs_.FileSize(PathOf(name));
    if (size.ok()) bytes_all_ += times * size.value();
  };
  for (const auto& [number, table] : holdings_.state.tables) {
    add(TableName(number), 2);
  }
  for (const uint64_t number : holdings_.unknown_tables) {
    add(TableName(number), 2);
  }
  for (const uint64_t number : holdings_.state.segments) {
    add(SegmentName(number), 1);
  }
}

Status Repair::PrepareDirectory() {
  TRY_ASSIGN(const bool exists, fs_.Exists(options_.directory));
  if (exists) {
    TRY_ASSIGN(const auto names, fs_.List(options_.directory));
    if (!names.empty()) {
      return Status::Invalid(
          StrCat(options_.directory, ": is not empty; name a new directory"));
    }
  }
  TRY(fs_.CreateDirectory(options_.directory));
  std::string path = options_.directory;
  while (path.size() > 1 && path.ends_with('/')) path.pop_back();
  return fs_.SyncDirectory(base::ParentPath(path));
}

// --- What there is.

Status Repair::ReadTables() {
  for (const auto& [number, table] : holdings_.state.tables) {
    TRY(ReadTable(number, &table.info));
  }
  for (const uint64_t number : holdings_.unknown_tables) {
    TRY(ReadTable(number, nullptr));
  }
  return Status::Ok();
}

void Repair::LoseTable(const std::string& why, const TableInfo* info) {
  Loss loss;
  loss.what = why;
  loss.first_included = loss.last_included = true;
  if (info != nullptr) {
    loss.first = info->smallest;
    loss.last = info->largest;
    loss.rows = info->rows;
    loss.after = info->min_sequence - 1;
    loss.upto = info->max_sequence;
  }
  out_.losses.push_back(std::move(loss));
}

Status Repair::ReadTable(uint64_t number, const TableInfo* info) {
  const std::string path = PathOf(TableName(number));
  TRY_ASSIGN(const bool exists, fs_.Exists(path));
  if (!exists) {
    LoseTable(
        holdings_.exact
            ? StrCat(path, ": is missing")
            : StrCat(path, ": is missing; an edit of ", holdings_.manifest_path,
                     " that cannot be read may have removed it"),
        info);
    return Status::Ok();
  }
  TableRequest table = {&fs_, path, number, holdings_.state.identity.uuid};
  if (info != nullptr) {
    table.bytes = info->bytes;
    table.rows = info->rows;
  }
  TableVisitor visitor;
  visitor.on_progress = [this](uint64_t bytes) { Progress(bytes); };
  const auto read = CheckTable(table, visitor);
  if (!read.ok()) {
    LoseTable(std::string(read.status().message()), info);
    return Status::Ok();
  }
  const TableCheck& check = read.value();
  ++out_.tables;
  made_.highest_sequence =
      std::max(made_.highest_sequence, check.counted.largest_sequence);
  rows_.AddTable(path, check);
  if (check.lost.empty()) {
    for (const Status& flaw : check.flaws) {
      out_.notes.emplace_back(flaw.message());
    }
    return Status::Ok();
  }
  const auto& properties = check.survey->properties();
  for (const LostRows& lost : check.lost) {
    Loss loss;
    loss.what = lost.why.message();
    loss.first = lost.first;
    loss.last = lost.last;
    loss.first_included = lost.first_included;
    loss.last_included = lost.last_included;
    if (info != nullptr) {
      if (!loss.first) loss.first = info->smallest;
      if (!loss.last) loss.last = info->largest;
      loss.rows = info->rows - std::min(info->rows, check.counted.rows);
      loss.after = info->min_sequence - 1;
      loss.upto = info->max_sequence;
    } else if (properties) {
      loss.rows = properties->rows - check.counted.rows;
      loss.after = properties->smallest_sequence - 1;
      loss.upto = properties->largest_sequence;
    }
    made_.highest_sequence = std::max(made_.highest_sequence, loss.upto);
    out_.losses.push_back(std::move(loss));
  }
  return Status::Ok();
}

Status Repair::ReadLog() {
  const ManifestState& state = holdings_.state;
  const ReplayRequest replay = LogOf(&fs_, request_.from, state);
  TRY_ASSIGN(const LogEnd end,
             ReplayLog(replay, [&](Sequence sequence, std::string_view bytes) {
               const auto batch = WriteBatch::Decode(bytes);
               if (batch.ok()) {
                 ++out_.batches;
                 rows_.AddBatch(sequence, batch.value());
                 return Status::Ok();
               }
               Loss loss;
               loss.what = StrCat("the batch of sequence ", sequence,
                                  " in the log: ", batch.status().message());
               loss.is_log = true;
               loss.after = sequence - 1;
               loss.upto = sequence;
               out_.losses.push_back(std::move(loss));
               return Status::Ok();
             }));
  for (const std::string& text : end.damaged_files) out_.notes.push_back(text);
  for (const std::string& text : end.warnings) out_.notes.push_back(text);
  for (const LogGap& gap : end.gaps) {
    if (gap.upto == gap.after) {
      out_.notes.push_back(gap.what);
      continue;
    }
    Loss loss;
    loss.what = gap.what;
    loss.is_log = true;
    loss.after = gap.after;
    loss.upto = gap.upto;
    out_.losses.push_back(std::move(loss));
  }
  made_.flushed = std::max(state.flushed, end.last);
  made_.highest_sequence =
      std::max({made_.highest_sequence, made_.flushed, end.highest_seen});
  return Status::Ok();
}

// --- What becomes of it.

Status Repair::WriteRows() {
  for (const auto& [prefix, sequence] : holdings_.state.dead_scopes) {
    rows_.AddKill(prefix, sequence);
  }
  add_count_ = [this](uint64_t counter, int64_t delta) {
    counted_[counter] += delta;
  };
  TableWriterOptions writer;
  writer.fs = options_.fs;
  writer.directory = options_.directory;
  writer.uuid = made_.identity.uuid;
  writer.table_bytes = options_.table_bytes;
  writer.level = kLevelsMax - 1;
  writer.new_number = [this] { return made_.next_file_number++; };
  writer.options_for = [this](uint8_t leading) {
    return TableOptionsFor(options_, kLevelsMax - 1, leading);
  };
  writer.blobs.bytes_min = options_.blob_bytes_min;
  writer_ = std::make_unique<TableWriter>(std::move(writer));
  TRY(rows_.VisitLive(
      options_.key_ranges,
      [this](std::string_view key, uint64_t packed, std::string_view value) {
        return Save(key, packed, value);
      }));
  out_.losses.insert(out_.losses.end(), lost_blobs_.begin(), lost_blobs_.end());
  TRY_ASSIGN(std::vector<TableInfo> tables, writer_->Finish());
  return WriteManifest(std::move(tables));
}

Result<BlobValue> Repair::LoadBlob(std::string_view key,
                                   std::string_view value) {
  TRY_ASSIGN(const BlobReference reference, BlobReference::Decode(value));
  std::unique_ptr<base::ReadableFile>& file = blobs_[reference.file];
  if (file == nullptr) {
    const std::string path = PathOf(BlobName(reference.file));
    TRY_ASSIGN(const bool exists, fs_.Exists(path));
    if (!exists) return Status::Corruption(StrCat(path, ": is missing"));
    TRY_ASSIGN(file,
               fs_.OpenReadable(path, base::FileSystem::ReadMode::kStable));
  }
  return ReadBlob(file.get(),
                  TableSeed(holdings_.state.identity.uuid, reference.file),
                  reference, key);
}

void Repair::LoseBlob(std::string_view key, uint64_t packed,
                      const Status& why) {
  Loss loss;
  loss.what = why.message();
  loss.first = loss.last = key;
  loss.first_included = loss.last_included = true;
  loss.rows = 1;
  loss.after = SequenceOf(packed) - 1;
  loss.upto = SequenceOf(packed);
  lost_blobs_.push_back(std::move(loss));
}

Status Repair::Save(std::string_view key, uint64_t packed,
                    std::string_view value) {
  BlobValue blob;
  if (KindOf(packed) == Kind::kBlobValue) {
    Result<BlobValue> loaded = LoadBlob(key, value);
    if (loaded.status().code() == Code::kCorruption) {
      LoseBlob(key, packed, loaded.status());
      return Status::Ok();
    }
    TRY(loaded.status());
    blob = std::move(loaded).value();
    value = blob.view;
    packed = Pack(SequenceOf(packed), Kind::kValue);
  }
  TRY(writer_->Add(key, packed, value));
  ++out_.rows;
  made_.flushed = std::max(made_.flushed, SequenceOf(packed));
  if (request_.count_row) request_.count_row(key, value, add_count_);
  if (request_.on_saved) request_.on_saved(key, value);
  FindStale(key, SequenceOf(packed));
  if (out_.rows % 1024 == 0) {
    Progress(
        std::min(bytes_all_ - bytes_done_, 1024 * (key.size() + value.size())));
  }
  return Status::Ok();
}

void Repair::FindStale(std::string_view key, Sequence sequence) {
  for (size_t i = 0; i < out_.losses.size(); ++i) {
    Loss& loss = out_.losses[i];
    if (loss.is_log || (loss.upto != 0 && sequence > loss.upto)) continue;
    if (loss.first &&
        (key < *loss.first || (key == *loss.first && !loss.first_included))) {
      continue;
    }
    if (loss.last &&
        (key > *loss.last || (key == *loss.last && !loss.last_included))) {
      continue;
    }
    ++loss.maybe_stale;
    if (request_.on_maybe_stale) request_.on_maybe_stale(i, key, sequence);
  }
}

// Every row is in a table, so there is no log; the next opening begins one.
Status Repair::WriteManifest(std::vector<TableInfo> tables) {
  const ManifestState& old = holdings_.state;
  made_.identity.hash_seed = old.identity.hash_seed;
  made_.incarnation = old.incarnation;
  made_.wall_clock_us = old.wall_clock_us;
  made_.highest_sequence = std::max(made_.highest_sequence, made_.flushed);
  made_.counters = request_.count_row ? counted_ : old.counters;
  std::erase_if(made_.counters, [](const auto& c) { return c.second == 0; });
  for (TableInfo& info : tables) {
    AddedTable added;
    added.level = kLevelsMax - 1;
    added.run = 1;
    added.info = std::move(info);
    made_.tables[added.info.number] = std::move(added);
  }
  TRY_ASSIGN(const auto manifest,
             Manifest::Create(options_.fs, options_.directory, made_));
  TRY(manifest->Witness());
  Progress(bytes_all_ - std::min(bytes_all_, bytes_done_));
  return Status::Ok();
}

}  // namespace

Result<RepairReport> RepairDirectory(const RepairRequest& request) {
  return Repair(request).Run();
}

}  // namespace lsm
