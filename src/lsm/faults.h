// Faults break the engine on purpose, one promise at a time, so that tests
// can show that they would notice. All false in real life.
//
// Threads: immutable.

#pragma once

#include "lsm/compaction/fault.h"
#include "lsm/version/fault.h"
#include "lsm/wal/fault.h"

namespace lsm {

struct Faults {
  // Of the floors below.
  LogFaults log;
  ManifestFaults manifest;
  TableWriterFaults tables;

  // The engine's own orders of work.
  bool flush_without_sync = false;     // tables pass synced()
  bool install_before_edit = false;    // what an edit replaces goes before it
  bool give_up_unwitnessed = false;    // ... and before it is witnessed
  bool remove_tables_early = false;    // under whoever reads them
  bool remove_blobs_early = false;     // with the first table that goes
  bool drop_tombstones_early = false;  // whatever lies below
  bool flush_over_snapshots = false;   // hidden to the present is hidden
  bool kill_without_sync = false;      // an applied kill justifies dropping
  bool flush_in_debt = false;          // before blind puts are settled
  bool settle_unlogged = false;        // counted, and not to be found again
  bool reuse_sequences = false;        // recovery goes on from what it accepted
  bool reuse_numbers = false;          // ... and looks at no name on the disk
  bool skip_sync_before_read = false;  // of the directory, at opening
  bool remove_orphans_first = false;   // before the new MANIFEST is synced
  bool ignore_lost_edits = false;      // of which unlisted segments tell
  bool install_stale_reads = false;    // though the key was written meanwhile
  bool forget_flushed_rows = false;    // which hide those that were read before
};

}  // namespace lsm
