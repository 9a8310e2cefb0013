// Frames are how the log and the MANIFEST put bytes on a disk that may lose
// power: each says where it belongs, what came before it, and whether it is
// whole. The first block of a file says the same of the file.
//
//   file    [ file header, 4 KiB ][ frame ][ frame ] ...
//   frame   [ header 64 ][ payload ][ checksum 8 ][ zeros up to alignment ]
//
// Both are drawn byte by byte in README.md.
//
// Invariants
//   - Checksums are seeded with the random salt of the file: bytes that an
//     earlier life of a recycled file left behind never verify.
//   - The payload's checksum is seeded with the header's as well and is the
//     `chain` of the frame; the next header repeats it, so that frames cannot
//     change places or be left out unseen.
//   - Padding is zero, and whoever reads checks it: no byte that was written
//     is outside of every check.
//
// Threads: any.

#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/status.h"
#include "lsm/format.h"
#include "lsm/uuid.h"

namespace lsm {

// --- The first block of a file.

inline constexpr size_t kFileHeaderBlock = 4096;
inline constexpr size_t kFileHeaderBytes = 64;  // The rest of it is zero.
inline constexpr uint32_t kFileFormatVersion = 1;

struct FileHeader {
  uint64_t magic = 0;  // Which kind of file.
  uint32_t flags = 0;  // Of that kind.
  Uuid db_uuid = {};
  uint64_t number = 0;
  uint64_t salt = 0;
  // Bytes the file was made with; 0: it grows, and no size is promised.
  uint64_t size = 0;
};

// Fills all of `block`, which has kFileHeaderBlock bytes.
void EncodeFileHeader(const FileHeader& header, char* block);
// `bytes` begins with the whole block. Corruption when magic or checksum do not
// fit or the rest of the block is not zero, Invalid when a newer version wrote
// it; the caller adds the file's name.
base::Result<FileHeader> DecodeFileHeader(std::string_view bytes,
                                          uint64_t magic);

// For whoever must read on: what the block says, whatever its checksum.
// `after` is what follows the block. Where the first frame there verifies
// under no other salt than one that differs in one bit, that one is taken;
// nothing if it verifies under none.
std::optional<FileHeader> GuessFileHeader(std::string_view block,
                                          std::string_view after);

// --- Frames.

inline constexpr size_t kFrameHeaderBytes = 64;
inline constexpr size_t kFrameTrailerBytes = 8;
inline constexpr size_t kFrameOverhead = kFrameHeaderBytes + kFrameTrailerBytes;

enum FrameFlags : uint16_t {
  kFrameFirst = 1,    // Begins at the beginning of a batch (or holds none).
  kFrameLast = 2,     // Ends at the end of a batch (or holds none).
  kFrameEmpty = 4,    // A witness: holds nothing but durable_upto.
  kFrameOpening = 8,  // The first frame of a log segment, see segment.h.
};

struct FrameHeader {
  uint16_t flags = kFrameFirst | kFrameLast;
  uint32_t number_low = 0;  // Low half of the file's number.
  uint32_t payload_bytes = 0;
  Sequence first = 0;         // Of the first batch with bytes in this frame.
  Sequence last = 0;          // Of the last batch that ends in it or before.
  Sequence prev_last = 0;     // `last` of the frame before.
  Sequence durable_upto = 0;  // Synced when this frame was written.
  uint64_t prev_chain = 0;    // `chain` of the frame before.
  uint64_t checksum = 0;      // Of the header itself; set by Seal and Decode.

  bool Has(FrameFlags flag) const { return (flags & flag) != 0; }
};

// Bytes of a frame on disk, padding included. `alignment` is 4096 for direct
// writes, 8 for buffered ones.
constexpr size_t FrameBytes(size_t payload_bytes, size_t alignment) {
  return (kFrameOverhead + payload_bytes + alignment - 1) & ~(alignment - 1);
}

// Completes a frame in place: `frame` has room for FrameBytes and holds the
// payload (header->payload_bytes of it) behind a gap for the header. Writes
// header, checksums and padding; returns the frame's chain.
uint64_t SealFrame(FrameHeader* header, uint64_t salt, size_t alignment,
                   char* frame);

// A whole frame as a string, for those who append. Sets `*chain`.
std::string EncodeFrame(FrameHeader header, std::string_view payload,
                        uint64_t salt, size_t alignment, uint64_t* chain);

// The header at the front of `bytes` (which may go on behind it), or nothing
// if there is none that verifies. Says nothing about the payload.
std::optional<FrameHeader> DecodeHeader(std::string_view bytes, uint64_t salt);

// The payload of the frame at the front of `bytes` whose header is `header`,
// or nothing if it is cut off or does not verify, or if what there is of its
// padding is not zero. Sets `*chain`.
std::optional<std::string_view> DecodePayload(std::string_view bytes,
                                              const FrameHeader& header,
                                              uint64_t salt, size_t alignment,
                                              uint64_t* chain);

}  // namespace lsm
