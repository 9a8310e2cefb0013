// ManifestFaults are mistakes that engines have made, to be made on purpose:
// each of them must turn a test red. All false in real life.
//
// Threads: immutable.

#pragma once

namespace lsm {

struct ManifestFaults {
  bool current_before_sync = false;   // CURRENT names an unsynced MANIFEST
  bool skip_directory_sync = false;   // names are not synced
  bool current_in_place = false;      // CURRENT is rewritten, not renamed
  bool skip_edit_sync = false;        // Append returns before the sync
  bool skip_witness = false;          // Witness writes nothing
  bool forget_queue_on_roll = false;  // edits that queue during a roll
  bool claim_too_much = false;        // durable_upto names unsynced edits
};

}  // namespace lsm
