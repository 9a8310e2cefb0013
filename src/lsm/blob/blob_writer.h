// BlobWriter writes values apart from their keys, into as many files as it
// takes: records back to back, then the end (blob_index.h).
//
// Invariants
//   - When Finish returns Ok every file is synced; whoever called it syncs the
//     directory.
//   - Unless Keep was called, what was written is removed.
//
// Threads: one holder at a time.

#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/file_system.h"
#include "base/status.h"
#include "lsm/table/blob_reference.h"
#include "lsm/table/compression.h"
#include "lsm/uuid.h"

namespace lsm {

struct BlobWriterOptions {
  base::FileSystem* fs = nullptr;
  // Where the file with this number lies.
  std::function<std::string(uint64_t number)> path_of;
  Uuid uuid;
  // A file ends with the record that reaches this.
  uint64_t file_bytes = 256 << 20;
  std::function<uint64_t()> new_number;
  bool skip_file_sync = false;  // A fault.
};

class BlobWriter {
 public:
  explicit BlobWriter(BlobWriterOptions options);
  ~BlobWriter();
  BlobWriter(const BlobWriter&) = delete;
  BlobWriter& operator=(const BlobWriter&) = delete;

  // Where it was put; the head is a view into `value`.
  base::Result<BlobReference> Add(std::string_view key, std::string_view value,
                                  Compression compression);
  // Ends and syncs the last file.
  base::Status Finish();
  void Keep() { kept_ = true; }

  // Number and bytes of all records; those of the last file are known when it
  // is finished.
  const std::map<uint64_t, uint64_t>& files() const { return files_; }
  uint64_t bytes_written() const { return bytes_written_; }

 private:
  base::Status BeginFile();
  base::Status EndFile();
  base::Status WriteChunk();

  const BlobWriterOptions options_;
  std::map<uint64_t, uint64_t> files_;
  bool kept_ = false;
  uint64_t bytes_written_ = 0;
  std::string payload_;

  // Of the open file.
  std::unique_ptr<base::WritableFile> file_;
  uint64_t number_ = 0;
  uint64_t seed_ = 0;
  uint64_t offset_ = 0;  // of the next record
  std::string chunk_;    // records not yet given to the file
  std::vector<uint64_t> record_sizes_;
};

}  // namespace lsm
