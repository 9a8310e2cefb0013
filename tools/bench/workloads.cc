#include "bench/workloads.h"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cmath>
#include <filesystem>
#include <map>
#include <numeric>
#include <thread>
#include <utility>

#include "base/random.h"
#include "bench/usage.h"

namespace bench {
namespace {

using Clock = std::chrono::steady_clock;

constexpr size_t kKeyBytes = 16;
constexpr size_t kScanRows = 100;
constexpr double kZipf = 0.99;
// readhot reads as many rows as fit in this share of the memory.
constexpr uint64_t kHotShare = 4;

enum class Pick { kInOrder, kOnce, kEven, kZipf, kHot };
enum class Deed { kPut, kGet, kMiss, kScan, kDelete };

// The i-th key; between two of them lies a missing one.
void MakeKey(uint64_t i, bool missing, std::string* key) {
  key->assign(kKeyBytes, '0');
  (*key)[kKeyBytes - 1] = missing ? 'm' : 'k';
  for (size_t at = kKeyBytes - 1; i > 0 && at > 0; i /= 10) {
    (*key)[--at] = static_cast<char>('0' + i % 10);
  }
}

// A permutation of [0, 2^bits) by which keys are visited once each in no
// order: an odd factor and a shift can both be undone.
uint64_t Scatter(uint64_t i, int bits) {
  const uint64_t mask = (uint64_t{1} << bits) - 1;
  i = (i * 0x9e3779b97f4a7c15) & mask;
  i ^= i >> (bits / 2);
  return (i * 0xd6e8feb86659fd93) & mask;
}

}  // namespace

struct Workloads::Task {
  Deed deed = Deed::kGet;
  Pick pick = Pick::kEven;
  bool fresh = false;  // begins with an empty store
  bool cold = false;   // begins with nothing cached
  bool sync = false;
  bool writer = false;  // one more thread overwrites
  uint64_t operations = 0;
};

Workloads::Workloads(Engine engine, StoreOptions store, LoadOptions load)
    : engine_(std::move(engine)),
      options_(std::move(store)),
      load_(std::move(load)) {
  // Half of each value is noise, half repeats: it compresses to about half.
  base::Random random(load_.seed);
  values_.resize((1 << 20) + load_.value_bytes);
  for (size_t i = 0; i < values_.size(); ++i) {
    values_[i] = i / 50 % 2 == 0 ? static_cast<char>(random.Next()) : 'v';
  }
  for (uint64_t i = 1; i <= load_.keys; ++i) {
    zeta_ += 1 / std::pow(static_cast<double>(i), kZipf);
  }
}

Workloads::~Workloads() = default;

const std::vector<std::string>& Workloads::Names() {
  static const auto& names = *new std::vector<std::string>{
      "fillsync",         "fillseq", "fillrandom",  "overwrite",
      "overwritezipf",    "readhot", "readcold",    "readmissing",
      "readwhilewriting", "scan",    "deleterandom"};
  return names;
}

Workloads::Task Workloads::TaskFor(const std::string& name) {
  const uint64_t reads = load_.operations > 0 ? load_.operations : load_.keys;
  Task task;
  task.operations = reads;
  if (name.starts_with("fill")) {
    task.deed = Deed::kPut;
    task.fresh = true;
    task.sync = name == "fillsync";
    task.pick = name == "fillseq" ? Pick::kInOrder : Pick::kOnce;
    task.operations = load_.keys / (task.sync ? load_.sync_share : 1);
  } else if (name.starts_with("overwrite")) {
    task.deed = Deed::kPut;
    task.pick = name == "overwrite" ? Pick::kEven : Pick::kZipf;
  } else if (name == "readhot") {
    task.pick = Pick::kHot;
  } else if (name == "readcold") {
    task.cold = true;
    task.operations = std::max<uint64_t>(reads / 10, 1);
  } else if (name == "readmissing") {
    task.deed = Deed::kMiss;
  } else if (name == "readwhilewriting") {
    task.writer = true;
  } else if (name == "scan") {
    task.deed = Deed::kScan;
    task.operations = std::max<uint64_t>(reads / kScanRows, 1);
  } else if (name == "deleterandom") {
    task.deed = Deed::kDelete;
    task.pick = Pick::kOnce;
    task.operations = std::max<uint64_t>(load_.keys / 10, 1);
  } else {
    Die("no workload is called " + name);
  }
  return task;
}

void Workloads::OpenNew() {
  store_.reset();
  std::filesystem::remove_all(options_.directory);
  std::filesystem::create_directories(options_.directory);
  store_ = engine_.open(options_);
  live_keys_ = 0;
}

void Workloads::Reopen() {
  store_.reset();
  DropPageCache(options_.directory);
  store_ = engine_.open(options_);
}

void Workloads::Prepare(const Task& task) {
  if (task.fresh) {
    OpenNew();
  } else if (store_ == nullptr) {
    Die("the first workload must fill the store");
  } else if (task.cold) {
    Reopen();
  }
}

void Workloads::Perform(const Task& task, Outcome* outcome) {
  const uint64_t keys = load_.keys;
  const uint64_t hot = std::clamp<uint64_t>(
      options_.memory_bytes / kHotShare / (kKeyBytes + load_.value_bytes), 1,
      keys);
  int bits = 1;
  while (uint64_t{1} << bits < keys) ++bits;
  std::atomic<uint64_t> next = 0;     // operations given out
  std::atomic<uint64_t> scatter = 0;  // of the permutation
  std::atomic<uint64_t> found = 0;

  const auto pick = [&](base::Random& random, uint64_t i) -> uint64_t {
    switch (task.pick) {
      case Pick::kInOrder:
        return i;
      case Pick::kOnce:
        while (true) {
          const uint64_t key = Scatter(scatter.fetch_add(1), bits);
          if (key < keys) return key;
        }
      case Pick::kEven:
        return random.Below(keys);
      case Pick::kHot:
        return random.Below(hot) * (keys / hot);
      case Pick::kZipf: {
        // The inverse of the distribution, by its usual approximation.
        const double u = static_cast<double>(random.Below(1 << 30)) /
                         static_cast<double>(1 << 30) * zeta_;
        if (u < 1) return Scatter(0, bits) % keys;
        if (u < 1 + std::pow(0.5, kZipf)) return Scatter(1, bits) % keys;
        const double alpha = 1 / (1 - kZipf);
        const double eta =
            (1 - std::pow(2.0 / static_cast<double>(keys), 1 - kZipf)) /
            (1 - (1 + std::pow(0.5, kZipf)) / zeta_);
        const auto rank =
            static_cast<uint64_t>(static_cast<double>(keys) *
                                  std::pow(eta * u / zeta_ - eta + 1, alpha));
        return Scatter(std::min(rank, keys - 1), bits) % keys;
      }
    }
    return 0;
  };
  const auto value = [&](base::Random& random) {
    return std::string_view(values_).substr(random.Below(1 << 20),
                                            load_.value_bytes);
  };

  if (task.pick == Pick::kHot) {  // Warm.
    std::string key, read;
    for (uint64_t i = 0; i < hot; ++i) {
      MakeKey(i * (keys / hot), false, &key);
      found += store_->Get(key, &read) ? 1 : 0;
    }
    found = 0;
  }

  const auto work = [&](int thread, Histogram* latency) {
    base::Random random(load_.seed * 1000 + static_cast<uint64_t>(thread));
    std::string key, read;
    uint64_t hits = 0;
    while (true) {
      const uint64_t i = next.fetch_add(1, std::memory_order_relaxed);
      if (i >= task.operations) break;
      MakeKey(pick(random, i), task.deed == Deed::kMiss, &key);
      const auto begin = Clock::now();
      switch (task.deed) {
        case Deed::kPut:
          store_->Put(key, value(random), task.sync);
          break;
        case Deed::kGet:
        case Deed::kMiss:
          hits += store_->Get(key, &read) ? 1 : 0;
          break;
        case Deed::kScan:
          hits += store_->Scan(key, kScanRows);
          break;
        case Deed::kDelete:
          store_->Delete(key, task.sync);
          break;
      }
      latency->Add(static_cast<uint64_t>(
          std::chrono::duration_cast<std::chrono::nanoseconds>(Clock::now() -
                                                               begin)
              .count()));
    }
    found += hits;
  };

  std::atomic<bool> reading = true;
  std::thread writer;
  const auto begin = Clock::now();
  if (task.writer) {
    writer = std::thread([&] {
      base::Random random(load_.seed + 77);
      std::string key;
      for (; reading; ++outcome->writes) {
        MakeKey(random.Below(keys), false, &key);
        store_->Put(key, value(random), false);
      }
    });
  }
  std::vector<Histogram> latencies(static_cast<size_t>(load_.threads));
  std::vector<std::thread> threads;
  for (int i = 0; i < load_.threads; ++i) {
    threads.emplace_back(work, i, &latencies[static_cast<size_t>(i)]);
  }
  for (std::thread& thread : threads) thread.join();
  outcome->seconds =
      std::chrono::duration<double>(Clock::now() - begin).count();
  reading = false;
  if (writer.joinable()) writer.join();
  for (const Histogram& each : latencies) outcome->latency.Merge(each);
  outcome->operations = outcome->latency.count();

  // A benchmark that reads nothing is quick.
  const bool all = task.deed == Deed::kGet && live_keys_ == keys;
  if (all && found != outcome->operations) Die("rows are missing");
  if (task.deed == Deed::kMiss && found != 0) Die("rows that were not written");
  if (task.deed == Deed::kPut && task.fresh) live_keys_ = task.operations;
  if (task.deed == Deed::kDelete) live_keys_ -= task.operations;
}

Outcome Workloads::Run(const std::string& name) {
  const Task task = TaskFor(name);
  Outcome outcome;
  outcome.workload = name;
  Prepare(task);
  const Usage before = Usage::Now();
  Perform(task, &outcome);
  const double cpu = Usage::Now().cpu_seconds - before.cpu_seconds;
  const bool writes = task.deed == Deed::kPut || task.deed == Deed::kDelete;
  if (writes || task.writer) WaitForRest();
  const Usage after = Usage::Now();

  const uint64_t row = kKeyBytes + load_.value_bytes;
  if (task.deed == Deed::kPut) {
    outcome.user_bytes_written = outcome.operations * row;
  } else if (task.deed == Deed::kDelete) {
    outcome.user_bytes_written = outcome.operations * kKeyBytes;
  }
  outcome.user_bytes_written += outcome.writes * row;
  outcome.cpu_us_per_operation =
      cpu * 1e6 / static_cast<double>(outcome.operations);
  outcome.disk_bytes_written = after.bytes_written - before.bytes_written;
  outcome.disk_bytes_read = after.bytes_read - before.bytes_read;
  outcome.live_bytes = live_keys_ * row;
  outcome.disk_bytes = BytesOnDisk(options_.directory);
  outcome.memory_bytes = after.memory_bytes;
  return outcome;
}

}  // namespace bench
