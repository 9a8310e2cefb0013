#include "lsm/version/manifest_file.h"

#include <utility>

#include "base/random.h"
#include "base/strings.h"
#include "lsm/version/file_names.h"
#include "lsm/version/manifest_format.h"
#include "lsm/wal/frame.h"

namespace lsm {
namespace {

using base::Result;
using base::Status;

std::string CurrentPath(const std::string& directory) {
  return base::JoinPath(directory, std::string(kCurrentName));
}

// The file that will be CURRENT.
std::string NextCurrentPath(const std::string& directory,
                            const ManifestFaults& faults) {
  const std::string current = CurrentPath(directory);
  return faults.current_in_place ? current : current + ".tmp";
}

Status WriteNextCurrent(base::FileSystem* fs, const std::string& path,
                        uint64_t number) {
  TRY_ASSIGN(std::unique_ptr<base::WritableFile> file,
             fs->CreateWritable(path));
  TRY(file->Append(EncodeCurrent(number)));
  return file->Sync();
}

}  // namespace

ManifestFile::ManifestFile(uint64_t number, const ManifestFaults& faults)
    : number_(number), faults_(faults), salt_(base::SecureRandom()) {}

ManifestFile::~ManifestFile() = default;

Result<std::unique_ptr<ManifestFile>> ManifestFile::Create(
    base::FileSystem* fs, const std::string& directory, uint64_t number,
    const Uuid& uuid, std::string_view snapshot, const ManifestFaults& faults) {
  std::unique_ptr<ManifestFile> made(new ManifestFile(number, faults));
  const std::string path = base::JoinPath(directory, ManifestName(number));
  const std::string next_current = NextCurrentPath(directory, faults);
  Status status = made->Begin(fs, path, uuid, snapshot);
  if (status.ok() && !faults.skip_directory_sync) {
    status = fs->SyncDirectory(directory);
  }
  if (status.ok()) status = WriteNextCurrent(fs, next_current, number);
  if (!status.ok()) {
    // Nothing names it yet, and each further try leaves one: where the disk is
    // full they would take what others have freed.
    made->file_.reset();
    (void)fs->Remove(path);
    return status;
  }
  if (!faults.current_in_place) {
    TRY(fs->Rename(next_current, CurrentPath(directory)));
  }
  if (!faults.skip_directory_sync) TRY(fs->SyncDirectory(directory));
  return made;
}

Status ManifestFile::Begin(base::FileSystem* fs, const std::string& path,
                           const Uuid& uuid, std::string_view snapshot) {
  TRY_ASSIGN(file_, fs->CreateWritable(path));
  std::string bytes(kFileHeaderBlock, '\0');
  FileHeader header;
  header.magic = kManifestMagic;
  header.db_uuid = uuid;
  header.number = number_;
  header.salt = salt_;
  EncodeFileHeader(header, bytes.data());
  AppendFrame(snapshot, &bytes);
  snapshot_bytes_ = bytes.size() - kFileHeaderBlock;
  TRY(file_->Append(bytes));
  if (!faults_.current_before_sync) TRY(file_->Sync());
  synced_edit_ = last_edit_;
  return Status::Ok();
}

// Without a payload it is a witness of the edits before it, no edit itself.
void ManifestFile::AppendFrame(std::string_view payload, std::string* out) {
  const uint64_t previous = last_edit_;
  if (!payload.empty()) ++last_edit_;
  FrameHeader header;
  if (payload.empty()) header.flags |= kFrameEmpty;
  header.number_low = static_cast<uint32_t>(number_);
  header.payload_bytes = static_cast<uint32_t>(payload.size());
  header.first = last_edit_;
  header.last = last_edit_;
  header.prev_last = previous;
  header.durable_upto = faults_.claim_too_much ? last_edit_ : synced_edit_;
  header.prev_chain = chain_;
  out->append(EncodeFrame(header, payload, salt_, kManifestAlignment, &chain_));
}

Status ManifestFile::Append(std::span<const std::string> edits) {
  std::string bytes;
  for (const std::string& edit : edits) AppendFrame(edit, &bytes);
  if (edits.empty()) {
    if (faults_.skip_witness) return Status::Ok();
    AppendFrame({}, &bytes);
  }
  TRY(file_->Append(bytes));
  if (!faults_.skip_edit_sync) TRY(file_->Sync());
  synced_edit_ = last_edit_;
  return Status::Ok();
}

uint64_t ManifestFile::bytes() const { return file_->size(); }

}  // namespace lsm
