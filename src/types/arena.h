// Arena hands out bytes that all die together, for what one run of a command
// builds: row keys and values. The first block is kept, so a steady stream of
// small commands allocates nothing.
//
// Threads: loop-bound.

#pragma once

#include <cstddef>
#include <cstring>
#include <memory>
#include <string_view>
#include <vector>

namespace types {

class Arena {
 public:
  Arena() : first_(new char[kFirstBytes]), next_(first_.get()) {}

  // Uninitialised, unaligned; lives until Reset.
  char* Allocate(size_t bytes) {
    if (bytes > left_) [[unlikely]]
      return AllocateBlock(bytes);
    char* result = next_;
    next_ += bytes;
    left_ -= bytes;
    return result;
  }

  std::string_view Copy(std::string_view bytes) {
    char* p = Allocate(bytes.size());
    if (!bytes.empty()) std::memcpy(p, bytes.data(), bytes.size());
    return {p, bytes.size()};
  }

  void Reset() {
    if (!blocks_.empty()) [[unlikely]]
      blocks_.clear();
    next_ = first_.get();
    left_ = kFirstBytes;
    block_bytes_ = 0;
  }

  // What is held beyond the first block.
  size_t block_bytes() const { return block_bytes_; }

 private:
  static constexpr size_t kFirstBytes = 16 << 10;
  static constexpr size_t kBlockBytes = 256 << 10;

  char* AllocateBlock(size_t bytes);

  std::unique_ptr<char[]> first_;
  std::vector<std::unique_ptr<char[]>> blocks_;
  char* next_;
  size_t left_ = kFirstBytes;
  size_t block_bytes_ = 0;
};

}  // namespace types
