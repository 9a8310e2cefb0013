// Footer is the last 64 bytes of a table: whose file it is, what a reader
// must understand, and where the rest begins.
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
// Bits of required features that this program knows: none so far.
inline constexpr uint64_t kKnownFeatures = 0;

struct Footer {
  Extent properties;
  uint32_t format_version = kTableFormatVersion;
  Uuid uuid;
  uint64_t file_number = 0;
  uint64_t required_features = 0;

  std::string Encode() const;
  // Corruption when it is no footer, Invalid when it asks for a format
  // version or a feature that is unknown here. Names no file.
  static base::Result<Footer> Decode(std::string_view bytes);
};

}  // namespace lsm
