#include "lsm/compaction/split_merge.h"

#include <algorithm>
#include <thread>
#include <utility>

namespace lsm {
namespace {

// What finished parts have written, once another part has failed.
void RemoveFiles(const TableWriterOptions& output, const MergeResult& made) {
  for (const std::string& name : FilesOf(made)) {
    // What stays is an orphan of the next start: no edit names it.
    (void)output.fs->Remove(base::JoinPath(output.directory, name)).ok();
  }
}

void Append(MergeResult part, MergeResult* whole) {
  whole->tables.insert(whole->tables.end(),
                       std::make_move_iterator(part.tables.begin()),
                       std::make_move_iterator(part.tables.end()));
  whole->blob_files.insert(whole->blob_files.end(), part.blob_files.begin(),
                           part.blob_files.end());
  whole->blob_bytes_read += part.blob_bytes_read;
  whole->rows.kept += part.rows.kept;
  whole->rows.hidden += part.rows.hidden;
  whole->rows.tombstones += part.rows.tombstones;
  whole->rows.dead += part.rows.dead;
  whole->bytes_written += part.bytes_written;
}

}  // namespace

std::vector<std::string> CutsOf(std::span<const TableFilePtr> inputs,
                                size_t parts, uint64_t bytes_min) {
  uint64_t total = 0;
  for (const TableFilePtr& file : inputs) total += file->info().bytes;
  parts = std::min<size_t>(parts, total / std::max<uint64_t>(bytes_min, 1));
  if (parts < 2) return {};
  std::vector<TableFilePtr> sorted(inputs.begin(), inputs.end());
  std::sort(sorted.begin(), sorted.end(),
            [](const TableFilePtr& a, const TableFilePtr& b) {
              return a->info().smallest < b->info().smallest;
            });
  std::vector<std::string> cuts;
  uint64_t before = 0;
  for (const TableFilePtr& file : sorted) {
    const std::string& key = file->info().smallest;
    if (before >= total * (cuts.size() + 1) / parts &&
        cuts.size() + 1 < parts && key > sorted.front()->info().smallest &&
        (cuts.empty() || key > cuts.back())) {
      cuts.push_back(key);
    }
    before += file->info().bytes;
  }
  return cuts;
}

base::Result<MergeResult> RunSplitMerge(
    const std::function<base::Result<MergeJob>()>& new_job,
    std::span<const std::string> cuts, bool threads) {
  const size_t count = cuts.size() + 1;
  std::vector<MergeJob> jobs;
  for (size_t i = 0; i < count; ++i) {
    TRY_ASSIGN(MergeJob job, new_job());
    if (i > 0) job.begin = cuts[i - 1];
    if (i < cuts.size()) job.end = cuts[i];
    jobs.push_back(std::move(job));
  }
  const TableWriterOptions output = jobs.front().output;
  std::vector<base::Result<MergeResult>> parts(count, MergeResult());
  const auto run = [&](size_t i) { parts[i] = RunMerge(std::move(jobs[i])); };
  std::vector<std::thread> others;
  for (size_t i = 1; i < count; ++i) {
    threads ? (void)others.emplace_back(run, i) : run(i);
  }
  run(0);
  for (std::thread& other : others) other.join();

  MergeResult whole;
  base::Status error;
  for (base::Result<MergeResult>& part : parts) {
    if (part.ok()) {
      Append(std::move(part).value(), &whole);
    } else if (error.ok()) {
      error = part.status();
    }
  }
  if (error.ok()) return whole;
  RemoveFiles(output, whole);
  return error;
}

}  // namespace lsm
