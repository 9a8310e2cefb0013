// Holdings are what a data directory holds according to its MANIFEST, or,
// where that is damaged, as well as it can be told: what checking and
// repairing begin with.
//
// Threads: a value.

#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/file_system.h"
#include "base/status.h"
#include "lsm/version/manifest_state.h"
#include "lsm/wal/recovery.h"

namespace lsm {

struct Holdings {
  // The state is exactly that of the MANIFEST. Otherwise it is put together
  // from the edits that can be read and from the names in the directory.
  bool exact = false;
  ManifestState state;
  std::string manifest_path;  // Empty: none could be read.
  // What is wrong with CURRENT and MANIFEST, a sentence each that names them.
  std::vector<std::string> damage;
  // What need not worry anybody: a torn tail, orphans.
  std::vector<std::string> notes;
  // Where not exact: tables on disk of which nothing is known but that no edit
  // removes them.
  std::vector<uint64_t> unknown_tables;
};

// Changes no byte. Fails with Io when the directory cannot be read, and with
// Invalid when there is no database in it or a newer version wrote it.
base::Result<Holdings> ReadHoldings(base::FileSystem* fs,
                                    const std::string& directory);

// The log that belongs to it, to be read on behind every damage.
ReplayRequest LogOf(base::FileSystem* fs, const std::string& directory,
                    const ManifestState& state);

}  // namespace lsm
