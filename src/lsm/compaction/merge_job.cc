#include "lsm/compaction/merge_job.h"

#include <utility>

#include "lsm/compaction/merging_iterator.h"

namespace lsm {

base::Result<MergeResult> RunMerge(MergeJob job) {
  MergeResult result;
  if (job.sources.empty()) return result;
  DropRules rules(std::move(job.drop));
  TableWriter writer(std::move(job.output));
  const std::unique_ptr<RowIterator> rows =
      NewMergingIterator(std::move(job.sources));
  for (rows->SeekToFirst(); rows->Valid(); rows->Next()) {
    if (!rules.Keep(rows->key(), rows->packed())) continue;
    TRY(writer.Add(rows->key(), rows->packed(), rows->value()));
  }
  TRY(rows->status());
  TRY_ASSIGN(result.tables, writer.Finish());
  result.rows = rules.counts();
  result.bytes_written = writer.bytes_written();
  return result;
}

}  // namespace lsm
