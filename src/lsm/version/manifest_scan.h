// ScanManifest reads every frame of a MANIFEST that can be read, in whatever
// state the file is: for showing one, and for those who must do with what is
// left of one. (What counts is decided by RecoverManifest.)
//
// Threads: any.

#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/file_system.h"
#include "base/status.h"
#include "lsm/version/version_edit.h"
#include "lsm/wal/frame.h"

namespace lsm {

struct ManifestFrame {
  uint64_t offset = 0;
  uint64_t bytes = 0;  // Padding included.
  FrameHeader header;
  uint64_t chain = 0;
  // It continues the frame before.
  bool linked = false;
  // Nothing in a witness, or if `status` says why.
  std::optional<VersionEdit> edit;
  base::Status status;
};

struct ManifestScan {
  FileHeader header;
  uint64_t file_bytes = 0;
  std::vector<ManifestFrame> frames;
  // What is wrong with the first block, or Ok.
  base::Status flaw;
  // Where no frame could be read, offset and size: damage, or a torn tail.
  struct Stretch {
    uint64_t offset = 0;
    uint64_t bytes = 0;
  };
  std::vector<Stretch> unread;
};

// Corruption, naming the file, when there is nothing of a MANIFEST in it.
base::Result<ManifestScan> ScanManifest(base::FileSystem* fs,
                                        const std::string& path);

}  // namespace lsm
