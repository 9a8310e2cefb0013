#include "lsm/wal/segment_reader.h"

#include <algorithm>

#include "base/strings.h"

namespace lsm {
namespace {

using base::FileSystem;
using base::Status;

constexpr uint64_t kWindowBytes = uint64_t{1} << 20;

}  // namespace

base::Result<std::unique_ptr<SegmentReader>> SegmentReader::Open(
    FileSystem* fs, const std::string& directory, const Uuid& db_uuid,
    uint64_t number, const LogFaults& faults) {
  const std::string path = base::JoinPath(directory, SegmentName(number));
  TRY_ASSIGN(const bool exists, fs->Exists(path));
  if (!exists) {
    return Status::Corruption(
        base::StrCat(path, ": this log segment is listed but missing"));
  }
  // What was only in the page cache must be on the disk before it counts.
  if (!faults.skip_sync_before_read) TRY(fs->SyncFile(path));
  std::unique_ptr<SegmentReader> reader(new SegmentReader(number, faults));
  TRY_ASSIGN(reader->file_,
             fs->OpenReadable(path, FileSystem::ReadMode::kStable));
  const Status status = reader->ReadFileHeader(db_uuid);
  if (!status.ok()) return status.With(path);
  return reader;
}

base::Result<std::unique_ptr<SegmentReader>> SegmentReader::OpenAnyway(
    FileSystem* fs, const std::string& path, uint64_t number) {
  std::unique_ptr<SegmentReader> reader(new SegmentReader(number, {}));
  TRY_ASSIGN(reader->file_,
             fs->OpenReadable(path, FileSystem::ReadMode::kStable));
  const Status status = reader->ReadDamagedHeader();
  if (!status.ok()) return status.With(path);
  reader->flaw_ = reader->flaw_.With(path);
  return reader;
}

Status SegmentReader::ReadFileHeader(const Uuid& db_uuid) {
  end_ = file_->size();
  if (end_ < kFileHeaderBlock) {
    return Status::Corruption("the log segment ends inside its first block");
  }
  TRY_ASSIGN(const std::string_view block, Fetch(0, kFileHeaderBlock));
  TRY_ASSIGN(header_, DecodeFileHeader(block, kSegmentMagic));
  if (header_.db_uuid != db_uuid) {
    return Status::Corruption("the log segment belongs to another database");
  }
  if (header_.number != number_) {
    return Status::Corruption(base::StrCat(
        "the log segment's first block names number ", header_.number));
  }
  alignment_ =
      (header_.flags & kSegmentAligned) != 0 ? base::kDirectAlignment : 8;
  return CheckSize();
}

Status SegmentReader::CheckSize() {
  if (end_ < header_.size) {
    return Status::Corruption(base::StrCat("the log segment has ", end_,
                                           " bytes and was made with ",
                                           header_.size));
  }
  if (header_.size != 0) end_ = header_.size;
  return Status::Ok();
}

Status SegmentReader::ReadDamagedHeader() {
  end_ = file_->size();
  const uint64_t wanted = kFileHeaderBlock + kFrameHeaderBytes;
  TRY_ASSIGN(const std::string_view bytes, Fetch(0, std::min(end_, wanted)));
  const base::Result<FileHeader> sound = DecodeFileHeader(bytes, kSegmentMagic);
  if (sound.ok()) {
    header_ = sound.value();
    flaw_ = CheckSize();
  } else {
    flaw_ = sound.status();
    if (flaw_.code() != base::Code::kCorruption) return flaw_;
    const auto guess = GuessFileHeader(
        bytes, bytes.substr(std::min<size_t>(bytes.size(), kFileHeaderBlock)));
    if (!guess) return flaw_;
    header_ = *guess;
  }
  if (number_ == 0) number_ = header_.number;
  alignment_ =
      (header_.flags & kSegmentAligned) != 0 ? base::kDirectAlignment : 8;
  if (sound.ok()) return Status::Ok();
  // The flag may be what is damaged: the second frame lies where it counts.
  const uint64_t second = FrameBytes(kSegmentLinkBytes, 8);
  TRY_ASSIGN(const auto header, HeaderAt(kFileHeaderBlock + second));
  alignment_ = header ? 8 : base::kDirectAlignment;
  return Status::Ok();
}

base::Result<std::string_view> SegmentReader::Fetch(uint64_t offset,
                                                    uint64_t size) {
  if (offset < window_offset_ ||
      offset + size > window_offset_ + window_.size()) {
    // Whole pages, so that a read past the page cache copies nothing twice.
    const uint64_t begin = offset & ~uint64_t{base::kDirectAlignment - 1};
    const uint64_t wanted =
        std::min(end_ - begin, std::max(offset + size - begin, kWindowBytes));
    window_.resize(wanted);
    window_offset_ = begin;
    auto read = file_->Read(begin, wanted, window_.data());
    if (!read.ok()) {
      window_.clear();
      return std::move(read).status();
    }
    window_.resize(read.value());
    if (offset + size > begin + window_.size()) {
      return Status::Io(
          base::StrCat(path(), ": the file has become shorter while reading"));
    }
  }
  return std::string_view(window_).substr(offset - window_offset_, size);
}

base::Result<std::optional<FrameHeader>> SegmentReader::HeaderAt(
    uint64_t offset) {
  if (offset > end_ || end_ - offset < kFrameHeaderBytes)
    return std::optional<FrameHeader>();
  TRY_ASSIGN(const std::string_view bytes, Fetch(offset, kFrameHeaderBytes));
  const std::optional<FrameHeader> header = DecodeHeader(bytes, header_.salt);
  if (!header || header->number_low != static_cast<uint32_t>(number_)) {
    return std::optional<FrameHeader>();
  }
  const Sequence highest = std::max(
      {header->first, header->last, header->prev_last, header->durable_upto});
  if (highest > kSequenceMax) {
    return Status::Corruption(
        base::StrCat(path(), ": the frame at offset ", offset,
                     " has a sequence beyond the year 2200: ", highest));
  }
  highest_seen_ = std::max(highest_seen_, highest);
  return header;
}

base::Result<std::optional<SegmentReader::Frame>> SegmentReader::FrameAt(
    uint64_t offset, uint64_t limit) {
  TRY_ASSIGN(const std::optional<FrameHeader> header, HeaderAt(offset));
  if (!header) return std::optional<Frame>();
  Frame frame;
  frame.header = *header;
  frame.end = offset + FrameBytes(header->payload_bytes, alignment_);
  if (frame.end > std::min(limit, end_)) return std::optional<Frame>();
  TRY_ASSIGN(const std::string_view bytes, Fetch(offset, frame.end - offset));
  std::optional<std::string_view> payload =
      DecodePayload(bytes, *header, header_.salt, alignment_, &frame.chain);
  if (!payload && faults_.believe_torn_frames) {
    payload = bytes.substr(kFrameHeaderBytes, header->payload_bytes);
  }
  if (!payload) return std::optional<Frame>();
  frame.payload = *payload;
  return std::optional<Frame>(frame);
}

base::Result<std::optional<uint64_t>> SegmentReader::FindHeader(
    uint64_t from, uint64_t limit) {
  limit = std::min(limit, end_);
  uint64_t offset = (from + alignment_ - 1) & ~uint64_t{alignment_ - 1};
  while (offset < limit && end_ - offset >= kFrameHeaderBytes) {
    TRY_ASSIGN(const std::string_view bytes,
               Fetch(offset, std::min(kWindowBytes, end_ - offset)));
    size_t at = 0;
    for (; at + kFrameHeaderBytes <= bytes.size(); at += alignment_) {
      // Nearly always nothing: the magic number decides at once.
      if (!DecodeHeader(bytes.substr(at), header_.salt)) continue;
      const uint64_t found = offset + at;
      if (found >= limit) return std::optional<uint64_t>();
      TRY_ASSIGN(const std::optional<FrameHeader> header, HeaderAt(found));
      if (header) return std::optional<uint64_t>(found);
    }
    offset += std::max(at, alignment_);
  }
  return std::optional<uint64_t>();
}

base::Result<Sequence> SegmentReader::HighestPromise(uint64_t from) {
  Sequence highest = 0;
  for (;;) {
    TRY_ASSIGN(const std::optional<uint64_t> found, FindHeader(from, end()));
    if (!found) return highest;
    TRY_ASSIGN(const std::optional<FrameHeader> header, HeaderAt(*found));
    if (header) highest = std::max(highest, header->durable_upto);
    from = *found + 8;
  }
}

}  // namespace lsm
