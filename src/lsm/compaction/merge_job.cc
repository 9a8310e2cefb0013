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
  job.begin.empty() ? rows->SeekToFirst() : rows->Seek(job.begin);
  for (; rows->Valid(); rows->Next()) {
    if (!job.end.empty() && rows->key() >= job.end) break;
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
