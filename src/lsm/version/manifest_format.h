// What writer and reader of a MANIFEST must agree on beside the frames of
// lsm/wal/frame.h: the magic, the alignment, and the text of CURRENT.
//
// Threads: any.

#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace lsm {

inline constexpr uint64_t kManifestMagic = 0x7473666e616d6472;  // "rdmanfst"
inline constexpr size_t kManifestAlignment = 8;

// "Manifest-<16 hex> <16 hex of its checksum>\n"
std::string EncodeCurrent(uint64_t number);
// nullopt: these bytes are not a CURRENT.
std::optional<uint64_t> DecodeCurrent(std::string_view text);

}  // namespace lsm
