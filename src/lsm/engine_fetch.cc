// What the engine reads from its tables: keys that memory misses, while the
// owner waits or while it goes on, and ranges.

#include <utility>

#include "base/random.h"
#include "lsm/compaction/merging_iterator.h"
#include "lsm/engine_body.h"
#include "lsm/key_sampler.h"
#include "lsm/merged_range.h"

namespace lsm {
namespace {

// RandomKey: a range of no more rows is drawn from exactly; how often a draw
// may fall outside the range, or on nothing but dead rows.
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
                                                  std::string_view end,
                                                  RangePages* pages,
                                                  const RangeNeed& need) {
  std::vector<std::unique_ptr<RowIterator>> sources;
  sources.push_back(memory_.NewActiveIterator());
  const auto sealed = memory_.sealed();
  for (auto it = sealed.rbegin(); it != sealed.rend(); ++it) {
    sources.push_back((*it)->NewIterator());
  }
  if (pages == nullptr) {
    version_->AppendIterators(begin, end, {}, &sources);
    return NewMergedRange(std::move(sources), begin, end, need.value_bytes);
  }
  for (const auto& generation : pages->kept()) {
    sources.push_back(generation->NewIterator());
  }
  std::vector<std::unique_ptr<RowIterator>> tables;
  version_->AppendIterators(
      begin, end, {.fill_cache = !need.passing, .cached_only = true}, &tables);
  if (!tables.empty()) {
    sources.push_back(NewPagedIterator(NewMergingIterator(std::move(tables)),
                                       pages, end, need));
  }
  return NewMergedRange(std::move(sources), begin, end, need.value_bytes);
}

void Engine::Body::FetchRangeAsync(std::shared_ptr<RangePages> pages,
                                   size_t bytes_max, Done done) {
  cold_ranges_.Fetch(version_, std::move(pages), bytes_max, std::move(done));
}

// A small range is drawn from exactly; of a large one a place is drawn, and
// then one of the rows that follow it.
base::Result<std::optional<std::string>> Engine::Body::RandomKey(
    std::string_view begin, std::string_view end, uint64_t seed,
    RangePages* pages) {
  base::Random random(seed);
  std::vector<std::string> first_keys;
  const RangeNeed few = {.rows = kExactSampleRows + 1, .value_bytes = 0};
  std::unique_ptr<RangeView> range = NewRange(begin, end, pages, few);
  for (; range->Valid(); range->Next()) {
    if (first_keys.size() == kExactSampleRows) break;
    first_keys.emplace_back(range->key());
  }
  TRY(range->status());
  if (first_keys.empty()) return std::optional<std::string>();
  if (range->Valid()) {
    const KeySampler sampler(memory_, *version_, begin, end);
    for (int attempt = 0; attempt < kSampleAttempts; ++attempt) {
      const std::optional<KeySampler::Place> place = sampler.Draw(&random);
      if (!place) continue;
      size_t steps = random.Below(place->rows);
      const RangeNeed one = {.rows = place->rows, .value_bytes = 0};
      range = NewRange(place->from, end, pages, one);
      for (; range->Valid() && steps > 0; --steps) range->Next();
      TRY(range->status());
      if (range->Valid()) return std::optional(std::string(range->key()));
    }
  }
  return std::optional<std::string>(
      std::move(first_keys[random.Below(first_keys.size())]));
}

}  // namespace lsm
