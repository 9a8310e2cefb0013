// A segment is one file of the log: a first block, an opening frame that
// links it to the segment before, and frames up to its size.
//
//   spare-<16 hex>.log   --block 0, sync, rename, directory sync-->
//   wal-<16 hex>.log     --given up: rename, directory sync------->  spare-...
//
// Segments are made once at full size, with every block written, and then go
// round: a commit then changes data only, never a file's metadata.
//
// Invariants
//   - A number is never used twice; every life of a file has its own salt.
//   - A segment's inode is written again after it was given up, so nobody may
//     hard-link one.
//
// Threads: any, for the functions; a Segment is as guarded as its holder.

#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/file_system.h"
#include "base/status.h"
#include "lsm/wal/frame.h"

namespace lsm {

inline constexpr uint64_t kSegmentMagic = 0x31474f4c44424452;  // "RDBDLOG1"
// A flag of the file header: frames lie at multiples of 4096, not of 8.
inline constexpr uint32_t kSegmentAligned = 1;

// "wal-<16 hex>.log" and "spare-<16 hex>.log".
std::string SegmentName(uint64_t number);
std::string SpareName(uint64_t number);
// The number in such a name; nothing for any other name.
std::optional<uint64_t> ParseSegmentName(std::string_view name);
std::optional<uint64_t> ParseSpareName(std::string_view name);
// The highest number in the name of any segment in `directory`, listed or
// not; 0 if there is none. A new log must be opened beyond it.
base::Result<uint64_t> HighestSegmentNumber(base::FileSystem* fs,
                                            const std::string& directory);

// Where the log went on: what an opening frame says of the segment before it.
struct SegmentLink {
  uint64_t segment = 0;  // 0: none, the log begins here.
  uint64_t end = 0;      // Offset behind its last frame.
  uint64_t chain = 0;    // Of its last frame.
};

// The payload of an opening frame. The chain is in its header, as in every
// other frame's.
inline constexpr size_t kSegmentLinkBytes = 16;
void EncodeSegmentLink(const SegmentLink& link, char* payload);
std::optional<SegmentLink> DecodeSegmentLink(const FrameHeader& header,
                                             std::string_view payload);

// One segment that the log writes, or has written.
struct Segment {
  uint64_t number = 0;
  uint64_t salt = 0;
  uint64_t bytes_max = 0;
  size_t alignment = 8;  // Of frames.
  // Closed as soon as nothing is left to write or sync.
  std::unique_ptr<base::LogFile> file;

  // What LogWriter keeps of it, under its mutex.
  uint64_t end = kFileHeaderBlock;  // Offset of the next frame.
  Sequence needed_upto = 0;         // Of the last batch with bytes in it.
  uint64_t last_ticket = 0;         // Of its last frame, see commit_order.h.
  uint64_t cached_ticket = 0;       // Of its last frame that needs a sync.
  uint64_t synced_ticket = 0;       // Its last sync began behind this one.
};

}  // namespace lsm
