#include "base/metrics.h"

#include <algorithm>
#include <cctype>
#include <cmath>
#include <cstdio>

#include "base/check.h"
#include "base/strings.h"

namespace base {
namespace {

bool IsMetricName(std::string_view name) {
  if (name.empty() || std::isdigit(static_cast<unsigned char>(name[0]))) {
    return false;
  }
  return std::all_of(name.begin(), name.end(), [](unsigned char c) {
    return std::isalnum(c) || c == '_' || c == ':';
  });
}

// In help texts backslash and newline are escaped, in label values the
// quotation mark too.
void AppendEscaped(std::string_view text, bool quoted, std::string* out) {
  for (const char c : text) {
    if (c == '\\') {
      out->append("\\\\");
    } else if (c == '\n') {
      out->append("\\n");
    } else if (c == '"' && quoted) {
      out->append("\\\"");
    } else {
      out->push_back(c);
    }
  }
}

void AppendLabel(std::string_view name, std::string_view value,
                 std::string* out) {
  out->append(name).append("=\"");
  AppendEscaped(value, /*quoted=*/true, out);
  out->push_back('"');
}

// `bound` is the value of the label `le`, empty for none.
void AppendName(std::string_view name, std::string_view suffix,
                const Labels& labels, std::string_view bound,
                std::string* out) {
  out->append(name).append(suffix);
  if (labels.empty() && bound.empty()) {
    out->push_back(' ');
    return;
  }
  char separator = '{';
  for (const auto& [label, value] : labels) {
    out->push_back(separator);
    AppendLabel(label, value, out);
    separator = ',';
  }
  if (!bound.empty()) {
    out->push_back(separator);
    AppendLabel("le", bound, out);
  }
  out->append("} ");
}

std::string Number(double value) {
  if (std::isnan(value)) return "NaN";
  if (std::isinf(value)) return value > 0 ? "+Inf" : "-Inf";
  char text[32];
  // Whole numbers in full, as far as a double is exact.
  const bool whole = value == std::floor(value) && std::fabs(value) < 9e15;
  std::snprintf(text, sizeof text, whole ? "%.0f" : "%.9g", value);
  return text;
}

// One line for each power of two up to the largest value seen. That the list
// grows with the values does no harm: below a new bound everything was.
void AppendHistogram(std::string_view name, const Labels& labels,
                     const HistogramSnapshot& snapshot, double unit,
                     std::string* out) {
  const uint64_t count = snapshot.count();
  for (int power = 0; power <= HistogramSnapshot::kValueBits; ++power) {
    const uint64_t below = snapshot.CountBelowPower(power);
    const double bound = static_cast<double>((uint64_t{1} << power) - 1) * unit;
    AppendName(name, "_bucket", labels, Number(bound), out);
    out->append(std::to_string(below)).push_back('\n');
    if (below == count) break;
  }
  AppendName(name, "_bucket", labels, "+Inf", out);
  out->append(std::to_string(count)).push_back('\n');
  AppendName(name, "_sum", labels, "", out);
  out->append(Number(static_cast<double>(snapshot.sum) * unit));
  out->push_back('\n');
  AppendName(name, "_count", labels, "", out);
  out->append(std::to_string(count)).push_back('\n');
}

const char* KindName(MetricKind kind) {
  switch (kind) {
    case MetricKind::kCounter:
      return "counter";
    case MetricKind::kGauge:
      return "gauge";
    case MetricKind::kHistogram:
      break;
  }
  return "histogram";
}

}  // namespace

Registry::Series* Registry::Find(MetricKind kind, std::string_view name,
                                 std::string_view help, const Labels& labels,
                                 Family** family) {
  CHECK(IsMetricName(name));
  const auto it =
      families_
          .try_emplace(std::string(name), Family{kind, std::string(help), {}})
          .first;
  CHECK(it->second.kind == kind);
  *family = &it->second;
  for (Series& series : it->second.series) {
    if (series.labels == labels) return &series;
  }
  return nullptr;
}

Counter* Registry::AddCounter(std::string_view name, std::string_view help,
                              Labels labels) {
  MutexLock lock(mutex_);
  Family* family;
  Series* series = Find(MetricKind::kCounter, name, help, labels, &family);
  if (series == nullptr) {
    series = &family->series.emplace_back(
        Series{std::move(labels), std::make_unique<Counter>()});
  }
  auto* const counter = std::get_if<std::unique_ptr<Counter>>(&series->metric);
  CHECK(counter != nullptr);
  return counter->get();
}

Gauge* Registry::AddGauge(std::string_view name, std::string_view help,
                          Labels labels) {
  MutexLock lock(mutex_);
  Family* family;
  Series* series = Find(MetricKind::kGauge, name, help, labels, &family);
  if (series == nullptr) {
    series = &family->series.emplace_back(
        Series{std::move(labels), std::make_unique<Gauge>()});
  }
  auto* const gauge = std::get_if<std::unique_ptr<Gauge>>(&series->metric);
  CHECK(gauge != nullptr);
  return gauge->get();
}

Histogram* Registry::AddHistogram(std::string_view name, std::string_view help,
                                  Labels labels, double unit) {
  MutexLock lock(mutex_);
  Family* family;
  Series* series = Find(MetricKind::kHistogram, name, help, labels, &family);
  if (series == nullptr) {
    series = &family->series.emplace_back(Series{
        std::move(labels), Scaled{std::make_unique<Histogram>(), unit}
    });
  }
  auto* const scaled = std::get_if<Scaled>(&series->metric);
  CHECK(scaled != nullptr);
  return scaled->histogram.get();
}

void Registry::AddCallback(MetricKind kind, std::string_view name,
                           std::string_view help, Labels labels,
                           std::function<double()> read) {
  CHECK(kind != MetricKind::kHistogram);
  MutexLock lock(mutex_);
  Family* family;
  Series* const series = Find(kind, name, help, labels, &family);
  if (series == nullptr) {
    family->series.push_back({std::move(labels), std::move(read)});
    return;
  }
  auto* const callback = std::get_if<Callback>(&series->metric);
  CHECK(callback != nullptr);
  *callback = std::move(read);
}

void Registry::RemoveCallback(std::string_view name, const Labels& labels) {
  MutexLock lock(mutex_);
  const auto family = families_.find(name);
  if (family == families_.end()) return;
  std::erase_if(family->second.series, [&](const Series& series) {
    return series.labels == labels &&
           std::holds_alternative<Callback>(series.metric);
  });
}

void Registry::WriteSeries(std::string_view name, const Series& series,
                           std::string* out) {
  if (const auto* scaled = std::get_if<Scaled>(&series.metric)) {
    AppendHistogram(name, series.labels, scaled->histogram->Snapshot(),
                    scaled->unit, out);
    return;
  }
  AppendName(name, "", series.labels, "", out);
  if (const auto* counter =
          std::get_if<std::unique_ptr<Counter>>(&series.metric)) {
    out->append(std::to_string((*counter)->value()));
  } else if (const auto* gauge =
                 std::get_if<std::unique_ptr<Gauge>>(&series.metric)) {
    out->append(std::to_string((*gauge)->value()));
  } else {
    out->append(Number(std::get<Callback>(series.metric)()));
  }
  out->push_back('\n');
}

std::string Registry::Exposition() const {
  std::string out;
  MutexLock lock(mutex_);
  for (const auto& [name, family] : families_) {
    if (family.series.empty()) continue;
    out.append("# HELP ").append(name).append(" ");
    AppendEscaped(family.help, /*quoted=*/false, &out);
    out.append("\n# TYPE ").append(name).append(" ");
    out.append(KindName(family.kind)).append("\n");
    for (const Series& series : family.series) {
      WriteSeries(name, series, &out);
    }
  }
  return out;
}

void Registry::Reset() {
  MutexLock lock(mutex_);
  for (auto& [name, family] : families_) {
    for (Series& series : family.series) {
      if (auto* counter =
              std::get_if<std::unique_ptr<Counter>>(&series.metric)) {
        (*counter)->Reset();
      } else if (auto* scaled = std::get_if<Scaled>(&series.metric)) {
        scaled->histogram->Reset();
      }
    }
  }
}

}  // namespace base
