#include "lsm/compaction/merge_job.h"

#include <utility>

#include "lsm/compaction/merging_iterator.h"
#include "lsm/version/file_names.h"

namespace lsm {

std::vector<std::string> FilesOf(const MergeResult& made) {
  std::vector<std::string> names;
  for (const TableInfo& info : made.tables) {
    names.push_back(TableName(info.number));
  }
  for (const uint64_t number : made.blob_files) {
    names.push_back(BlobName(number));
  }
  return names;
}

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
    const bool keep = rules.Keep(rows->key(), rows->packed());
    if (rules.out_of_order()) {
      return base::Status::Corruption(
          "rows of a table are out of order; redbed-inspect verify names it");
    }
    if (!keep) continue;
    TRY(writer.Add(rows->key(), rows->packed(), rows->value()));
  }
  TRY(rows->status());
  TRY_ASSIGN(result.tables, writer.Finish());
  result.rows = rules.counts();
  result.blob_files = writer.blob_files();
  result.bytes_written = writer.bytes_written();
  result.blob_bytes_read = writer.blob_bytes_read();
  return result;
}

}  // namespace lsm
