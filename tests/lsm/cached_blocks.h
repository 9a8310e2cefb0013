// BlockCache as a cache of blocks of one size, to be judged by traces.
//
// Threads: one holder at a time.

#pragma once

#include <cstring>
#include <string_view>
#include <utility>

#include "lsm/table/block_builder.h"
#include "lsm/table/block_cache.h"
#include "support/cache_traces.h"

namespace lsm {

class CachedBlocks : public support::ModelCache {
 public:
  explicit CachedBlocks(size_t entries) : cache_(entries * EntryBytes()) {}

  bool Access(uint32_t key) override {
    if (cache_.Lookup(/*file_id=*/1, key * kBlockBytes)) return true;
    cache_.Insert(/*file_id=*/1, key * kBlockBytes, MakeBlock());
    return false;
  }

 private:
  // What lies between two blocks of a file, about.
  static constexpr uint64_t kBlockBytes = 4096;

  static Block MakeBlock() {
    BlockBuilder builder(/*restart_interval=*/16);
    builder.Add("", "key", Pack(1, Kind::kValue), "value");
    const std::string_view bytes = builder.Finish();
    Buffer buffer(bytes.size());
    std::memcpy(buffer.data(), bytes.data(), bytes.size());
    return Block::Parse(std::move(buffer)).value();
  }
  static uint64_t EntryBytes() {
    BlockCache cache(1 << 20);
    cache.Insert(/*file_id=*/1, /*offset=*/0, MakeBlock());
    return cache.bytes();
  }

  BlockCache cache_;
};

}  // namespace lsm
