// TableWriter is where flush and compaction end: rows in order become tables,
// cut where the next one should begin.
//
//   row row row | row row | row ...
//               ^         ^
//        target size   the leading byte changes
//        or many rows
//
// A table is never cut between versions of one key: the tables of a run must
// be disjoint.
//
// Large values go to blob files beside the tables (lsm/blob). A row that refers
// to one already stays as it is, unless its file is to be given up.
//
// Invariants
//   - When Finish returns Ok, every file and its name are on stable storage.
//   - When it does not, or is not called, what was written is removed.
//
// Threads: one holder at a time.

#pragma once

#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/file_system.h"
#include "base/status.h"
#include "lsm/blob/blob_file.h"
#include "lsm/blob/blob_writer.h"
#include "lsm/compaction/fault.h"
#include "lsm/compaction/pacer.h"
#include "lsm/table/table_builder.h"
#include "lsm/uuid.h"
#include "lsm/version/table_file.h"

namespace lsm {

// What becomes of values.
struct BlobPolicy {
  uint64_t bytes_min = 0;  // the least value that is put apart; 0: none is
  uint64_t file_bytes = 256 << 20;
  // Those that the rows refer to, by number; and which of them to give up.
  std::map<uint64_t, BlobFilePtr> files = {};
  std::set<uint64_t> relocated = {};
};

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
  BlobPolicy blobs;
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

  // Tables and blob files.
  uint64_t bytes_written() const {
    return bytes_written_ + blobs_.bytes_written();
  }
  // Of the blob files that were given up.
  uint64_t blob_bytes_read() const { return blob_bytes_read_; }
  // The numbers of the blob files that were made.
  std::vector<uint64_t> blob_files() const;

 private:
  struct Output {
    TableInfo info;
    std::string path;
  };

  bool MustCut(std::string_view key) const;
  base::Status BeginTable(uint8_t leading);
  base::Status EndTable();
  base::Status AddApart(std::string_view key, uint64_t packed,
                        std::string_view value);
  base::Status AddReference(std::string_view key, uint64_t packed,
                            std::string_view value);
  void NameBlobs(TableInfo* info) const;
  base::Status Pace(uint64_t bytes);

  const TableWriterOptions options_;
  std::vector<Output> outputs_;
  // Of the last output; only that one is open, however many there are.
  std::unique_ptr<base::WritableFile> file_;
  std::unique_ptr<TableBuilder> builder_;
  TableOptions table_options_;
  uint8_t leading_ = 0;
  uint64_t paced_bytes_ = 0;  // of the open table, and of all blob files
  uint64_t bytes_written_ = 0;
  uint64_t blob_bytes_read_ = 0;
  BlobWriter blobs_;
  bool finished_ = false;
};

}  // namespace lsm
