// The names of all files in a data directory: how tables and MANIFESTs are
// called, and what any name there stands for.
//
//   CURRENT                      names the MANIFEST in force
//   LOCK                         held by the process that has it open
//   Manifest-<16 hex>            edits to the set of files
//   <16 hex>.sst                 a table
//   <16 hex>.blob                values that lie apart from their keys
//   wal-<16 hex>.log             a log segment
//   spare-<16 hex>.log           a segment made or recycled in advance
//   RESERVE                      space set aside (lsm/reserve_file.h)
//   ....tmp                      on its way to one of the above
//
// Whatever else lies there is not ours and is left alone.
//
// Threads: any.

#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace lsm {

enum class FileKind : uint8_t {
  kCurrent,
  kLock,
  kManifest,
  kTable,
  kBlob,
  kLogSegment,
  kSpareSegment,
  kReserve,
  kTemporary,
};

struct FileName {
  FileKind kind = FileKind::kTemporary;
  uint64_t number = 0;  // 0 for those without one

  bool operator==(const FileName&) const = default;
};

// Numbers stay below this; a name with a greater one is not ours, so that
// counting on from what lies on disk never wraps around.
inline constexpr uint64_t kFileNumberMax = uint64_t{1} << 56;

inline constexpr std::string_view kCurrentName = "CURRENT";
inline constexpr std::string_view kLockName = "LOCK";
inline constexpr std::string_view kReserveName = "RESERVE";
inline constexpr std::string_view kTemporaryEnding = ".tmp";

std::string TableName(uint64_t number);
std::string BlobName(uint64_t number);
std::string ManifestName(uint64_t number);
// Those of log segments are made in lsm/wal/segment.h.

// nullopt: not a name that this engine gives.
std::optional<FileName> ParseFileName(std::string_view name);

}  // namespace lsm
