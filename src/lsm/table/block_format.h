// What every block of a table has in common: where it lies (Extent), the
// bytes it occupies in memory (Buffer), and the trailer that proves it.
//
//   stored block = payload | type u8 | xxh3 u64
//
// The checksum covers payload and type and is seeded with the table's own
// seed plus the block's offset, so that a block of another file, or of
// another place in this one, is as bad as a flipped bit.
//
// Threads: values; any for the functions.

#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "base/file_system.h"
#include "base/status.h"
#include "lsm/table/compression.h"
#include "lsm/uuid.h"

namespace lsm {

inline constexpr size_t kBlockTrailerBytes = 9;

// A block's payload within its file; the trailer follows it.
struct Extent {
  uint64_t offset = 0;
  uint64_t size = 0;

  bool operator==(const Extent&) const = default;
};

// Bytes of one block in memory, not initialized when made.
class Buffer {
 public:
  Buffer() = default;
  explicit Buffer(size_t size)
      : bytes_(new char[size]), size_(size), allocated_(size) {}

  char* data() { return bytes_.get(); }
  const char* data() const { return bytes_.get(); }
  size_t size() const { return size_; }
  std::string_view view() const { return {bytes_.get(), size_}; }
  // Cuts the end off; the memory stays.
  void Shrink(size_t size);
  // What the allocator gave for it.
  size_t charge() const;

 private:
  std::unique_ptr<char[]> bytes_;
  size_t size_ = 0;
  size_t allocated_ = 0;
};

// The seed of all checksums of one file: two files never share it.
uint64_t TableSeed(const Uuid& uuid, uint64_t file_number);

// Appends the payload and its trailer to `out`, as the block at `offset` of
// the file with this seed. Compresses when that saves enough; returns the
// size of the stored payload.
uint64_t AppendBlock(std::string_view payload, Compression compression,
                     uint64_t table_seed, uint64_t offset, std::string* out);

// `stored` is payload and trailer as read from `offset`. Verifies and
// decompresses; Corruption (naming no file) if it is not what was written.
base::Result<Buffer> OpenBlock(Buffer stored, uint64_t table_seed,
                               uint64_t offset);
base::Result<Buffer> OpenBlock(std::string_view stored, uint64_t table_seed,
                               uint64_t offset);

// Reads and opens the block at `extent`; errors name the file.
base::Result<Buffer> ReadBlock(base::ReadableFile* file, Extent extent,
                               uint64_t table_seed);

}  // namespace lsm
