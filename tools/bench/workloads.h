// Workloads are the loads of redbed-bench: what each thread does again and
// again, and what is measured of it.
//
//   fillseq, fillrandom     a new store; keys in order, or each once at random
//   fillsync                the same at random, each write waits for the disk
//   overwrite, overwritezipf  keys at random: evenly, or a few much oftener
//   readhot, readcold       keys that fit in memory; all, nothing cached
//   readmissing             keys that are not there, between those that are
//   readwhilewriting        readcold, warm, with one writer beside
//   scan                    100 rows from a key at random
//   deleterandom            a tenth of the keys
//
// Threads: Run is called by one thread and starts its own.

#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "bench/histogram.h"
#include "bench/store.h"

namespace bench {

struct LoadOptions {
  uint64_t keys = 1'000'000;
  uint64_t value_bytes = 100;
  // For those that read and overwrite; 0: one for each key.
  uint64_t operations = 0;
  // fillsync makes one write for this many keys.
  uint64_t sync_share = 100;
  int threads = 1;
  uint64_t seed = 1;
};

struct Outcome {
  std::string workload;
  uint64_t operations = 0;
  uint64_t writes = 0;  // of the writer beside the readers
  double seconds = 0;
  Histogram latency;
  double cpu_us_per_operation = 0;
  // Of keys and values written; 0 where nothing was.
  uint64_t user_bytes_written = 0;
  uint64_t disk_bytes_written = 0;  // until the store was at rest
  uint64_t disk_bytes_read = 0;
  uint64_t live_bytes = 0;  // of keys and values in the store
  uint64_t disk_bytes = 0;
  uint64_t memory_bytes = 0;
};

class Workloads {
 public:
  Workloads(Engine engine, StoreOptions store, LoadOptions load);
  ~Workloads();

  static const std::vector<std::string>& Names();
  Outcome Run(const std::string& name);

 private:
  struct Task;
  void OpenNew();
  void Reopen();
  Task TaskFor(const std::string& name);
  void Perform(const Task& task, Outcome* outcome);
  void Prepare(const Task& task);

  const Engine engine_;
  const StoreOptions options_;
  const LoadOptions load_;
  std::string values_;
  double zeta_ = 0;
  uint64_t live_keys_ = 0;
  std::unique_ptr<Store> store_;
};

}  // namespace bench
