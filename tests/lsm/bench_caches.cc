// Miss ratios of the caches, beside LRU and S3-FIFO of the books:
//
//   bench_caches [entries]
//
// Not built by default. Nothing here depends on the machine.

#include <cstdio>
#include <cstdlib>
#include <memory>

#include "lsm/cached_blocks.h"
#include "lsm/cached_records.h"
#include "support/cache_traces.h"

int main(int argc, char** argv) {
  const uint32_t entries =
      argc > 1 ? static_cast<uint32_t>(std::atoi(argv[1])) : 20000;
  std::printf("%-12s %8s %8s %8s %8s\n", "", "LRU", "S3-FIFO", "records",
              "blocks");
  for (const support::CacheTrace& trace :
       support::MakeCacheTraces(entries, size_t{150} * entries, /*seed=*/1)) {
    std::unique_ptr<support::ModelCache> caches[] = {
        std::make_unique<support::LruModel>(entries),
        std::make_unique<support::S3FifoModel>(entries),
        std::make_unique<lsm::CachedRecords>(entries),
        std::make_unique<lsm::CachedBlocks>(entries),
    };
    std::printf("%-12s", trace.name.c_str());
    for (const auto& cache : caches) {
      std::printf(" %8.4f", support::MissRatio(trace, cache.get()));
      std::fflush(stdout);
    }
    std::printf("\n");
  }
}
