// Metrics are the numbers by which a running server is watched. Each part
// adds its own to the Registry that it is given; the admin page and INFO read
// them there.
//
//   Counter* const hits = registry->AddCounter(
//       "redbed_cache_hits_total", "Blocks found in the cache.", {});
//   hits->Add();
//
// Three kinds, as Prometheus has them: a counter only grows, a gauge moves
// either way, a histogram shows how values are spread. Where a number is
// kept elsewhere already, a callback reads it when somebody looks.
//
// Invariants
//   - A family (all metrics of one name) has one kind and one help text.
//   - Adding the same name and labels again gives the same metric, so that an
//     engine that is opened again goes on counting.
//
// Threads: a Registry is guarded. A metric is shared: Add, Set and Record by
// one thread at a time, the *Shared variants by any; one metric uses one of
// the two. Callbacks run on the thread that reads.

#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "base/histogram.h"
#include "base/mutex.h"

namespace base {

class Counter {
 public:
  void Add(uint64_t n = 1) {
    value_.store(value() + n, std::memory_order_relaxed);
  }
  void AddShared(uint64_t n = 1) {
    value_.fetch_add(n, std::memory_order_relaxed);
  }
  uint64_t value() const { return value_.load(std::memory_order_relaxed); }
  void Reset() { value_.store(0, std::memory_order_relaxed); }

 private:
  std::atomic<uint64_t> value_ = 0;  // Shared. Relaxed: it stands alone.
};

class Gauge {
 public:
  void Set(int64_t value) { value_.store(value, std::memory_order_relaxed); }
  void Add(int64_t n) { Set(value() + n); }
  void AddShared(int64_t n) { value_.fetch_add(n, std::memory_order_relaxed); }
  int64_t value() const { return value_.load(std::memory_order_relaxed); }

 private:
  std::atomic<int64_t> value_ = 0;  // Shared. Relaxed: it stands alone.
};

// Names and values, such as {{"command", "get"}}.
using Labels = std::vector<std::pair<std::string, std::string>>;

enum class MetricKind { kCounter, kGauge, kHistogram };

class Registry {
 public:
  Registry() = default;
  Registry(const Registry&) = delete;
  Registry& operator=(const Registry&) = delete;

  // The metrics live as long as the registry.
  // REQUIRES: names match [a-zA-Z_:][a-zA-Z0-9_:]*; a family keeps its kind.
  Counter* AddCounter(std::string_view name, std::string_view help,
                      Labels labels);
  Gauge* AddGauge(std::string_view name, std::string_view help, Labels labels);
  // `unit` is what one recorded unit is in the exposition: 1e-6 for values in
  // microseconds of a family whose name ends in _seconds.
  Histogram* AddHistogram(std::string_view name, std::string_view help,
                          Labels labels, double unit);

  // `kind` is kCounter or kGauge. Replaces an earlier callback.
  void AddCallback(MetricKind kind, std::string_view name,
                   std::string_view help, Labels labels,
                   std::function<double()> read);
  // Whoever is read must call this before it dies.
  void RemoveCallback(std::string_view name, const Labels& labels);

  // All of it in the text format of Prometheus, version 0.0.4.
  std::string Exposition() const;

  // Counters and histograms begin again at zero (CONFIG RESETSTAT).
  void Reset();

 private:
  using Callback = std::function<double()>;
  struct Scaled {
    std::unique_ptr<Histogram> histogram;
    double unit;
  };
  struct Series {
    Labels labels;
    std::variant<std::unique_ptr<Counter>, std::unique_ptr<Gauge>, Scaled,
                 Callback>
        metric;
  };
  struct Family {
    MetricKind kind;
    std::string help;
    std::vector<Series> series;
  };

  // The family of this name, made if need be, and in it the series of these
  // labels or nullptr.
  Series* Find(MetricKind kind, std::string_view name, std::string_view help,
               const Labels& labels, Family** family) REQUIRES(mutex_);
  static void WriteSeries(std::string_view name, const Series& series,
                          std::string* out);

  // Guarded. Callbacks run under the mutex, so none is running when
  // RemoveCallback returns.
  mutable Mutex mutex_;
  std::map<std::string, Family, std::less<>> families_ GUARDED_BY(mutex_);
};

}  // namespace base
