// MemoryStore as a cache of clean records, to be judged by traces.
//
// Threads: one holder at a time.

#pragma once

#include <string>

#include "lsm/memory/memory_store.h"
#include "support/cache_traces.h"

namespace lsm {

class CachedRecords : public support::ModelCache {
 public:
  explicit CachedRecords(size_t entries) : entries_max_(entries) {}

  bool Access(uint32_t key) override {
    const std::string name = "key:" + std::to_string(100'000'000 + key);
    const uint64_t hash = HashKey(name);
    if (store_.Find(name, hash) != nullptr) return true;
    // As the engine does: what the read brought is used by who asked for it.
    store_.InstallClean(name, hash, Pack(1, Kind::kValue), "value")->Touch();
    while (store_.records() > entries_max_) {
      store_.EvictClean(/*bytes_wanted=*/1, /*steps_max=*/1000);
    }
    return false;
  }

 private:
  const size_t entries_max_;
  MemoryStore store_{MemoryOptions{}};
};

}  // namespace lsm
