// Finding the blocks of a table whose index cannot be read.
//
// A block does not say how long it is, but its checksum tells where it ends:
// the only length at which type and sum fit. The sum is kept running, so that
// trying every length costs little more than reading.
//
// Threads: any.

#pragma once

#include <cstdint>
#include <optional>

#include "base/file_system.h"
#include "base/status.h"
#include "lsm/table/block_format.h"

namespace lsm {

// The block that begins at `offset` and ends, trailer included, by `limit`
// and after at most `bytes_max`; nothing if none does.
base::Result<std::optional<Extent>> FindBlockAt(base::ReadableFile* file,
                                                uint64_t offset, uint64_t limit,
                                                uint64_t bytes_max,
                                                uint64_t table_seed);

// The same for the first block that begins at `from` or behind, by trying each
// place. Slow, so it gives up after a second or so: it looks for blocks of up
// to 64 KiB behind a loss of at least 16 KiB.
base::Result<std::optional<Extent>> FindBlockBehind(base::ReadableFile* file,
                                                    uint64_t from,
                                                    uint64_t limit,
                                                    uint64_t table_seed);

}  // namespace lsm
