// MergeJob is the deed behind every flush and every compaction: sorted sources
// in, what the drop rules keep of them out, as tables on stable storage.
//
// It knows no levels and no versions: whoever starts it says where the rows
// come from, and puts the tables where they belong.
//
// Threads: any; one run at a time. Touches only what it was given.

#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/status.h"
#include "lsm/compaction/drop_rules.h"
#include "lsm/compaction/table_writer.h"
#include "lsm/iterator.h"

namespace lsm {

struct MergeJob {
  // Newest first is not required: sequences decide.
  std::vector<std::unique_ptr<RowIterator>> sources;
  // Keys in [begin, end) only; an empty end is beyond every key.
  std::string begin;
  std::string end;
  DropContext drop;
  TableWriterOptions output;
};

struct MergeResult {
  std::vector<TableInfo> tables;
  DropCounts rows;
  std::vector<uint64_t> blob_files = {};  // numbers of those that were made
  uint64_t bytes_written = 0;
  uint64_t blob_bytes_read = 0;
};

// The names of all that was made.
std::vector<std::string> FilesOf(const MergeResult& made);

// Errors of the sources (Corruption, Io) and of writing; then nothing is left
// behind.
base::Result<MergeResult> RunMerge(MergeJob job);

}  // namespace lsm
