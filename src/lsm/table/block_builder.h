// BlockBuilder lays rows out as one block; block.h draws it.
//
// Threads: one holder at a time.

#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace lsm {

class BlockBuilder {
 public:
  explicit BlockBuilder(uint32_t restart_interval);

  // REQUIRES: `previous_key` is the key of the row added before, if any.
  void Add(std::string_view previous_key, std::string_view key, uint64_t packed,
           std::string_view value);

  bool empty() const { return restarts_.empty(); }
  // Of the block, if it ended here.
  size_t bytes() const {
    return bytes_.size() + (restarts_.size() + 1) * sizeof(uint32_t);
  }
  // Ends the block. The view lives until Reset.
  std::string_view Finish();
  void Reset();

 private:
  const uint32_t restart_interval_;
  std::string bytes_;
  std::vector<uint32_t> restarts_;
  uint32_t rows_since_restart_ = 0;
};

}  // namespace lsm
