// CheckBlobFile reads all of one blob file and checks every record: for those
// who look for damage. It remembers little of each, so that the references of
// tables can be compared with what is there.
//
// Threads: any.

#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/file_system.h"
#include "base/status.h"
#include "lsm/blob/blob_index.h"
#include "lsm/table/blob_reference.h"
#include "lsm/uuid.h"

namespace lsm {

struct BlobCheck {
  struct Record {
    uint64_t offset = 0;
    uint64_t size = 0;
    uint64_t key_hash = 0;
  };
  // Each names the file.
  std::vector<base::Status> flaws;
  // Those that are whole, as they lie; none where the index is damaged.
  std::vector<Record> records;
  uint64_t record_bytes = 0;

  // A whole record is what `reference` says of `key`.
  bool Holds(const BlobReference& reference, std::string_view key) const;
};

struct BlobVisitor {
  // `why`: it cannot be read, and key and value are empty.
  std::function<void(Extent record, std::string_view key,
                     std::string_view value, const base::Status& why)>
      on_record;
  // Bytes of the file gone through since the last call.
  std::function<void(uint64_t bytes)> on_progress;
};

// `record_bytes`: as somebody else remembers them. Fails only when the file
// cannot be opened or read.
base::Result<BlobCheck> CheckBlobFile(base::FileSystem* fs,
                                      const std::string& path, uint64_t number,
                                      const Uuid& uuid,
                                      std::optional<uint64_t> record_bytes,
                                      const BlobVisitor& visitor = {});

}  // namespace lsm
