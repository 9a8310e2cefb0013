#include "lsm/expiry_walk.h"

#include <utility>

#include "lsm/table/blob_reference.h"
#include "lsm/table/table_iterator.h"

namespace lsm {
namespace {

constexpr size_t kReportRows = 1024;
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

ExpiryWalk::Plan ExpiryWalk::Begin(const Version& version, int64_t horizon_ms) {
  Plan plan;
  plan.horizon_ms = horizon_ms;
  std::unordered_map<uint64_t, int64_t> present;
  for (int level = 0; level < kLevelsMax; ++level) {
    for (const auto& run : version.level(level)) {
      for (const TableFilePtr& file : run->files()) {
        const auto known = next_due_ms_.find(file->number());
        const int64_t due_ms =
            known != next_due_ms_.end()
                ? known->second
                : file->table()->properties().earliest_expiry_ms;
        present.emplace(file->number(), due_ms);
        if (due_ms != 0 && due_ms <= horizon_ms) plan.files.push_back(file);
      }
    }
  }
  next_due_ms_ = std::move(present);
  return plan;
}

base::Status ExpiryWalk::Run(const Options& options, const Report& report,
                             const std::function<bool()>& should_stop,
                             Plan* plan) {
  std::vector<ExpiringRow> rows;
  for (const TableFilePtr& file : plan->files) {
    int64_t next_due_ms = 0;
    const auto row = file->table()->NewIterator(
        {.fill_cache = false, .readahead_bytes = kReadaheadBytes});
    for (row->SeekToFirst(); row->Valid(); row->Next()) {
      TRY_ASSIGN(const int64_t expires_ms, ExpiryOf(options, *row));
      if (expires_ms == 0) continue;
      if (expires_ms > plan->horizon_ms) {
        if (next_due_ms == 0 || expires_ms < next_due_ms) {
          next_due_ms = expires_ms;
        }
        continue;
      }
      rows.push_back(
          {std::string(row->key()), SequenceOf(row->packed()), expires_ms});
      if (rows.size() == kReportRows) report(std::exchange(rows, {}));
      if (should_stop()) return base::Status::Ok();
    }
    TRY(row->status());
    plan->next_due_ms.push_back(next_due_ms);
  }
  if (!rows.empty()) report(std::move(rows));
  return base::Status::Ok();
}

void ExpiryWalk::End(const Plan& plan) {
  for (size_t i = 0; i < plan.next_due_ms.size(); ++i) {
    const auto it = next_due_ms_.find(plan.files[i]->number());
    if (it != next_due_ms_.end()) it->second = plan.next_due_ms[i];
  }
}

}  // namespace lsm
