// Reading a data directory's MANIFEST, without changing a byte on disk.
//
//   CURRENT -> Manifest-<number> -> block 0, snapshot, edit, edit, ...
//
// What is read is synced first and read past the page cache, so everything
// that is accepted counts as synced. A frame that does not verify is judged
// as in the log: it is corruption if a later frame proves that it was once
// synced, and otherwise the torn tail of an edit that nobody was promised.
//
// Threads: any.

#pragma once

#include <string>

#include "base/file_system.h"
#include "base/status.h"
#include "lsm/version/manifest_state.h"

namespace lsm {

struct RecoveredManifest {
  // The directory is new: it has no CURRENT, no table and no log. `state` is
  // then ManifestState::ForNewDirectory().
  bool is_new = false;
  ManifestState state;
  uint64_t number = 0;  // of the MANIFEST file that was read
  uint64_t edits = 0;   // accepted, the snapshot included
  // For the server's log: where a torn tail was cut off; empty if none was.
  std::string torn_tail;
};

// Errors name the file: Corruption for damage (and for a missing CURRENT
// where there are tables or logs), Invalid for a directory that a newer
// version wrote, Io when the disk does not answer.
base::Result<RecoveredManifest> RecoverManifest(base::FileSystem* fs,
                                                const std::string& directory);

// The same of one file, whether or not CURRENT names it.
base::Result<RecoveredManifest> ReadManifest(base::FileSystem* fs,
                                             const std::string& directory,
                                             uint64_t number);

}  // namespace lsm
