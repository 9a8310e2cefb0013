// BatchAssembler takes the payloads of accepted frames, in order, and gives
// back whole batches.
//
//   frame   [ len seq bytes | len seq bytes ]          FIRST LAST
//   frames  [ len seq byt ] [ es of one bat ] [ ch ]   FIRST, -, LAST
//
// Threads: one holder at a time.

#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "base/status.h"
#include "lsm/format.h"
#include "lsm/wal/frame.h"

namespace lsm {

class BatchAssembler {
 public:
  using Apply = std::function<base::Status(Sequence, std::string_view)>;

  // Batches up to `flushed` are checked and left out.
  BatchAssembler(Sequence flushed, const Apply& apply)
      : flushed_(flushed), apply_(apply) {}

  // Corruption when bytes that verify make no sense.
  base::Status Add(const FrameHeader& header, std::string_view payload);
  // Forgets the batch that was begun, if one was.
  void Drop();
  // A batch was begun in a frame that was added, and has not ended.
  bool inside() const { return inside_; }

 private:
  base::Status AddBatches(const FrameHeader& header, std::string_view payload);
  base::Status AddFragment(const FrameHeader& header, std::string_view payload);
  base::Status EndBatch(const FrameHeader& header);

  const Sequence flushed_;
  const Apply& apply_;
  bool inside_ = false;
  // Its beginning was not seen: lies before the first listed segment.
  bool headless_ = false;
  std::string bytes_;  // Of the batch that has begun, its header included.
  uint64_t bytes_wanted_ = 0;
};

}  // namespace lsm
