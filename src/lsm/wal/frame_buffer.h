// FrameBuffer is a frame while it grows: batches are copied once, to where
// the disk will take them from, behind a gap for the header.
//
//   [ header 64 | len seq batch | len seq batch | ...      ]  4 KiB aligned
//
// Buffers are used again and keep their memory, so that a steady load
// allocates nothing.
//
// Invariants
//   - There is always room for trailer and padding behind the payload.
//
// Threads: handed over, with the frame: owner, queue, commit thread, and
// back.

#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>

#include "base/file_system.h"
#include "lsm/format.h"
#include "lsm/wal/frame.h"

namespace lsm {

// What stands before each batch in the payload: its length and its sequence.
inline constexpr size_t kBatchHeaderBytes = 4 + 8;

class FrameBuffer {
 public:
  FrameBuffer() = default;
  FrameBuffer(const FrameBuffer&) = delete;
  FrameBuffer& operator=(const FrameBuffer&) = delete;

  void Clear();

  // A whole batch.
  void AppendBatch(Sequence sequence, std::string_view batch);
  // Starts a batch of `batch_bytes` that will not end here.
  void BeginFragment(Sequence sequence, size_t batch_bytes);
  // More bytes of the batch that was begun here or in an earlier frame.
  void AppendFragment(Sequence sequence, std::string_view bytes);
  // The batch ends with what was appended last.
  void EndFragment(Sequence sequence);
  // Anything else, for frames without batches.
  void AppendRaw(std::string_view bytes);

  // Writes the header around the payload. `header` says what only the log
  // knows; flags are or-ed, `first` and `last` filled in here. Returns the
  // chain.
  uint64_t Seal(FrameHeader header, uint64_t salt, size_t alignment);
  // REQUIRES: sealed with this alignment.
  std::string_view Bytes(size_t alignment) const {
    return {memory_.get(), FrameBytes(payload_bytes_, alignment)};
  }

  // Of the memory it keeps.
  size_t capacity() const { return capacity_; }
  size_t payload_bytes() const { return payload_bytes_; }
  uint32_t batches() const { return batches_; }
  uint16_t flags() const { return flags_; }
  void set_flags(uint16_t flags) { flags_ = flags; }
  // Of the first batch with bytes here; 0 if there is none.
  Sequence first() const { return first_; }
  // Of the last batch that ends here; 0 if none does.
  Sequence ended() const { return ended_; }
  // Of the last batch with bytes here; 0 if there is none.
  Sequence touched() const { return touched_; }

 private:
  struct Free {
    void operator()(char* p) const;
  };

  // Room for `bytes` more of payload; returns where they go.
  char* Grow(size_t bytes);

  std::unique_ptr<char, Free> memory_;
  size_t capacity_ = 0;
  size_t payload_bytes_ = 0;
  uint32_t batches_ = 0;  // That end here.
  uint16_t flags_ = kFrameFirst | kFrameLast;
  Sequence first_ = 0;
  Sequence ended_ = 0;
  Sequence touched_ = 0;
};

}  // namespace lsm
