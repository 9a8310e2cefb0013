#include "lsm/expiry_walk.h"

#include <utility>

#include "lsm/table/blob_reference.h"
#include "lsm/table/table_iterator.h"

namespace lsm {
namespace {

constexpr size_t kReportRows = 256;
constexpr size_t kReadaheadBytes = 256 << 10;

// 0: never.
base::Result<int64_t> ExpiryOf(const Options& options,
                               const TableIterator& row) {
  switch (KindOf(row.packed())) {
    case Kind::kTombstone:
      return 0;
    case Kind::kValue:
      return options.expiry_of(row.key(), row.value());
    case Kind::kBlobValue:
      break;
  }
  TRY_ASSIGN(const BlobReference reference, BlobReference::Decode(row.value()));
  return reference.expires_ms;
}

}  // namespace

ExpiryWalk::Plan ExpiryWalk::Begin(const Version& version, int64_t horizon_ms,
                                   size_t rows_max) {
  Plan plan;
  plan.horizon_ms = horizon_ms;
  plan.rows_max = rows_max;
  std::unordered_map<uint64_t, Place> present;
  for (int level = 0; level < kLevelsMax; ++level) {
    for (const auto& run : version.level(level)) {
      for (const TableFilePtr& file : run->files()) {
        const auto known = places_.find(file->number());
        Place place;
        if (known != places_.end()) {
          place = std::move(known->second);
        } else {
          place.due_ms = file->table()->properties().earliest_expiry_ms;
        }
        if (place.due_ms != 0 && place.due_ms <= horizon_ms) {
          plan.files.push_back(file);
          plan.places.push_back(place);
        }
        present.emplace(file->number(), std::move(place));
      }
    }
  }
  places_ = std::move(present);
  return plan;
}

base::Status ExpiryWalk::Run(const Options& options, const Report& report,
                             const std::function<bool()>& should_stop,
                             Plan* plan) {
  std::vector<ExpiringRow> rows;
  size_t rows_left = plan->rows_max;
  for (const TableFilePtr& file : plan->files) {
    Place& place = plan->places[plan->read];
    int64_t next_due_ms = std::exchange(place.due_before_ms, 0);
    const auto row = file->table()->NewIterator(
        {.fill_cache = false, .readahead_bytes = kReadaheadBytes});
    for (row->Seek(std::exchange(place.from, {})); row->Valid(); row->Next()) {
      TRY_ASSIGN(const int64_t expires_ms, ExpiryOf(options, *row));
      if (expires_ms == 0) continue;
      if (expires_ms > plan->horizon_ms) {
        if (next_due_ms == 0 || expires_ms < next_due_ms) {
          next_due_ms = expires_ms;
        }
        continue;
      }
      if (rows_left == 0) {
        plan->stopped = true;
        place.from = row->key();
        place.due_before_ms = next_due_ms;
        break;
      }
      --rows_left;
      rows.push_back(
          {std::string(row->key()), SequenceOf(row->packed()), expires_ms});
      if (rows.size() == kReportRows) report(std::exchange(rows, {}));
      if (should_stop()) return base::Status::Ok();
    }
    TRY(row->status());
    ++plan->read;
    if (plan->stopped) break;
    place.due_ms = next_due_ms;
  }
  if (!rows.empty()) report(std::move(rows));
  return base::Status::Ok();
}

void ExpiryWalk::End(const Plan& plan) {
  for (size_t i = 0; i < plan.read; ++i) {
    const auto it = places_.find(plan.files[i]->number());
    if (it != places_.end()) it->second = plan.places[i];
  }
}

}  // namespace lsm
