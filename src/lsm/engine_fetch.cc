// What the engine reads from its tables: keys that memory misses, while the
// owner waits or while it goes on, and ranges.

#include <utility>

#include "base/random.h"
#include "lsm/engine_body.h"
#include "lsm/key_sampler.h"
#include "lsm/merged_range.h"

namespace lsm {
namespace {

// RandomKey: a range of fewer rows is drawn from exactly; how often a draw
// may turn out to be dead.
constexpr size_t kExactSampleRows = 128;
constexpr int kSampleAttempts = 64;

}  // namespace

base::Status Engine::Body::Fetch(std::span<const std::string> keys) {
  for (const std::string& key : keys) {
    const uint64_t hash = HashKey(key);
    if (memory_.Find(key, hash) != nullptr) continue;
    ++stats_.fetches;
    TRY_ASSIGN(const std::optional<TableRow> row,
               version_->Get(key, hash, kSequenceMax));
    if (row) {
      memory_.InstallClean(key, hash, row->packed, row->value);
    } else {
      memory_.InstallClean(key, hash, Pack(0, Kind::kTombstone), {});
    }
  }
  return base::Status::Ok();
}

bool Engine::Body::FetchAsync(std::span<const std::string> keys, Done done) {
  std::vector<std::string> missing;
  for (const std::string& key : keys) {
    if (memory_.Find(key, HashKey(key)) == nullptr) missing.push_back(key);
  }
  if (missing.empty()) return false;
  stats_.fetches += cold_reads_.Fetch(version_, missing, std::move(done));
  return true;
}

std::unique_ptr<RangeView> Engine::Body::NewRange(std::string_view begin,
                                                  std::string_view end) {
  std::vector<std::unique_ptr<RowIterator>> sources;
  sources.push_back(memory_.NewActiveIterator());
  const auto sealed = memory_.sealed();
  for (auto it = sealed.rbegin(); it != sealed.rend(); ++it) {
    sources.push_back((*it)->NewIterator());
  }
  version_->AppendIterators(begin, end, {}, &sources);
  return NewMergedRange(std::move(sources), begin, end);
}

// A small range is drawn from exactly; a large one by sampling, where a draw
// that turns out to be dead is drawn again.
base::Result<std::optional<std::string>> Engine::Body::RandomKey(
    std::string_view begin, std::string_view end, uint64_t seed) {
  base::Random random(seed);
  std::vector<std::string> first_keys;
  std::unique_ptr<RangeView> range = NewRange(begin, end);
  for (; range->Valid(); range->Next()) {
    if (first_keys.size() == kExactSampleRows) break;
    first_keys.emplace_back(range->key());
  }
  TRY(range->status());
  if (first_keys.empty()) return std::optional<std::string>();
  const bool is_all = !range->Valid();
  range.reset();
  if (!is_all) {
    const KeySampler sampler(memory_, *version_, begin, end);
    for (int attempt = 0; attempt < kSampleAttempts; ++attempt) {
      TRY_ASSIGN(std::optional<std::string> key, sampler.Draw(&random));
      if (!key) continue;
      TRY(Fetch({&*key, 1}));
      if (Get(*key, HashKey(*key)).found == Found::kValue) return key;
    }
  }
  return std::optional<std::string>(
      std::move(first_keys[random.Below(first_keys.size())]));
}

}  // namespace lsm
