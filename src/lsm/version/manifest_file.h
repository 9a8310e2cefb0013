// ManifestFile writes one MANIFEST file: block 0, a snapshot, then frames of
// edits; and points CURRENT at it. The format is drawn in the README beside
// this file.
//
// Threads: handed over; the leader of Manifest holds it.

#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "base/file_system.h"
#include "base/status.h"
#include "lsm/uuid.h"
#include "lsm/version/fault.h"

namespace lsm {

class ManifestFile {
 public:
  // Writes and syncs the file `number` with `snapshot` as its first edit,
  // then makes it CURRENT. After an error it is gone, unless CURRENT may name
  // it.
  static base::Result<std::unique_ptr<ManifestFile>> Create(
      base::FileSystem* fs, const std::string& directory, uint64_t number,
      const Uuid& uuid, std::string_view snapshot,
      const ManifestFaults& faults);
  ~ManifestFile();

  // One frame for each encoded edit, one sync for all; an empty frame, which
  // only witnesses, when there is none. After an error the file must be given
  // up.
  base::Status Append(std::span<const std::string> edits);

  uint64_t bytes() const;
  uint64_t snapshot_bytes() const { return snapshot_bytes_; }

 private:
  ManifestFile(uint64_t number, const ManifestFaults& faults);
  base::Status Begin(base::FileSystem* fs, const std::string& path,
                     const Uuid& uuid, std::string_view snapshot);
  void AppendFrame(std::string_view payload, std::string* out);

  // Immutable.
  const uint64_t number_;
  const ManifestFaults faults_;
  uint64_t salt_ = 0;
  uint64_t snapshot_bytes_ = 0;

  std::unique_ptr<base::WritableFile> file_;
  uint64_t chain_ = 0;        // of the last frame
  uint64_t last_edit_ = 0;    // written
  uint64_t synced_edit_ = 0;  // synced
};

}  // namespace lsm
