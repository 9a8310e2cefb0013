#include "lsm/table/compression.h"

#include <lz4.h>
#include <zstd.h>

#include <memory>

#include "base/check.h"
#include "base/coding.h"

namespace lsm {
namespace {

using base::Result;
using base::Status;

// Level 3 and above gain nothing on blocks of a few KiB (measured).
constexpr int kZstdLevel = 1;

struct FreeZstd {
  void operator()(ZSTD_CCtx* context) const { ZSTD_freeCCtx(context); }
  void operator()(ZSTD_DCtx* context) const { ZSTD_freeDCtx(context); }
};

// Making a context costs more than compressing a block with it.
ZSTD_CCtx* ZstdCompressor() {
  thread_local std::unique_ptr<ZSTD_CCtx, FreeZstd> context(ZSTD_createCCtx());
  CHECK(context != nullptr);
  return context.get();
}

ZSTD_DCtx* ZstdDecompressor() {
  thread_local std::unique_ptr<ZSTD_DCtx, FreeZstd> context(ZSTD_createDCtx());
  CHECK(context != nullptr);
  return context.get();
}

// Appends the stream to `out`; false if it needs more than `room` bytes.
bool AppendLz4(std::string_view raw, size_t room, std::string* out) {
  if (raw.size() > LZ4_MAX_INPUT_SIZE) return false;
  const size_t start = out->size();
  out->resize(start + room);
  const int size = LZ4_compress_default(raw.data(), out->data() + start,
                                        static_cast<int>(raw.size()),
                                        static_cast<int>(room));
  out->resize(start + static_cast<size_t>(size));
  return size > 0;
}

bool AppendZstd(std::string_view raw, size_t room, std::string* out) {
  const size_t start = out->size();
  out->resize(start + room);
  const size_t size =
      ZSTD_compressCCtx(ZstdCompressor(), out->data() + start, room, raw.data(),
                        raw.size(), kZstdLevel);
  // The only error that can be is that the stream needs more room.
  const bool fits = ZSTD_isError(size) == 0;
  out->resize(start + (fits ? size : 0));
  return fits && raw.size() / kExpansionMax < size;
}

}  // namespace

Compression Compress(Compression wanted, std::string_view raw,
                     std::string* out) {
  const size_t start = out->size();
  // Below this there is nothing to gain.
  constexpr size_t kWorthTrying = 64;
  if (wanted != Compression::kNone && raw.size() >= kWorthTrying) {
    base::PutVarint(out, raw.size());
    const size_t head = out->size();
    const size_t room = raw.size() - raw.size() / 8 - (head - start);
    if (wanted == Compression::kZstd) {
      if (AppendZstd(raw, room, out)) return Compression::kZstd;
      out->resize(head);
    }
    if (AppendLz4(raw, room, out)) return Compression::kLz4;
    out->resize(start);
  }
  out->append(raw);
  return Compression::kNone;
}

Result<uint64_t> RawSize(Compression type, std::string_view payload) {
  if (type == Compression::kNone) return payload.size();
  uint64_t size = 0;
  const uint64_t most = payload.size() * kExpansionMax;
  if (!base::GetVarint(&payload, &size) || size > most) {
    return Status::Corruption("impossible size of a compressed block");
  }
  return size;
}

Status Decompress(Compression type, std::string_view payload, char* out,
                  uint64_t raw_size) {
  uint64_t ignored = 0;
  bool good = base::GetVarint(&payload, &ignored);
  if (type == Compression::kLz4) {
    good = good && raw_size <= LZ4_MAX_INPUT_SIZE &&
           payload.size() <= LZ4_MAX_INPUT_SIZE &&
           LZ4_decompress_safe(
               payload.data(), out, static_cast<int>(payload.size()),
               static_cast<int>(raw_size)) == static_cast<int>(raw_size);
  } else if (type == Compression::kZstd) {
    good =
        good && ZSTD_decompressDCtx(ZstdDecompressor(), out, raw_size,
                                    payload.data(), payload.size()) == raw_size;
  } else {
    good = false;
  }
  if (!good) return Status::Corruption("compressed block does not unpack");
  return Status::Ok();
}

}  // namespace lsm
