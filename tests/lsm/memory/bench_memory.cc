// Nanoseconds per operation of the memory, in Release:
//
//   bench_memory [keys]
//
// Not built by default and not a test: numbers depend on the machine.

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

#include "base/random.h"
#include "lsm/memory/memory_store.h"

namespace lsm {
namespace {

std::string Key(uint64_t n) {
  // Space, database, then 16 characters: 21 bytes, shuffled by the caller.
  std::string key("\x01\x00\x00\x00\x07", 5);
  std::string digits = std::to_string(n);
  key += "key:";
  key.append(12 - digits.size(), '0');
  return key + digits;
}

// The keys first to first + n - 1, in random order.
std::vector<std::string> Keys(uint64_t first, size_t n, base::Random& random) {
  std::vector<std::string> keys(n);
  for (size_t i = 0; i < n; ++i) keys[i] = Key(first + i);
  for (size_t i = n; i > 1; --i) std::swap(keys[i - 1], keys[random.Below(i)]);
  // In fresh strings, so that reading them in order is reading memory in
  // order, as from an input buffer.
  return {keys.begin(), keys.end()};
}

// Runs body(i) for i below n and prints the mean.
template <typename Body>
void Measure(const char* name, size_t n, Body body) {
  const auto start = std::chrono::steady_clock::now();
  auto last = start;
  int64_t worst = 0;
  constexpr size_t kSlice = 8;
  for (size_t i = 0; i < n; ++i) {
    body(i);
    if (i % kSlice == 0) {
      const auto now = std::chrono::steady_clock::now();
      worst = std::max<int64_t>(worst, (now - last).count());
      last = now;
    }
  }
  const double total = static_cast<double>((last - start).count());
  std::printf("%-34s %8.1f ns/op   worst 8 ops %6.1f us\n", name,
              total / static_cast<double>(n),
              static_cast<double>(worst) / 1000);
}

void Run(size_t n) {
  base::Random random(1);
  const std::vector<std::string> keys = Keys(0, n, random);
  const std::vector<std::string> missing = Keys(n, n, random);
  const std::vector<std::string> looked_up = Keys(0, n, random);
  const std::string value(100, 'v');
  const std::string value_2(104, 'w');
  size_t sink = 0;
  Sequence sequence = 0;

  MemoryStore store{MemoryOptions{}};
  Measure("Put new", n, [&](size_t i) {
    store.Put(keys[i], HashKey(keys[i]), ++sequence, value, true);
  });
  std::printf(
      "  bytes a row: record %.1f, tree %.1f, index %.1f\n",
      static_cast<double>(store.Find(keys[0], HashKey(keys[0]))->bytes()),
      static_cast<double>(store.active_bytes()) / static_cast<double>(n) -
          static_cast<double>(store.Find(keys[0], HashKey(keys[0]))->bytes()),
      static_cast<double>(store.index_bytes()) / static_cast<double>(n));
  Measure("Find hit", n, [&](size_t i) {
    sink += store.Find(looked_up[i], HashKey(looked_up[i]))->value().size();
  });
  Measure("Find hit, reading the value", n, [&](size_t i) {
    const Record* record = store.Find(looked_up[i], HashKey(looked_up[i]));
    sink += static_cast<uint8_t>(record->value().back());
  });
  Measure("Find miss", n, [&](size_t i) {
    sink += store.Find(missing[i], HashKey(missing[i])) != nullptr;
  });
  constexpr size_t kBatch = 16;
  Measure("Find hit, 16 prefetched", n / kBatch, [&](size_t i) {
    uint64_t hashes[kBatch];
    const std::string* batch = &looked_up[i * kBatch];
    for (size_t k = 0; k < kBatch; ++k) {
      hashes[k] = HashKey(batch[k]);
      store.Prefetch(hashes[k]);
    }
    for (size_t k = 0; k < kBatch; ++k) store.PrefetchRecord(hashes[k]);
    for (size_t k = 0; k < kBatch; ++k) {
      sink += store.Find(batch[k], hashes[k])->value().size();
    }
  });
  std::printf("  (one op of the line above is 16 lookups)\n");
  Measure("Put over, in place", n, [&](size_t i) {
    store.Put(looked_up[i], HashKey(looked_up[i]), ++sequence, value_2, false);
  });
  const std::string value_3(220, 'x');
  Measure("Put over, outgrown", n, [&](size_t i) {
    store.Put(keys[i], HashKey(keys[i]), ++sequence, value_3, false);
  });
  Measure("Generation::Find", n, [&](size_t i) {
    sink += store.SettledActive().Find(looked_up[i])->value().size();
  });
  Measure("Seal", 1, [&](size_t) { store.Seal(); });
  const auto it = store.sealed()[0]->NewIterator();
  it->SeekToFirst();
  Measure("Next", n, [&](size_t) {
    sink += it->key().size();
    it->Next();
  });
  Measure("Put over a sealed record", n, [&](size_t i) {
    store.Put(looked_up[i], HashKey(looked_up[i]), ++sequence, value_3, false);
  });
  store.FlushedUpTo(1);
  Measure("FreeSome(1), a record or a slab", n,
          [&](size_t) { store.FreeSome(1); });
  store.Seal();
  store.FlushedUpTo(2);
  while (store.FreeSome(1000)) {
  }
  Measure("Put over a clean record", n, [&](size_t i) {
    store.Put(keys[i], HashKey(keys[i]), ++sequence, value_3, false);
  });
  store.Seal();
  store.FlushedUpTo(3);
  while (store.FreeSome(1000)) {
  }
  Measure("EvictClean, 16 steps", n,
          [&](size_t) { sink += store.EvictClean(SIZE_MAX, 16); });
  std::printf("  left: %zu records (%zu)\n", store.records(), sink);

  Measure("Put new, memory used before", n, [&](size_t i) {
    store.Put(keys[i], HashKey(keys[i]), ++sequence, value, true);
  });
  store.Seal();
  std::vector<std::string> rising(n);
  for (size_t i = 0; i < n; ++i) rising[i] = Key(2 * n + i);
  Measure("Put new, keys in order", n, [&](size_t i) {
    store.Put(rising[i], HashKey(rising[i]), ++sequence, value, true);
  });
}

}  // namespace
}  // namespace lsm

int main(int argc, char** argv) {
  lsm::Run(argc > 1 ? std::strtoul(argv[1], nullptr, 10) : 1000000);
  return 0;
}
