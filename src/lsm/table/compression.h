// Compression of blocks: the one place that knows LZ4 and zstd.
//
// A block is stored raw when compression saves less than an eighth of it: the
// time to decompress would buy nothing.
//
//   compressed payload = raw size varint | stream
//
// Invariants
//   - No stored block expands more than kExpansionMax times, so that a few
//     hostile bytes cannot ask for much memory.
//
// Threads: any.

#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/status.h"

namespace lsm {

// On disk, as the type of a block; never renumber.
enum class Compression : uint8_t {
  kNone = 0,
  kLz4 = 1,
  kZstd = 2,
};

// LZ4 cannot do better than 255; a zstd stream that would is kept as LZ4.
inline constexpr uint64_t kExpansionMax = 256;

// Appends the payload to `out`, compressed as wished if that saves enough.
// Returns what it did.
Compression Compress(Compression wanted, std::string_view raw,
                     std::string* out);

// The size after decompression. Corruption if it cannot be true.
base::Result<uint64_t> RawSize(Compression type, std::string_view payload);

// Decompresses into `out`, which has room for exactly RawSize bytes.
base::Status Decompress(Compression type, std::string_view payload, char* out,
                        uint64_t raw_size);

}  // namespace lsm
