#include "lsm/version/manifest_reader.h"

#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

#include "base/strings.h"
#include "lsm/version/file_names.h"
#include "lsm/version/manifest_format.h"
#include "lsm/wal/frame.h"

namespace lsm {
namespace {

using base::Result;
using base::Status;
using base::StrCat;

// Far beyond what a roll leaves: a longer file is not one of ours.
constexpr uint64_t kManifestBytesMax = uint64_t{4} << 30;

// In a directory without CURRENT nothing may lie that CURRENT would name.
Status CheckNew(base::FileSystem* fs, const std::string& directory) {
  TRY_ASSIGN(const std::vector<std::string> names, fs->List(directory));
  for (const std::string& name : names) {
    const std::optional<FileName> file = ParseFileName(name);
    if (!file ||
        (file->kind != FileKind::kTable && file->kind != FileKind::kBlob &&
         file->kind != FileKind::kLogSegment)) {
      continue;
    }
    return Status::Corruption(
        StrCat(base::JoinPath(directory, std::string(kCurrentName)),
               ": is missing, but there is data (", name,
               "); restore it, or move the data away to start anew"));
  }
  return Status::Ok();
}

Result<std::string> ReadStable(base::FileSystem* fs, const std::string& path) {
  TRY(fs->SyncFile(path));
  TRY_ASSIGN(std::unique_ptr<base::ReadableFile> file,
             fs->OpenReadable(path, base::FileSystem::ReadMode::kStable));
  if (file->size() > kManifestBytesMax) {
    return Status::Corruption(StrCat(path, ": is too long for a MANIFEST"));
  }
  std::string bytes(file->size(), '\0');
  TRY_ASSIGN(const size_t got, file->Read(0, bytes.size(), bytes.data()));
  bytes.resize(got);
  return bytes;
}

// One MANIFEST in memory, and how far it has been believed.
class Reader {
 public:
  Reader(std::string directory, uint64_t number, std::string bytes)
      : directory_(std::move(directory)),
        path_(base::JoinPath(directory_, ManifestName(number))),
        number_(number),
        bytes_(std::move(bytes)) {}

  Result<RecoveredManifest> Read() {
    Result<FileHeader> header = DecodeFileHeader(bytes_, kManifestMagic);
    if (!header.ok()) return header.status().With(path_);
    header_ = header.value();
    if (header_.number != number_) {
      return Status::Corruption(
          StrCat(path_, ": is MANIFEST ", header_.number, " by its header"));
    }
    out_.number = number_;
    offset_ = kFileHeaderBlock;
    while (offset_ < bytes_.size()) {
      TRY_ASSIGN(const bool accepted, Accept());
      if (accepted) continue;
      TRY(JudgeTail());
      break;
    }
    if (out_.edits == 0) return Bad("the snapshot is damaged");
    if (out_.state.identity.uuid != header_.db_uuid) {
      return Bad("belongs to another database");
    }
    return std::move(out_);
  }

 private:
  std::string_view rest() const {
    return std::string_view(bytes_).substr(offset_);
  }

  Status Bad(std::string_view what) const {
    return Status::Corruption(
        StrCat(path_, ": ", what, " at offset ", offset_));
  }

  // A sound edit that only a newer program may read is nobody's damage.
  Status Refusal(const Status& status) const {
    if (status.code() != base::Code::kInvalid) return status.With(path_);
    return Status::Invalid(
        StrCat("data directory ", directory_, " ", status.message()));
  }

  std::optional<FrameHeader> HeaderAt(uint64_t offset) const {
    std::optional<FrameHeader> frame =
        DecodeHeader(std::string_view(bytes_).substr(offset), header_.salt);
    if (frame && frame->number_low != static_cast<uint32_t>(number_)) {
      frame.reset();
    }
    return frame;
  }

  // False when the frame at offset_ does not continue what was accepted.
  Result<bool> Accept() {
    const std::optional<FrameHeader> frame = HeaderAt(offset_);
    if (!frame || frame->prev_last != last_edit_ ||
        frame->prev_chain != chain_ ||
        frame->last != last_edit_ + (frame->Has(kFrameEmpty) ? 0 : 1)) {
      return false;
    }
    uint64_t chain = 0;
    const std::optional<std::string_view> payload =
        DecodePayload(rest(), *frame, header_.salt, kManifestAlignment, &chain);
    if (!payload) return false;
    if (!frame->Has(kFrameEmpty)) {
      Result<VersionEdit> edit = VersionEdit::Decode(*payload);
      if (!edit.ok()) return Refusal(edit.status());
      if (Status status = out_.state.Apply(edit.value()); !status.ok()) {
        return status.With(path_);
      }
      ++out_.edits;
    }
    last_edit_ = frame->last;
    chain_ = chain;
    offset_ += FrameBytes(frame->payload_bytes, kManifestAlignment);
    return true;
  }

  // What follows was never acknowledged, unless a later frame says that more
  // than was accepted had been synced.
  Status JudgeTail() {
    uint64_t promised = 0;
    for (uint64_t at = offset_; at + kFrameHeaderBytes <= bytes_.size();
         at += kManifestAlignment) {
      const std::optional<FrameHeader> frame = HeaderAt(at);
      if (frame) promised = std::max(promised, frame->durable_upto);
    }
    if (promised > last_edit_) {
      return Bad(StrCat("edits ", last_edit_ + 1, " to ", promised,
                        " were synced and are damaged"));
    }
    out_.torn_tail =
        StrCat(path_, ": a torn tail is cut off at offset ", offset_,
               ", after edit ", last_edit_, " (it was never acknowledged)");
    return Status::Ok();
  }

  const std::string directory_;
  const std::string path_;
  const uint64_t number_;
  const std::string bytes_;
  FileHeader header_;
  RecoveredManifest out_;
  uint64_t offset_ = 0;
  uint64_t last_edit_ = 0;
  uint64_t chain_ = 0;
};

}  // namespace

Result<RecoveredManifest> RecoverManifest(base::FileSystem* fs,
                                          const std::string& directory) {
  const std::string current =
      base::JoinPath(directory, std::string(kCurrentName));
  TRY_ASSIGN(const bool exists, fs->Exists(current));
  if (!exists) {
    TRY(CheckNew(fs, directory));
    RecoveredManifest made;
    made.is_new = true;
    made.state = ManifestState::ForNewDirectory();
    return made;
  }
  TRY_ASSIGN(const std::string text, ReadStable(fs, current));
  const std::optional<uint64_t> number = DecodeCurrent(text);
  if (!number) {
    return Status::Corruption(
        StrCat(current, ": does not name a MANIFEST; restore it"));
  }
  const std::string path = base::JoinPath(directory, ManifestName(*number));
  TRY_ASSIGN(const bool there, fs->Exists(path));
  if (!there) {
    return Status::Corruption(StrCat(path,
                                     ": is missing, but CURRENT names "
                                     "it; restore it from a backup"));
  }
  return ReadManifest(fs, directory, *number);
}

Result<RecoveredManifest> ReadManifest(base::FileSystem* fs,
                                       const std::string& directory,
                                       uint64_t number) {
  TRY_ASSIGN(std::string bytes,
             ReadStable(fs, base::JoinPath(directory, ManifestName(number))));
  return Reader(directory, number, std::move(bytes)).Read();
}

}  // namespace lsm
