#include "lsm/compaction/table_writer.h"

#include <utility>

#include "base/strings.h"
#include "lsm/version/file_names.h"

namespace lsm {
namespace {

// How much is written between two looks at the pacer.
constexpr uint64_t kPaceBytes = 256 << 10;

// A table is full, too, when its rows take fewer bytes than this each: what is
// known of a row until its table ends (the hash for its filter) is in memory,
// and rows that compress to nothing would come by the million.
constexpr uint64_t kBytesPerRowMin = 64;

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
  for (const auto& [file, bytes] : properties.blobs) {
    info.blobs.push_back({.file = file, .bytes = bytes});
  }
  return info;
}

BlobWriterOptions BlobOptionsOf(const TableWriterOptions& options) {
  BlobWriterOptions blobs;
  blobs.fs = options.fs;
  blobs.path_of = [directory = options.directory](uint64_t number) {
    return base::JoinPath(directory, BlobName(number));
  };
  blobs.uuid = options.uuid;
  blobs.file_bytes = options.blobs.file_bytes;
  blobs.new_number = options.new_number;
  blobs.skip_file_sync = options.faults.skip_blob_sync;
  return blobs;
}

}  // namespace

TableWriter::TableWriter(TableWriterOptions options)
    : options_(std::move(options)), blobs_(BlobOptionsOf(options_)) {}

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
         builder_->EstimatedBytes() >= options_.table_bytes ||
         builder_->rows() >= options_.table_bytes / kBytesPerRowMin;
}

base::Status TableWriter::Add(std::string_view key, uint64_t packed,
                              std::string_view value) {
  if (builder_ != nullptr && MustCut(key)) TRY(EndTable());
  if (builder_ == nullptr) {
    TRY(BeginTable(key.empty() ? 0 : static_cast<uint8_t>(key[0])));
  }
  if (KindOf(packed) == Kind::kBlobValue) {
    TRY(AddReference(key, packed, value));
  } else if (options_.blobs.bytes_min > 0 &&
             value.size() >= options_.blobs.bytes_min) {
    TRY(AddApart(key, packed, value));
  } else {
    TRY(builder_->Add(key, packed, value));
  }
  // The estimate may also fall.
  const uint64_t bytes = builder_->EstimatedBytes() + blobs_.bytes_written();
  return bytes >= paced_bytes_ + kPaceBytes ? Pace(bytes) : base::Status::Ok();
}

base::Status TableWriter::AddApart(std::string_view key, uint64_t packed,
                                   std::string_view value) {
  TRY_ASSIGN(BlobReference reference,
             blobs_.Add(key, value, table_options_.compression));
  if (table_options_.expiry_of) {
    reference.expires_ms = table_options_.expiry_of(key, value);
  }
  return builder_->Add(key, Pack(SequenceOf(packed), Kind::kBlobValue),
                       reference.Encode());
}

// A value that is put somewhere else is treated as if it were new.
base::Status TableWriter::AddReference(std::string_view key, uint64_t packed,
                                       std::string_view value) {
  TRY_ASSIGN(const BlobReference reference, BlobReference::Decode(value));
  const auto file = options_.blobs.files.find(reference.file);
  if (file == options_.blobs.files.end()) {
    return base::Status::Corruption(base::StrCat("a row refers to ",
                                                 BlobName(reference.file),
                                                 ", and its table does not"));
  }
  if (!options_.blobs.relocated.contains(reference.file)) {
    return builder_->Add(key, packed, value);
  }
  TRY_ASSIGN(const BlobValue blob, file->second->Read(reference, key));
  blob_bytes_read_ += reference.stored_bytes();
  if (options_.blobs.bytes_min > 0 &&
      blob.view.size() >= options_.blobs.bytes_min) {
    return AddApart(key, packed, blob.view);
  }
  return builder_->Add(key, Pack(SequenceOf(packed), Kind::kValue), blob.view);
}

base::Status TableWriter::Pace(uint64_t bytes) {
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
  table_options_ = options_.options_for(leading);
  table_options_.level = options_.level;
  builder_ = std::make_unique<TableBuilder>(table_options_, file_.get(), number,
                                            options_.uuid);
  Output output;
  output.info.number = number;
  output.path = path;
  outputs_.push_back(std::move(output));
  leading_ = leading;
  paced_bytes_ = blobs_.bytes_written();
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

// How much a blob file holds is known only at the end.
void TableWriter::NameBlobs(TableInfo* info) const {
  for (BlobUse& use : info->blobs) {
    const auto made = blobs_.files().find(use.file);
    use.all_bytes = made != blobs_.files().end()
                        ? made->second
                        : options_.blobs.files.at(use.file)->record_bytes();
  }
  if (!options_.faults.forget_old_blobs) return;
  std::erase_if(info->blobs, [this](const BlobUse& use) {
    return !blobs_.files().contains(use.file);
  });
}

std::vector<uint64_t> TableWriter::blob_files() const {
  std::vector<uint64_t> numbers;
  for (const auto& [number, bytes] : blobs_.files()) numbers.push_back(number);
  return numbers;
}

base::Result<std::vector<TableInfo>> TableWriter::Finish() {
  if (builder_ != nullptr) TRY(EndTable());
  TRY(blobs_.Finish());
  if (!outputs_.empty() && !options_.faults.skip_directory_sync) {
    TRY(options_.fs->SyncDirectory(options_.directory));
  }
  finished_ = true;
  blobs_.Keep();
  std::vector<TableInfo> tables;
  tables.reserve(outputs_.size());
  for (Output& output : outputs_) {
    NameBlobs(&output.info);
    tables.push_back(std::move(output.info));
  }
  return tables;
}

}  // namespace lsm
