#include "lsm/version/manifest_scan.h"

#include <algorithm>
#include <utility>

#include "lsm/version/manifest_format.h"

namespace lsm {
namespace {

using base::Result;
using base::Status;

// Reads the header of the file; sets flaw where it had to be guessed.
Status ReadHeader(std::string_view bytes, ManifestScan* scan) {
  const Result<FileHeader> sound = DecodeFileHeader(bytes, kManifestMagic);
  if (sound.ok()) {
    scan->header = sound.value();
    return Status::Ok();
  }
  scan->flaw = sound.status();
  if (scan->flaw.code() != base::Code::kCorruption) return scan->flaw;
  const std::string_view block = bytes.substr(0, kFileHeaderBlock);
  const auto guess = GuessFileHeader(block, bytes.substr(block.size()));
  if (!guess) return scan->flaw;
  scan->header = *guess;
  return Status::Ok();
}

std::optional<ManifestFrame> FrameAt(std::string_view bytes, uint64_t offset,
                                     const FileHeader& file) {
  bytes.remove_prefix(offset);
  const std::optional<FrameHeader> header = DecodeHeader(bytes, file.salt);
  if (!header || header->number_low != static_cast<uint32_t>(file.number)) {
    return std::nullopt;
  }
  ManifestFrame frame;
  const std::optional<std::string_view> payload = DecodePayload(
      bytes, *header, file.salt, kManifestAlignment, &frame.chain);
  if (!payload) return std::nullopt;
  frame.offset = offset;
  frame.bytes = FrameBytes(payload->size(), kManifestAlignment);
  frame.header = *header;
  if (header->Has(kFrameEmpty)) return frame;
  Result<VersionEdit> edit = VersionEdit::Decode(*payload);
  if (edit.ok()) {
    frame.edit = std::move(edit).value();
  } else {
    frame.status = edit.status();
  }
  return frame;
}

}  // namespace

Result<ManifestScan> ScanManifest(base::FileSystem* fs,
                                  const std::string& path) {
  TRY_ASSIGN(const std::string bytes, base::ReadWholeFile(fs, path));
  ManifestScan scan;
  scan.file_bytes = bytes.size();
  if (Status status = ReadHeader(bytes, &scan); !status.ok()) {
    return status.With(path);
  }
  scan.flaw = scan.flaw.With(path);
  uint64_t chain = 0;
  Sequence last = 0;
  uint64_t read_upto = kFileHeaderBlock;
  for (uint64_t at = kFileHeaderBlock; at < bytes.size();) {
    std::optional<ManifestFrame> frame = FrameAt(bytes, at, scan.header);
    if (!frame) {
      at += kManifestAlignment;
      continue;
    }
    if (read_upto < at) scan.unread.push_back({read_upto, at - read_upto});
    frame->linked =
        frame->header.prev_chain == chain && frame->header.prev_last == last;
    chain = frame->chain;
    last = frame->header.last;
    at = read_upto = frame->offset + frame->bytes;
    scan.frames.push_back(*std::move(frame));
  }
  if (read_upto < bytes.size()) {
    scan.unread.push_back({read_upto, bytes.size() - read_upto});
  }
  return scan;
}

}  // namespace lsm
