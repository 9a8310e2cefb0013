// LookForLostEdits asks the log whether the MANIFEST has lost its end.
//
// Cut short it has lost its last edits together with their witnesses, and
// looks like an earlier MANIFEST. Segments of the log that those edits had
// listed say that more was promised than was found. (Those that a crash leaves
// unlisted never do: they took no frame, or the tables hold it, or a recovery
// found that it was not promised. Those that a recovery gives up are older than
// the segment that it lists.)
//
// Threads: any.

#pragma once

#include <string>

#include "base/file_system.h"
#include "base/status.h"
#include "lsm/format.h"
#include "lsm/version/manifest_state.h"

namespace lsm {

// `state` is what the MANIFEST at `manifest_path` adds up to, `last` the
// highest sequence that its tables and its log hold. Corruption, in a sentence
// that names both files, when edits are lost.
base::Status LookForLostEdits(base::FileSystem* fs,
                              const std::string& directory,
                              const std::string& manifest_path,
                              const ManifestState& state, Sequence last);

}  // namespace lsm
