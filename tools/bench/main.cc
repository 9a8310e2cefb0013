// redbed-bench runs workloads on one key-value library and prints one JSON
// object a line for each. tools/redbed-bench runs all of them in turn, and
// makes a table and a picture of the medians.

#include <CLI/CLI.hpp>
#include <cstdio>

#include "bench/workloads.h"

namespace {

double Ratio(uint64_t a, uint64_t b) {
  return b == 0 ? 0 : static_cast<double>(a) / static_cast<double>(b);
}

void Print(const bench::Engine& engine, const bench::LoadOptions& load,
           const bench::StoreOptions& store, const bench::Outcome& outcome) {
  std::printf(
      "{\"engine\": \"%s\", \"version\": \"%s\", \"workload\": \"%s\", "
      "\"keys\": %llu, \"value_bytes\": %llu, \"threads\": %d, "
      "\"memory_budget_bytes\": %llu, \"operations\": %llu, "
      "\"seconds\": %.4f, \"per_second\": %.1f, \"p50_us\": %.2f, "
      "\"p99_us\": %.2f, \"p999_us\": %.2f, \"cpu_us\": %.3f, "
      "\"written_per_user_byte\": %.3f, \"disk_per_user_byte\": %.3f, "
      "\"read_bytes\": %llu, \"writes_beside\": %llu, "
      "\"memory_bytes\": %llu}\n",
      engine.name.c_str(), engine.version.c_str(), outcome.workload.c_str(),
      static_cast<unsigned long long>(load.keys),
      static_cast<unsigned long long>(load.value_bytes), load.threads,
      static_cast<unsigned long long>(store.memory_bytes),
      static_cast<unsigned long long>(outcome.operations), outcome.seconds,
      static_cast<double>(outcome.operations) / outcome.seconds,
      outcome.latency.Percentile(0.5), outcome.latency.Percentile(0.99),
      outcome.latency.Percentile(0.999), outcome.cpu_us_per_operation,
      Ratio(outcome.disk_bytes_written, outcome.user_bytes_written),
      Ratio(outcome.disk_bytes, outcome.live_bytes),
      static_cast<unsigned long long>(outcome.disk_bytes_read),
      static_cast<unsigned long long>(outcome.writes),
      static_cast<unsigned long long>(outcome.memory_bytes));
  std::fflush(stdout);
}

}  // namespace

int main(int count, char** words) {
  CLI::App app{"Workloads on one key-value library, one JSON object each"};
  std::string name = "redbed";
  bool list = false;
  uint64_t memory_mb = 256;
  bench::StoreOptions store;
  bench::LoadOptions load;
  std::vector<std::string> workloads = bench::Workloads::Names();
  app.add_option("--engine", name, "redbed, rocksdb or leveldb");
  app.add_flag("--list", list, "print the engines of this build and end");
  app.add_option("--directory", store.directory, "is emptied by each fill");
  app.add_option("--workloads", workloads, "in this order")->delimiter(',');
  app.add_option("--keys", load.keys)->check(CLI::PositiveNumber);
  app.add_option("--value-bytes", load.value_bytes);
  app.add_option("--operations", load.operations,
                 "of workloads that read or overwrite; 0: as many as keys");
  app.add_option("--sync-share", load.sync_share,
                 "fillsync writes one for this many keys")
      ->check(CLI::PositiveNumber);
  app.add_option("--threads", load.threads)->check(CLI::PositiveNumber);
  app.add_option("--memory-mb", memory_mb)->check(CLI::PositiveNumber);
  app.add_option("--filter-bits", store.filter_bits);
  app.add_flag("!--no-compression", store.compress);
  app.add_option("--seed", load.seed);
  CLI11_PARSE(app, count, words);
  store.memory_bytes = memory_mb << 20;

  for (const bench::Engine& engine : bench::Engines()) {
    if (list) {
      std::printf("%s\n", engine.name.c_str());
    } else if (engine.name == name) {
      if (store.directory.empty()) bench::Die("--directory is needed");
      bench::Workloads all(engine, store, load);
      for (const std::string& workload : workloads) {
        Print(engine, load, store, all.Run(workload));
      }
      return 0;
    }
  }
  if (!list) bench::Die("this build has no engine called " + name);
  return 0;
}
