#include "types/arena.h"

namespace types {

char* Arena::AllocateBlock(size_t bytes) {
  // What is larger than a quarter of a block gets one of its own, so that the
  // rest of the current block is not lost to it.
  if (bytes > kBlockBytes / 4) {
    blocks_.push_back(std::make_unique_for_overwrite<char[]>(bytes));
    block_bytes_ += bytes;
    return blocks_.back().get();
  }
  blocks_.push_back(std::make_unique_for_overwrite<char[]>(kBlockBytes));
  block_bytes_ += kBlockBytes;
  next_ = blocks_.back().get() + bytes;
  left_ = kBlockBytes - bytes;
  return blocks_.back().get();
}

}  // namespace types
