// TableWriter is where flush and compaction end: rows in order become tables,
// cut where the next one should begin.
//
//   row row row | row row | row ...
//               ^         ^
//        target size   the leading byte changes
//
// A table is never cut between versions of one key: the tables of a run must
// be disjoint.
//
// Invariants
//   - When Finish returns Ok, every table and its name are on stable storage.
//   - When it does not, or is not called, what was written is removed.
//
// Threads: one holder at a time.

#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/file_system.h"
#include "base/status.h"
#include "lsm/compaction/fault.h"
#include "lsm/compaction/pacer.h"
#include "lsm/table/table_builder.h"
#include "lsm/uuid.h"
#include "lsm/version/table_file.h"

namespace lsm {

struct TableWriterOptions {
  base::FileSystem* fs = nullptr;
  std::string directory;
  Uuid uuid;
  uint64_t table_bytes = 32 << 20;
  uint8_t level = 0;
  std::function<uint64_t()> new_number;
  // How rows with this leading byte want their tables.
  std::function<TableOptions(uint8_t leading)> options_for;
  Pacer* pacer = nullptr;  // may be null
  // Asked now and then; true ends the work with an Io status.
  std::function<bool()> should_stop;
  TableWriterFaults faults;
};

class TableWriter {
 public:
  explicit TableWriter(TableWriterOptions options);
  ~TableWriter();
  TableWriter(const TableWriter&) = delete;
  TableWriter& operator=(const TableWriter&) = delete;

  // REQUIRES: the row comes after the one before it.
  base::Status Add(std::string_view key, uint64_t packed,
                   std::string_view value);
  // Syncs everything; the tables in key order. No rows, no tables.
  base::Result<std::vector<TableInfo>> Finish();

  uint64_t bytes_written() const { return bytes_written_; }

 private:
  struct Output {
    TableInfo info;
    std::string path;
  };

  bool MustCut(std::string_view key) const;
  base::Status BeginTable(uint8_t leading);
  base::Status EndTable();
  base::Status Pace();

  const TableWriterOptions options_;
  std::vector<Output> outputs_;
  // Of the last output; only that one is open, however many there are.
  std::unique_ptr<base::WritableFile> file_;
  std::unique_ptr<TableBuilder> builder_;
  uint8_t leading_ = 0;
  uint64_t paced_bytes_ = 0;  // of the open table
  uint64_t bytes_written_ = 0;
  bool finished_ = false;
};

}  // namespace lsm
