// Footer is the last 64 bytes of a table, or of a blob file: whose it is, what
// a reader must understand, and where the rest begins.
//
//   properties offset u64 | properties size u32 | format version u32 |
//   db uuid 16 B | file number u64 | required features u64 |
//   xxh3 u64 of these 48 bytes | magic u64
//
// Threads: a value.

#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/status.h"
#include "lsm/table/block_format.h"
#include "lsm/uuid.h"

namespace lsm {

inline constexpr size_t kFooterBytes = 64;
inline constexpr uint32_t kTableFormatVersion = 1;
// Bits of required features. Rows with Kind::kBlobValue:
inline constexpr uint64_t kBlobFeature = 1;
inline constexpr uint64_t kKnownFeatures = kBlobFeature;

inline constexpr uint64_t kTableMagic = 0x656c626174646272;  // "rbdtable"
inline constexpr uint64_t kBlobMagic = 0x73626f6c62646272;   // "rbdblobs"

struct Footer {
  uint64_t magic = kTableMagic;
  Extent properties;  // of a blob file: its index
  uint32_t format_version = kTableFormatVersion;
  Uuid uuid;
  uint64_t file_number = 0;
  uint64_t required_features = 0;

  std::string Encode() const;
  // Corruption when it is no footer, Invalid when it asks for a format
  // version or a feature that is unknown here. Names no file.
  static base::Result<Footer> Decode(std::string_view bytes,
                                     uint64_t magic = kTableMagic);
};

}  // namespace lsm
