#include "lsm/compaction/table_writer.h"

#include <utility>

#include "lsm/version/file_names.h"

namespace lsm {
namespace {

// How much is written between two looks at the pacer.
constexpr uint64_t kPaceBytes = 256 << 10;

TableInfo Describe(uint64_t number, const TableProperties& properties) {
  TableInfo info;
  info.number = number;
  info.bytes = properties.file_bytes;
  info.smallest = properties.smallest_key;
  info.largest = properties.largest_key;
  info.min_sequence = properties.smallest_sequence;
  info.max_sequence = properties.largest_sequence;
  info.rows = properties.rows;
  info.tombstones = properties.tombstones;
  info.raw_bytes = properties.raw_bytes;
  info.created_level = static_cast<uint8_t>(properties.level);
  return info;
}

}  // namespace

TableWriter::TableWriter(TableWriterOptions options)
    : options_(std::move(options)) {}

// What is not part of a version yet is nobody's; a file that cannot be
// removed now is an orphan and goes at the next opening.
TableWriter::~TableWriter() {
  if (finished_) return;
  builder_.reset();
  file_.reset();
  for (const Output& output : outputs_) {
    (void)options_.fs->Remove(output.path);
  }
}

bool TableWriter::MustCut(std::string_view key) const {
  if (key == builder_->last_key()) return false;
  const uint8_t leading = key.empty() ? 0 : static_cast<uint8_t>(key[0]);
  return leading != leading_ ||
         builder_->EstimatedBytes() >= options_.table_bytes;
}

base::Status TableWriter::Add(std::string_view key, uint64_t packed,
                              std::string_view value) {
  if (builder_ != nullptr && MustCut(key)) TRY(EndTable());
  if (builder_ == nullptr) {
    TRY(BeginTable(key.empty() ? 0 : static_cast<uint8_t>(key[0])));
  }
  TRY(builder_->Add(key, packed, value));
  if (builder_->EstimatedBytes() >= paced_bytes_ + kPaceBytes) return Pace();
  return base::Status::Ok();
}

base::Status TableWriter::Pace() {
  const uint64_t bytes = builder_->EstimatedBytes();
  if (options_.pacer != nullptr) options_.pacer->Spend(bytes - paced_bytes_);
  paced_bytes_ = bytes;
  if (options_.should_stop && options_.should_stop()) {
    return base::Status::Io("background work was stopped");
  }
  return base::Status::Ok();
}

base::Status TableWriter::BeginTable(uint8_t leading) {
  const uint64_t number = options_.new_number();
  const std::string path =
      base::JoinPath(options_.directory, TableName(number));
  TRY_ASSIGN(file_, options_.fs->CreateWritable(path));
  TableOptions table = options_.options_for(leading);
  table.level = options_.level;
  builder_ =
      std::make_unique<TableBuilder>(table, file_.get(), number, options_.uuid);
  Output output;
  output.info.number = number;
  output.path = path;
  outputs_.push_back(std::move(output));
  leading_ = leading;
  paced_bytes_ = 0;
  return base::Status::Ok();
}

base::Status TableWriter::EndTable() {
  TRY_ASSIGN(const TableProperties properties, builder_->Finish());
  builder_.reset();
  Output& output = outputs_.back();
  output.info = Describe(output.info.number, properties);
  bytes_written_ += output.info.bytes;
  if (!options_.faults.skip_file_sync) TRY(file_->Sync());
  file_.reset();
  return base::Status::Ok();
}

base::Result<std::vector<TableInfo>> TableWriter::Finish() {
  if (builder_ != nullptr) TRY(EndTable());
  if (!outputs_.empty() && !options_.faults.skip_directory_sync) {
    TRY(options_.fs->SyncDirectory(options_.directory));
  }
  finished_ = true;
  std::vector<TableInfo> tables;
  tables.reserve(outputs_.size());
  for (Output& output : outputs_) tables.push_back(std::move(output.info));
  return tables;
}

}  // namespace lsm
