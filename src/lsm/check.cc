#include "lsm/check.h"

#include <map>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "base/strings.h"
#include "lsm/blob/blob_check.h"
#include "lsm/holdings.h"
#include "lsm/saved_rows.h"
#include "lsm/table/blob_reference.h"
#include "lsm/table/table_check.h"
#include "lsm/version/file_names.h"
#include "lsm/version/version.h"
#include "lsm/wal/recovery.h"
#include "lsm/write_batch.h"

namespace lsm {
namespace {

using base::Code;
using base::Result;
using base::Status;
using base::StrCat;

// Between two looks at the progress.
constexpr uint64_t kRowsPerStep = 4096;

class DirectoryCheck {
 public:
  explicit DirectoryCheck(const CheckRequest& request)
      : request_(request),
        options_(*request.options),
        rows_(request.options->fs) {}

  Result<CheckSummary> Run();

 private:
  std::string PathOf(const std::string& name) const {
    return base::JoinPath(options_.directory, name);
  }
  void Damage(std::string_view text);
  void Note(const std::string& text);
  void Progress(uint64_t bytes);
  void MeasureAll();

  void CheckLevels();
  void CheckBlobs();
  // What is there of the file; nullptr: nothing can be told.
  const BlobCheck* CheckBlob(uint64_t number, std::optional<uint64_t> bytes);
  // Empty, or what is wrong with the row's reference.
  std::string CheckReference(std::string_view key, std::string_view value);
  void CheckTables();
  void CheckOne(uint64_t number, const AddedTable* placed);
  void Compare(const std::string& path, const TableInfo& info,
               const TableProperties& counted);
  void CheckLog();
  Status CompareCounters();

