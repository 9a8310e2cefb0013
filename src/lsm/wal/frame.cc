// The layouts are drawn in README.md.

#include "lsm/wal/frame.h"

#include <cstring>

#include "base/checksum.h"
#include "base/coding.h"
#include "base/strings.h"

namespace lsm {
namespace {

using base::LoadLittle;
using base::Status;
using base::StoreLittle;

constexpr uint32_t kFrameMagic = 0x46424452;  // "RDBF"
constexpr uint16_t kFrameVersion = 1;
constexpr size_t kChecksumAt = 56;  // In both kinds of header.

uint64_t PayloadChecksum(std::string_view payload, uint64_t salt,
                         uint64_t header_checksum) {
  return base::Xxh3(payload, salt ^ header_checksum);
}

FileHeader Fields(const char* p) {
  FileHeader header;
  header.magic = LoadLittle<uint64_t>(p);
  header.flags = LoadLittle<uint32_t>(p + 12);
  std::memcpy(header.db_uuid.bytes.data(), p + 16, header.db_uuid.bytes.size());
  header.number = LoadLittle<uint64_t>(p + 32);
  header.salt = LoadLittle<uint64_t>(p + 40);
  header.size = LoadLittle<uint64_t>(p + 48);
  return header;
}

bool IsZero(std::string_view bytes) {
  return bytes.find_first_not_of('\0') == std::string_view::npos;
}

}  // namespace

void EncodeFileHeader(const FileHeader& header, char* block) {
  std::memset(block, 0, kFileHeaderBlock);
  StoreLittle<uint64_t>(block, header.magic);
  StoreLittle<uint32_t>(block + 8, kFileFormatVersion);
  StoreLittle<uint32_t>(block + 12, header.flags);
  std::memcpy(block + 16, header.db_uuid.bytes.data(),
              header.db_uuid.bytes.size());
  StoreLittle<uint64_t>(block + 32, header.number);
  StoreLittle<uint64_t>(block + 40, header.salt);
  StoreLittle<uint64_t>(block + 48, header.size);
  StoreLittle<uint64_t>(block + kChecksumAt,
                        base::Xxh3({block, kChecksumAt}, 0));
}

base::Result<FileHeader> DecodeFileHeader(std::string_view bytes,
                                          uint64_t magic) {
  if (bytes.size() < kFileHeaderBlock) {
    return Status::Corruption("the file ends inside its first block");
  }
  const char* p = bytes.data();
  if (LoadLittle<uint64_t>(p) != magic) {
    return Status::Corruption("the first block has a wrong magic number");
  }
  if (LoadLittle<uint64_t>(p + kChecksumAt) !=
      base::Xxh3({p, kChecksumAt}, 0)) {
    return Status::Corruption("the first block has a wrong checksum");
  }
  const auto version = LoadLittle<uint32_t>(p + 8);
  if (version != kFileFormatVersion) {
    return Status::Invalid(
        base::StrCat("was written by a newer version (file format ", version,
                     "); open it with that version"));
  }
  if (!IsZero(bytes.substr(kFileHeaderBytes,
                           kFileHeaderBlock - kFileHeaderBytes))) {
    return Status::Corruption("the first block is not zero behind its header");
  }
  return Fields(p);
}

std::optional<FileHeader> GuessFileHeader(std::string_view block,
                                          std::string_view after) {
  if (block.size() < kFileHeaderBytes) return std::nullopt;
  FileHeader header = Fields(block.data());
  if (DecodeHeader(after, header.salt)) return header;
  for (int bit = 0; bit < 64; ++bit) {
    const uint64_t salt = header.salt ^ uint64_t { 1 } << bit;
    if (!DecodeHeader(after, salt)) continue;
    header.salt = salt;
    return header;
  }
  return std::nullopt;
}

uint64_t SealFrame(FrameHeader* header, uint64_t salt, size_t alignment,
                   char* frame) {
  StoreLittle<uint32_t>(frame, kFrameMagic);
  StoreLittle<uint16_t>(frame + 4, header->flags);
  StoreLittle<uint16_t>(frame + 6, kFrameVersion);
  StoreLittle<uint32_t>(frame + 8, header->number_low);
  StoreLittle<uint32_t>(frame + 12, header->payload_bytes);
  StoreLittle<uint64_t>(frame + 16, header->first);
  StoreLittle<uint64_t>(frame + 24, header->last);
  StoreLittle<uint64_t>(frame + 32, header->prev_last);
  StoreLittle<uint64_t>(frame + 40, header->durable_upto);
  StoreLittle<uint64_t>(frame + 48, header->prev_chain);
  header->checksum = base::Xxh3({frame, kChecksumAt}, salt);
  StoreLittle<uint64_t>(frame + kChecksumAt, header->checksum);

  char* const payload = frame + kFrameHeaderBytes;
  const size_t size = header->payload_bytes;
  const uint64_t chain =
      PayloadChecksum({payload, size}, salt, header->checksum);
  StoreLittle<uint64_t>(payload + size, chain);
  std::memset(payload + size + kFrameTrailerBytes, 0,
              FrameBytes(size, alignment) - size - kFrameOverhead);
  return chain;
}

std::string EncodeFrame(FrameHeader header, std::string_view payload,
                        uint64_t salt, size_t alignment, uint64_t* chain) {
  header.payload_bytes = static_cast<uint32_t>(payload.size());
  std::string frame(FrameBytes(payload.size(), alignment), '\0');
  payload.copy(frame.data() + kFrameHeaderBytes, payload.size());
  *chain = SealFrame(&header, salt, alignment, frame.data());
  return frame;
}

std::optional<FrameHeader> DecodeHeader(std::string_view bytes, uint64_t salt) {
  if (bytes.size() < kFrameHeaderBytes) return std::nullopt;
  const char* p = bytes.data();
  if (LoadLittle<uint32_t>(p) != kFrameMagic) return std::nullopt;
  FrameHeader header;
  header.checksum = LoadLittle<uint64_t>(p + kChecksumAt);
  if (header.checksum != base::Xxh3({p, kChecksumAt}, salt)) {
    return std::nullopt;
  }
  if (LoadLittle<uint16_t>(p + 6) != kFrameVersion) return std::nullopt;
  header.flags = LoadLittle<uint16_t>(p + 4);
  header.number_low = LoadLittle<uint32_t>(p + 8);
  header.payload_bytes = LoadLittle<uint32_t>(p + 12);
  header.first = LoadLittle<uint64_t>(p + 16);
  header.last = LoadLittle<uint64_t>(p + 24);
  header.prev_last = LoadLittle<uint64_t>(p + 32);
  header.durable_upto = LoadLittle<uint64_t>(p + 40);
  header.prev_chain = LoadLittle<uint64_t>(p + 48);
  return header;
}

std::optional<std::string_view> DecodePayload(std::string_view bytes,
                                              const FrameHeader& header,
                                              uint64_t salt, size_t alignment,
                                              uint64_t* chain) {
  const size_t size = header.payload_bytes;
  if (bytes.size() < kFrameOverhead || bytes.size() - kFrameOverhead < size) {
    return std::nullopt;
  }
  const std::string_view payload = bytes.substr(kFrameHeaderBytes, size);
  *chain = LoadLittle<uint64_t>(payload.data() + size);
  if (*chain != PayloadChecksum(payload, salt, header.checksum)) {
    return std::nullopt;
  }
  const size_t used = kFrameOverhead + size;
  if (!IsZero(bytes.substr(used, FrameBytes(size, alignment) - used))) {
    return std::nullopt;
  }
  return payload;
}

}  // namespace lsm
