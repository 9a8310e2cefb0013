// Orphans are files of ours that the MANIFEST does not name: tables and blob
// files whose edit was never synced, segments that were never listed, old
// MANIFESTs.
//
// They may be removed once a new MANIFEST is synced, and not before: an
// opening that refuses must have changed nothing. Their numbers count all the
// same, because a number is never used twice.
//
// Threads: any.

#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/file_system.h"
#include "base/status.h"
#include "lsm/version/file_names.h"
#include "lsm/version/manifest_state.h"

namespace lsm {

struct DirectoryListing {
  struct Orphan {
    std::string name;
    FileName parsed;
  };
  std::vector<Orphan> orphans;
  // Spare segments are nobody's orphans: the log may take them over.
  std::vector<std::string> spares;
  // The highest numbers on disk, orphans included; 0 when there is none.
  uint64_t highest_file_number = 0;     // tables, blob files and MANIFESTs
  uint64_t highest_segment_number = 0;  // log segments and spares
};

// What lies in `directory` beside what `state` and `manifest_number` name.
base::Result<DirectoryListing> ListDirectory(base::FileSystem* fs,
                                             const std::string& directory,
                                             const ManifestState& state,
                                             uint64_t manifest_number);

// Raises the next numbers of `state` above everything that was found.
void SkipNumbersOnDisk(const DirectoryListing& listing, ManifestState* state);

}  // namespace lsm