  const CheckRequest& request_;
  const Options& options_;
  Holdings holdings_;
  SavedRows rows_;
  CheckSummary out_;
  uint64_t bytes_done_ = 0;
  uint64_t bytes_all_ = 0;
  uint64_t bytes_tables_ = 0;
  uint64_t rows_tables_ = 0;
  uint64_t bytes_blobs_ = 0;
  uint64_t bytes_log_ = 0;
  // Without a value: it cannot be read.
  std::map<uint64_t, std::optional<BlobCheck>> blobs_;
};

Result<CheckSummary> DirectoryCheck::Run() {
  TRY_ASSIGN(holdings_, ReadHoldings(options_.fs, options_.directory));
  for (const std::string& text : holdings_.damage) Damage(text);
  for (const std::string& text : holdings_.notes) Note(text);
  MeasureAll();
  CheckLevels();
  CheckBlobs();
  CheckTables();
  CheckLog();
  if (out_.damages == 0 && request_.count_row) TRY(CompareCounters());
  return out_;
}

void DirectoryCheck::Damage(std::string_view text) {
  ++out_.damages;
  if (request_.on_finding) request_.on_finding(true, std::string(text));
}

void DirectoryCheck::Note(const std::string& text) {
  if (request_.on_finding) request_.on_finding(false, text);
}

void DirectoryCheck::Progress(uint64_t bytes) {
  bytes_done_ += bytes;
  if (request_.on_progress) request_.on_progress(bytes_done_, bytes_all_);
}

void DirectoryCheck::MeasureAll() {
  const auto size_of = [this](const std::string& name) {
    const auto size = options_.fs->FileSize(PathOf(name));
    return size.ok() ? size.value() : 0;
  };
  for (const auto& [number, table] : holdings_.state.tables) {
    bytes_tables_ += size_of(TableName(number));
    rows_tables_ += table.info.rows;
  }
  for (const uint64_t number : holdings_.unknown_tables) {
    bytes_tables_ += size_of(TableName(number));
  }
  for (const auto& [number, bytes] : holdings_.state.BlobFiles()) {
    bytes_blobs_ += bytes;
  }
  for (const uint64_t number : holdings_.state.segments) {
    bytes_log_ += size_of(SegmentName(number));
  }
  // Tables are read a second time to count their rows.
  bytes_all_ =
      bytes_tables_ * (request_.count_row ? 2 : 1) + bytes_blobs_ + bytes_log_;
}

// By what the MANIFEST says; CheckOne sees whether that is true.
void DirectoryCheck::CheckLevels() {
  if (!holdings_.exact) return;
  std::vector<Version::Placed> placed;
  for (const auto& [number, table] : holdings_.state.tables) {
    placed.push_back(
        {table.level, table.run,
         std::make_shared<const TableFile>(table.info, nullptr, nullptr)});
  }
  const auto version = Version::Build(placed);
  if (!version.ok()) {
    Damage(version.status().With(holdings_.manifest_path).message());
  }
}

// Before the tables, whose references are compared with what is there.
void DirectoryCheck::CheckBlobs() {
  for (const auto& [number, bytes] : holdings_.state.BlobFiles()) {
    CheckBlob(number, bytes);
  }
}

const BlobCheck* DirectoryCheck::CheckBlob(uint64_t number,
                                           std::optional<uint64_t> bytes) {
  const auto known = blobs_.find(number);
  if (known != blobs_.end()) return known->second ? &*known->second : nullptr;
  std::optional<BlobCheck>& blob = blobs_[number];
  const std::string path = PathOf(BlobName(number));
  const auto exists = options_.fs->Exists(path);
  if (exists.ok() && !exists.value()) {
    Damage(StrCat(path, ": is missing, and tables refer to it"));
    return nullptr;
  }
  BlobVisitor visitor;
  visitor.on_progress = [this](uint64_t done) { Progress(done); };
  auto check = CheckBlobFile(options_.fs, path, number,
                             holdings_.state.identity.uuid, bytes, visitor);
  if (!check.ok()) {
    Damage(check.status().message());
    return nullptr;
  }
  for (const Status& flaw : check.value().flaws) Damage(flaw.message());
  ++out_.blob_files;
  blob = std::move(check).value();
  return &*blob;
}

std::string DirectoryCheck::CheckReference(std::string_view key,
                                           std::string_view value) {
  const auto reference = BlobReference::Decode(value);
  if (!reference.ok()) return std::string(reference.status().message());
  const BlobCheck* const blob = CheckBlob(reference.value().file, std::nullopt);
  if (blob != nullptr && blob->Holds(reference.value(), key)) return "";
  return PathOf(BlobName(reference.value().file));
}

void DirectoryCheck::CheckTables() {
  for (const auto& [number, table] : holdings_.state.tables) {
    CheckOne(number, &table);
  }
  for (const uint64_t number : holdings_.unknown_tables) {
    CheckOne(number, nullptr);
  }
}

void DirectoryCheck::CheckOne(uint64_t number, const AddedTable* placed) {
  const std::string path = PathOf(TableName(number));
  const auto exists = options_.fs->Exists(path);
  if (exists.ok() && !exists.value()) {
    Damage(StrCat(path, ": is missing, and the MANIFEST names it"));
    return;
  }
  TableRequest table = {options_.fs, path, number,
                        holdings_.state.identity.uuid};
  if (placed != nullptr) {
    table.bytes = placed->info.bytes;
    table.rows = placed->info.rows;
  }
  TableVisitor visitor;
  visitor.expiry_of = options_.expiry_of;
  visitor.on_progress = [this](uint64_t bytes) { Progress(bytes); };
  std::map<std::string, uint64_t> lost;  // values, by what is to blame
  visitor.on_row = [&](std::string_view key, uint64_t packed,
                       std::string_view value) {
    if (KindOf(packed) != Kind::kBlobValue) return;
    const std::string wrong = CheckReference(key, value);
    if (!wrong.empty()) ++lost[wrong];
  };
  const auto check = CheckTable(table, visitor);
  for (const auto& [wrong, values] : lost) {
    Damage(StrCat(path, ": ", values, " of its values are not in ", wrong));
  }
  if (!check.ok()) {
    Damage(check.status().message());
    return;
  }
  for (const Status& flaw : check.value().flaws) Damage(flaw.message());
  ++out_.tables;
  out_.rows += check.value().counted.rows;
  if (check.value().flaws.empty() && placed != nullptr) {
    Compare(path, placed->info, check.value().counted);
  }
  rows_.AddTable(path, check.value());
}

void DirectoryCheck::Compare(const std::string& path, const TableInfo& info,
                             const TableProperties& counted) {
  const auto differs = [&](std::string_view what) {
    Damage(StrCat(path, ": its ", what, " are not those that the MANIFEST ",
                  holdings_.manifest_path, " names"));
  };
  if (counted.smallest_key != info.smallest ||
      counted.largest_key != info.largest) {
    differs("first and last key");
  }
  if (counted.smallest_sequence != info.min_sequence ||
      counted.largest_sequence != info.max_sequence) {
    differs("sequences");
  }
  if (counted.rows != info.rows || counted.tombstones != info.tombstones ||
      counted.raw_bytes != info.raw_bytes) {
    differs("counts");
  }
  std::map<uint64_t, uint64_t> blobs;
  for (const BlobUse& use : info.blobs) blobs[use.file] = use.bytes;
  if (counted.blobs != blobs) differs("blob files");
}

void DirectoryCheck::CheckLog() {
  const ManifestState& state = holdings_.state;
  const ReplayRequest replay = LogOf(options_.fs, options_.directory, state);
  const auto end = ReplayLog(
      replay, [this](Sequence sequence, std::string_view bytes) -> Status {
        const auto batch = WriteBatch::Decode(bytes);
        if (!batch.ok()) {
          Damage(StrCat(options_.directory, ": the batch of sequence ",
                        sequence, " in the log: ", batch.status().message()));
          return Status::Ok();
        }
        ++out_.batches;
        rows_.AddBatch(sequence, batch.value());
        return Status::Ok();
      });
  if (!end.ok()) {
    Damage(end.status().message());
    return;
  }
  out_.segments = state.segments.size();
  Progress(bytes_log_);
  for (const std::string& text : end.value().damaged_files) Damage(text);
  for (const std::string& text : end.value().warnings) Damage(text);
  for (const LogGap& gap : end.value().gaps) Damage(gap.what);
  if (end.value().last > kSequenceMax) {
    Damage(StrCat(options_.directory, ": sequences beyond the year 2200"));
  }
}

Status DirectoryCheck::CompareCounters() {
  std::map<uint64_t, int64_t> expected = holdings_.state.counters;
  for (const auto& [counter, delta] : rows_.counts()) {
    expected[counter] += delta;
  }
  for (const auto& [prefix, sequence] : holdings_.state.dead_scopes) {
    rows_.AddKill(prefix, sequence);
  }
  TRY(rows_.VisitOwed(
      options_.key_ranges,
      [&](std::string_view key, uint64_t packed, std::string_view value) {
        value = HeadOfValue(packed, value);
        request_.count_row(key, value, [&](uint64_t counter, int64_t delta) {
          expected[counter] -= delta;
        });
        return Status::Ok();
      }));
  std::map<uint64_t, int64_t> counted;
  const CheckRequest::AddCount add = [&](uint64_t counter, int64_t delta) {
    counted[counter] += delta;
  };
  TRY(rows_.VisitLive(options_.key_ranges, [&](std::string_view key,
                                               uint64_t packed,
                                               std::string_view value) {
    if (++out_.live_rows % kRowsPerStep == 0) {
      Progress(kRowsPerStep * bytes_tables_ / (rows_tables_ + kRowsPerStep));
    }
    request_.count_row(key, HeadOfValue(packed, value), add);
    return Status::Ok();
  }));
  std::erase_if(expected, [](const auto& entry) { return entry.second == 0; });
  std::erase_if(counted, [](const auto& entry) { return entry.second == 0; });
  for (const auto& [counter, value] : expected) counted.emplace(counter, 0);
  for (const auto& [counter, value] : counted) {
    const auto it = expected.find(counter);
    const int64_t says = it == expected.end() ? 0 : it->second;
    if (value == says) continue;
    Damage(StrCat(holdings_.manifest_path, " and the log count ", says,
                  " for counter ", counter, ", and the rows count ", value));
  }
  return Status::Ok();
}

}  // namespace

Result<CheckSummary> CheckDirectory(const CheckRequest& request) {
  return DirectoryCheck(request).Run();
}

}  // namespace lsm
