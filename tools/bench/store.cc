#include "bench/store.h"

#include <cstdlib>
#include <iostream>

namespace bench {

void Die(std::string_view what) {
  std::cerr << "redbed-bench: " << what << "\n";
  std::exit(1);
}

std::vector<Engine> Engines() {
  std::vector<Engine> engines = {Redbed()};
#ifdef BENCH_ROCKSDB
  engines.push_back(RocksDb());
#endif
#ifdef BENCH_LEVELDB
  engines.push_back(LevelDb());
#endif
  return engines;
}

}  // namespace bench
