// Sequences of keys that caches are judged by, and two caches of the books to
// judge them against: exact LRU, and S3-FIFO as published (Yang et al., "FIFO
// queues are all you need for cache eviction", SOSP 2023).
//
// Everything follows from a seed: a miss ratio is a number, not a measurement.
//
// Threads: a cache has one holder at a time; the rest is any.

#pragma once

#include <cstdint>
#include <deque>
#include <list>
#include <string>
#include <unordered_map>
#include <vector>

namespace support {

struct CacheTrace {
  std::string name;
  std::vector<uint32_t> keys;
  // Accesses to keys from here on are a scan's: made, but not judged.
  uint32_t scan_begin = UINT32_MAX;
};

// Each of `length` accesses, for a cache of `entries`; keys of the working set
// are below 10 times `entries`:
//   zipf 0.99, zipf 0.8     the usual skews
//   scan mixed, scan bursts zipf 0.99 while somebody reads everything once: in
//                           every second access; now and then without a pause
//   loop                    a tenth more than fits, again and again
//   shift                   nine in ten go to half of what fits, which changes
//   drift                   zipf 0.99 whose ranks move along slowly
std::vector<CacheTrace> MakeCacheTraces(uint32_t entries, size_t length,
                                        uint64_t seed);

class ModelCache {
 public:
  virtual ~ModelCache() = default;
  // True: it was there. It is there now.
  virtual bool Access(uint32_t key) = 0;
};

class LruModel : public ModelCache {
 public:
  explicit LruModel(size_t entries) : entries_max_(entries) {}
  bool Access(uint32_t key) override;

 private:
  const size_t entries_max_;
  std::list<uint32_t> order_;  // the most recent first
  std::unordered_map<uint32_t, std::list<uint32_t>::iterator> entries_;
};

class S3FifoModel : public ModelCache {
 public:
  explicit S3FifoModel(size_t entries)
      : entries_max_(entries), small_max_(entries / 10) {}
  bool Access(uint32_t key) override;

 private:
  struct Entry {
    uint8_t uses = 0;
    bool in_main = false;
  };
  void EvictOne();

  const size_t entries_max_;
  const size_t small_max_;
  std::unordered_map<uint32_t, Entry> entries_;
  std::deque<uint32_t> small_;  // the oldest first, like the others
  std::deque<uint32_t> main_;
  std::deque<uint32_t> ghosts_;
  std::unordered_map<uint32_t, int> ghost_counts_;
};

// The part of the judged accesses that missed, the first third being warm-up.
double MissRatio(const CacheTrace& trace, ModelCache* cache);

}  // namespace support
