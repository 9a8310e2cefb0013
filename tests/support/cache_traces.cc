#include "support/cache_traces.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "base/random.h"

namespace support {
namespace {

using base::Random;

class Zipf {
 public:
  Zipf(uint32_t keys, double skew) : sums_(keys) {
    double sum = 0;
    for (uint32_t i = 0; i < keys; ++i) {
      sum += std::pow(i + 1, -skew);
      sums_[i] = sum;
    }
  }

  uint32_t Draw(Random* random) const {
    const double at =
        sums_.back() * static_cast<double>(random->Next() >> 11) * 0x1p-53;
    return static_cast<uint32_t>(
        std::lower_bound(sums_.begin(), sums_.end(), at) - sums_.begin());
  }

 private:
  std::vector<double> sums_;
};

// Zipf keys, and after every `pause` of them `burst` keys of a scan.
CacheTrace WithScan(std::string name, const Zipf& zipf, uint32_t keys,
                    size_t pause, size_t burst, size_t length, Random* random) {
  CacheTrace trace{std::move(name), {}, keys};
  uint32_t scanned = 0;
  while (trace.keys.size() < length) {
    for (size_t i = 0; i < pause; ++i) trace.keys.push_back(zipf.Draw(random));
    for (size_t i = 0; i < burst; ++i) {
      trace.keys.push_back(keys + scanned++ % keys);
    }
  }
  return trace;
}

}  // namespace

std::vector<CacheTrace> MakeCacheTraces(uint32_t entries, size_t length,
                                        uint64_t seed) {
  Random random(seed);
  const uint32_t keys = entries * 10;
  const Zipf steep(keys, 0.99);
  const Zipf flat(keys, 0.8);
  const auto make = [length](std::string name, const auto& draw) {
    CacheTrace trace{std::move(name), {}};
    for (size_t i = 0; i < length; ++i) trace.keys.push_back(draw(i));
    return trace;
  };
  std::vector<CacheTrace> traces;
  traces.push_back(
      make("zipf 0.99", [&](size_t) { return steep.Draw(&random); }));
  traces.push_back(
      make("zipf 0.8", [&](size_t) { return flat.Draw(&random); }));
  traces.push_back(WithScan("scan mixed", steep, keys, 1, 1, length, &random));
  traces.push_back(WithScan("scan bursts", steep, keys, entries * 5 / 2,
                            entries * 2, length, &random));
  traces.push_back(make("loop", [&](size_t i) {
    return static_cast<uint32_t>(i % (entries + entries / 10));
  }));
  traces.push_back(make("shift", [&](size_t i) {
    if (random.OneIn(10)) return static_cast<uint32_t>(random.Below(keys));
    const size_t base = i / (entries * 15) * entries * 3 / 4;
    return static_cast<uint32_t>((base + random.Below(entries / 2)) % keys);
  }));
  traces.push_back(make("drift", [&](size_t i) {
    return static_cast<uint32_t>((steep.Draw(&random) + i / 50) % keys);
  }));
  return traces;
}

bool LruModel::Access(uint32_t key) {
  const auto found = entries_.find(key);
  if (found != entries_.end()) {
    order_.splice(order_.begin(), order_, found->second);
    return true;
  }
  if (entries_.size() == entries_max_) {
    entries_.erase(order_.back());
    order_.pop_back();
  }
  order_.push_front(key);
  entries_[key] = order_.begin();
  return false;
}

bool S3FifoModel::Access(uint32_t key) {
  const auto found = entries_.find(key);
  if (found != entries_.end()) {
    found->second.uses = std::min(found->second.uses + 1, 3);
    return true;
  }
  while (entries_.size() >= entries_max_) EvictOne();
  const auto ghost = ghost_counts_.find(key);
  const bool in_main = ghost != ghost_counts_.end();
  entries_[key].in_main = in_main;
  (in_main ? main_ : small_).push_back(key);
  return false;
}

void S3FifoModel::EvictOne() {
  const bool from_small = small_.size() >= small_max_ || main_.empty();
  std::deque<uint32_t>& queue = from_small ? small_ : main_;
  const uint32_t key = queue.front();
  queue.pop_front();
  Entry& entry = entries_[key];
  if (entry.uses > 0) {
    entry.uses = from_small ? 0 : entry.uses - 1;
    main_.push_back(key);
    return;
  }
  entries_.erase(key);
  if (!from_small) return;
  ghosts_.push_back(key);
  ++ghost_counts_[key];
  if (ghosts_.size() <= entries_max_ - small_max_) return;
  if (--ghost_counts_[ghosts_.front()] == 0) {
    ghost_counts_.erase(ghosts_.front());
  }
  ghosts_.pop_front();
}

double MissRatio(const CacheTrace& trace, ModelCache* cache) {
  size_t misses = 0;
  size_t judged = 0;
  for (size_t i = 0; i < trace.keys.size(); ++i) {
    const uint32_t key = trace.keys[i];
    const bool hit = cache->Access(key);
    if (i < trace.keys.size() / 3 || key >= trace.scan_begin) continue;
    ++judged;
    misses += hit ? 0 : 1;
  }
  return static_cast<double>(misses) / static_cast<double>(judged);
}

}  // namespace support
