// Nanoseconds per lookup and megabytes per second of tables, in Release:
//
//   bench_table [rows]
//
// Not built by default and not a test: numbers depend on the machine.

#include <time.h>

#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

#include "lsm/table/table_lab.h"

namespace lsm {
namespace {

// Of this thread on a processor: others may be using the machine.
double Seconds() {
  timespec time = {};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
  return static_cast<double>(time.tv_sec) +
         static_cast<double>(time.tv_nsec) * 1e-9;
}

// Runs body(i) for i below n and prints the mean.
template <typename Body>
void Measure(const char* name, size_t n, Body body) {
  const double start = Seconds();
  for (size_t i = 0; i < n; ++i) body(i);
  std::printf("%-44s %8.1f ns\n", name,
              (Seconds() - start) * 1e9 / static_cast<double>(n));
}

std::string Key(uint64_t n) {
  std::string key("\x01\x00\x00\x00\x07", 5);
  const std::string digits = std::to_string(n);
  return key + "key:" + std::string(12 - digits.size(), '0') + digits;
}

// Half of each value repeats itself, as JSON does.
std::string MakeValue(base::Random& random) {
  std::string value = "{\"id\":\"";
  while (value.size() < 100) {
    value += std::to_string(random.Below(1'000'000));
    value += "\",\"name\":\"";
  }
  value.resize(100);
  return value;
}

void Run(size_t n) {
  base::Random random(1);
  std::vector<Row> rows;
  uint64_t raw_bytes = 0;
  for (size_t i = 0; i < n; ++i) {
    rows.push_back(Value(Key(i * 2), i + 1, MakeValue(random)));
    raw_bytes += rows.back().key.size() + 8 + rows.back().value.size();
  }
  const auto report = [raw_bytes](const char* name, double seconds) {
    std::printf("%-44s %8.1f MB/s\n", name,
                static_cast<double>(raw_bytes) / seconds / 1e6);
  };
  TableLab lab;
  BlockCache cache(uint64_t{4} << 30);
  lab.cache_ = &cache;
  for (const auto& [name, compression] :
       {std::pair("build, raw", Compression::kNone),
        std::pair("build, zstd", Compression::kZstd),
        std::pair("build, LZ4", Compression::kLz4)}) {
    lab.options_.compression = compression;
    const double start = Seconds();
    const TableProperties properties = lab.Build(rows);
    report(name, Seconds() - start);
    std::printf("  %.1f MB in %lu blocks\n",
                static_cast<double>(properties.file_bytes) / 1e6,
                static_cast<unsigned long>(properties.data_blocks));
  }
  const auto table = lab.Open().value();
  std::printf(
      "  memory per row: %.2f bytes\n",
      static_cast<double>(table->memory_bytes()) / static_cast<double>(n));
  {
    const auto it = table->NewIterator({false, 256 << 10});
    const double start = Seconds();
    for (it->SeekToFirst(); it->Valid(); it->Next()) {
    }
    report("scan, LZ4, readahead, not cached", Seconds() - start);
  }

  constexpr size_t kLookups = 1'000'000;
  std::vector<std::string> keys;
  std::vector<uint64_t> hashes;
  std::vector<uint64_t> absent;
  for (size_t i = 0; i < kLookups; ++i) {
    keys.push_back(Key(random.Below(n) * 2));
    hashes.push_back(HashKey(keys.back()));
    absent.push_back(HashKey(Key(random.Below(n) * 2 + 1)));
  }
  size_t sink = 0;
  const auto get = [&](size_t i) {
    sink += table->Get(keys[i], hashes[i], kSequenceMax).value()->packed;
  };
  Measure("MayContain, absent", kLookups,
          [&](size_t i) { sink += table->MayContain(absent[i]); });
  std::printf("  %.2f %% passed\n",
              100.0 * static_cast<double>(sink) / kLookups);
  Measure("MayContain, present", kLookups,
          [&](size_t i) { sink += table->MayContain(hashes[i]); });
  Measure("Get, blocks read from the file", 100'000, get);
  for (size_t i = 0; i < kLookups; ++i) get(i);
  Measure("Get, blocks cached", kLookups, get);
  const auto it = table->NewIterator({});
  Measure("Seek, blocks cached", kLookups, [&](size_t i) {
    it->Seek(keys[i]);
    sink += it->packed();
  });
  Measure("BlockCache::Lookup, hit", kLookups, [&](size_t i) {
    // The first file id, at a few offsets.
    sink += static_cast<bool>(cache.Lookup(1, i & 7));
  });

  // One block, again and again: what searching in it costs.
  const std::string stored = lab.Bytes();
  const size_t in_block = 30;
  BlockBuilder builder(16);
  for (size_t i = 0; i < in_block; ++i) {
    builder.Add(i == 0 ? "" : rows[i - 1].key, rows[i].key, rows[i].packed,
                rows[i].value);
  }
  const std::string_view bytes = builder.Finish();
  Buffer buffer(bytes.size());
  std::copy(bytes.begin(), bytes.end(), buffer.data());
  const Block block = Block::Parse(std::move(buffer)).value();
  Measure("Block::Find, block of 30 rows in L1", kLookups, [&](size_t i) {
    uint64_t packed = 0;
    std::string_view value;
    sink += static_cast<size_t>(
        block.Find(rows[i * 7 % in_block].key, kSequenceMax, &packed, &value));
  });
  std::printf("(%zu)\n", sink & 1);
}

}  // namespace
}  // namespace lsm

int main(int argc, char** argv) {
  lsm::Run(argc > 1 ? std::strtoull(argv[1], nullptr, 10) : 500'000);
}
