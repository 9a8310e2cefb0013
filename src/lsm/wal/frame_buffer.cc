#include "lsm/wal/frame_buffer.h"

#include <algorithm>
#include <cstdlib>
#include <cstring>

#include "base/check.h"
#include "base/coding.h"

namespace lsm {
namespace {

// The usual group is some kilobytes; less would only grow at once.
constexpr size_t kCapacityMin = size_t{64} << 10;

}  // namespace

void FrameBuffer::Free::operator()(char* p) const { std::free(p); }

void FrameBuffer::Clear() {
  payload_bytes_ = 0;
  batches_ = 0;
  flags_ = kFrameFirst | kFrameLast;
  first_ = ended_ = touched_ = 0;
}

char* FrameBuffer::Grow(size_t bytes) {
  const size_t needed =
      FrameBytes(payload_bytes_ + bytes, base::kDirectAlignment);
  if (needed > capacity_) [[unlikely]] {
    const size_t capacity = std::max({needed, capacity_ * 2, kCapacityMin});
    std::unique_ptr<char, Free> memory(static_cast<char*>(
        std::aligned_alloc(base::kDirectAlignment, capacity)));
    CHECK(memory != nullptr);
    if (payload_bytes_ > 0) {
      std::memcpy(memory.get() + kFrameHeaderBytes,
                  memory_.get() + kFrameHeaderBytes, payload_bytes_);
    }
    memory_ = std::move(memory);
    capacity_ = capacity;
  }
  char* const p = memory_.get() + kFrameHeaderBytes + payload_bytes_;
  payload_bytes_ += bytes;
  return p;
}

void FrameBuffer::AppendBatch(Sequence sequence, std::string_view batch) {
  char* const p = Grow(kBatchHeaderBytes + batch.size());
  base::StoreLittle<uint32_t>(p, static_cast<uint32_t>(batch.size()));
  base::StoreLittle<uint64_t>(p + 4, sequence);
  batch.copy(p + kBatchHeaderBytes, batch.size());
  if (first_ == 0) first_ = sequence;
  touched_ = ended_ = sequence;
  ++batches_;
}

void FrameBuffer::BeginFragment(Sequence sequence, size_t batch_bytes) {
  char* const p = Grow(kBatchHeaderBytes);
  base::StoreLittle<uint32_t>(p, static_cast<uint32_t>(batch_bytes));
  base::StoreLittle<uint64_t>(p + 4, sequence);
}

void FrameBuffer::AppendFragment(Sequence sequence, std::string_view bytes) {
  bytes.copy(Grow(bytes.size()), bytes.size());
  if (first_ == 0) first_ = sequence;
  touched_ = sequence;
}

void FrameBuffer::EndFragment(Sequence sequence) {
  ended_ = sequence;
  ++batches_;
}

void FrameBuffer::AppendRaw(std::string_view bytes) {
  bytes.copy(Grow(bytes.size()), bytes.size());
}

uint64_t FrameBuffer::Seal(FrameHeader header, uint64_t salt,
                           size_t alignment) {
  Grow(0);  // An empty frame may have no memory yet.
  header.flags = flags_;
  header.payload_bytes = static_cast<uint32_t>(payload_bytes_);
  header.first = first_ != 0 ? first_ : header.prev_last;
  header.last = ended_ != 0 ? ended_ : header.prev_last;
  return SealFrame(&header, salt, alignment, memory_.get());
}

}  // namespace lsm
