#include "lsm/table/block_carver.h"

#include <algorithm>
#include <string>

#include "base/checksum.h"
#include "base/coding.h"
#include "base/strings.h"

namespace lsm {
namespace {

using base::Result;
using base::Status;

constexpr uint64_t kWindowBytes = uint64_t{1} << 20;
constexpr uint64_t kSumBytes = 8;
constexpr uint64_t kBehindBlockMax = uint64_t{64} << 10;
constexpr uint64_t kBehindStartsMax = uint64_t{256} << 10;
// Bytes gone through; each sum asked for counts as these many.
constexpr uint64_t kBehindWorkMax = uint64_t{1} << 30;
constexpr uint64_t kSumWork = 50;

// Looks for the end of one block in pieces of it that come in order; each
// overlaps the next by the sum that may follow its last byte.
class EndFinder {
 public:
  explicit EndFinder(uint64_t seed) : sum_(seed) {}

  // `bytes` follow those taken so far. True: the block ends here, and
  // payload_bytes() is known. Otherwise all but the last kSumBytes are taken.
  bool Look(std::string_view bytes) {
    size_t added = 0;
    const size_t types = bytes.size() - kSumBytes;
    for (size_t at = 0; at < types; ++at) {
      // Few bytes can be a type, and only there is the sum asked for.
      if (static_cast<uint8_t>(bytes[at]) >
          static_cast<uint8_t>(Compression::kZstd)) {
        continue;
      }
      const auto stored = base::LoadLittle<uint64_t>(bytes.data() + at + 1);
      // No sum is that small, but once in 16 million; small numbers are many.
      if (stored >> 40 == 0) continue;
      sum_.Add(bytes.substr(added, at + 1 - added));
      added = at + 1;
      ++sums_;
      if (sum_.Sum() != stored) continue;
      payload_bytes_ = taken_ + at;
      return true;
    }
    sum_.Add(bytes.substr(added, types - added));
    taken_ += types;
    return false;
  }

  uint64_t taken() const { return taken_; }
  uint64_t payload_bytes() const { return payload_bytes_; }
  uint64_t work() const { return taken_ + sums_ * kSumWork; }

 private:
  base::Xxh3Stream sum_;
  uint64_t taken_ = 0;
  uint64_t payload_bytes_ = 0;
  uint64_t sums_ = 0;
};

Status ReadExactly(base::ReadableFile* file, uint64_t offset, size_t size,
                   std::string* out) {
  out->resize(size);
  TRY_ASSIGN(const size_t got, file->Read(offset, size, out->data()));
  if (got == size) return Status::Ok();
  return Status::Io(base::StrCat(file->path(), ": became shorter"));
}

}  // namespace

Result<std::optional<Extent>> FindBlockAt(base::ReadableFile* file,
                                          uint64_t offset, uint64_t limit,
                                          uint64_t bytes_max,
                                          uint64_t table_seed) {
  limit = std::min({limit, file->size(), offset + bytes_max});
  EndFinder finder(table_seed + offset);
  std::string window;
  // Small at first: most blocks are.
  for (uint64_t piece = 16 << 10; offset + finder.taken() + kSumBytes < limit;
       piece = kWindowBytes) {
    const uint64_t at = offset + finder.taken();
    TRY(ReadExactly(file, at, std::min(piece, limit - at), &window));
    if (!finder.Look(window)) continue;
    return std::optional<Extent>({offset, finder.payload_bytes()});
  }
  return std::optional<Extent>();
}

Result<std::optional<Extent>> FindBlockBehind(base::ReadableFile* file,
                                              uint64_t from, uint64_t limit,
                                              uint64_t table_seed) {
  limit = std::min(limit, file->size());
  if (from >= limit) return std::optional<Extent>();
  std::string bytes;
  TRY(ReadExactly(file, from,
                  std::min(limit - from, kBehindStartsMax + kBehindBlockMax),
                  &bytes));
  const uint64_t starts = std::min<uint64_t>(bytes.size(), kBehindStartsMax);
  uint64_t work = 0;
  for (uint64_t start = 0; start < starts && work < kBehindWorkMax; ++start) {
    const std::string_view rest =
        std::string_view(bytes).substr(start, kBehindBlockMax);
    if (rest.size() < kBlockTrailerBytes) break;
    EndFinder finder(table_seed + from + start);
    const bool found = finder.Look(rest);
    work += finder.work();
    if (!found) continue;
    return std::optional<Extent>({from + start, finder.payload_bytes()});
  }
  return std::optional<Extent>();
}

}  // namespace lsm
