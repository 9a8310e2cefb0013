// ReplayLog reads what a crash has left of the log and decides what of it
// counts. SalvageLog is for the day when the answer is "too little".
//
//   accepted   every frame up to the first bad one
//   stepped    damage that the tables make good (wholly <= flushed): a warning
//   torn tail  a bad frame, and no later header says that it was synced: the
//              end of the log; writes that were never promised
//   corruption a bad frame that a later `durable_upto` promises: refuse
//
// The rule is normative and stands in DESIGN.md 4.2 and in README.md here.
//
// Invariants
//   - No byte is changed. (Each listed segment is fdatasynced, because what
//     is accepted will count as synced.)
//   - A batch is handed on only when it is whole, in order of sequences, and
//     only if it is newer than `flushed`.
//   - A read error is never taken for the end of the log.
//
// Threads: any; one call at a time on a directory.

#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/file_system.h"
#include "base/status.h"
#include "lsm/format.h"
#include "lsm/wal/fault.h"
#include "lsm/wal/frame.h"
#include "lsm/wal/segment.h"

namespace lsm {

// An earlier recovery ended the log at `offset` of `segment`; it goes on with
// segment `next`. Nothing in between is read as log.
struct RecordedCut {
  uint64_t segment = 0;
  uint64_t offset = 0;
  uint64_t next = 0;
};

struct ReplayRequest {
  base::FileSystem* fs = nullptr;
  std::string directory;
  Uuid db_uuid = {};
  // From the MANIFEST. Files that are not listed are never looked at.
  std::vector<uint64_t> segments;
  std::vector<RecordedCut> cuts;
  Sequence flushed = 0;
  // End the log at a corruption instead of refusing; see SalvageLog. A read
  // error is still refused.
  bool cut_at_corruption = false;
  // Go on behind a corruption with the next batch that is whole, and note
  // what is missing; for those who save what can be saved.
  bool skip_damage = false;
  LogFaults faults;
};

// Batches that were promised and cannot be read.
struct LogGap {
  // Why, naming the file.
  std::string what;
  // Those with after < sequence <= upto. Equal: none is missing, the damage
  // hit something else. `upto` 0: nobody knows how far.
  Sequence after = 0;
  Sequence upto = 0;
};

struct LogEnd {
  // The last sequence accepted; 0 if nothing was. The new log begins with
  // max(last, flushed).
  Sequence last = 0;
  // The highest sequence in any header that verifies, accepted or not: new
  // sequences must lie beyond it.
  Sequence highest_seen = 0;
  // Where the log ends. The new MANIFEST records it with the number of the
  // new segment as `next`. Nothing if no segment is left.
  struct Cut {
    uint64_t segment = 0;
    uint64_t offset = 0;
  };
  std::optional<Cut> cut;
  // The listed segments that still belong to the log, up to the cut; the
  // new MANIFEST lists these and the new one. Earlier cuts stay recorded as
  // long as their `segment` is among them.
  std::vector<uint64_t> segments;
  // For LogStart::link.
  SegmentLink link;
  // For the server's log file, one sentence each.
  std::vector<std::string> warnings;
  // Only with cut_at_corruption: why the log would have been refused, and the
  // segment in question. Empty if it is sound.
  std::string corruption;
  uint64_t damaged_segment = 0;
  // Only with skip_damage: what is wrong with a segment as a file, a sentence
  // each that names it; and what is missing because of that or other damage.
  std::vector<std::string> damaged_files;
  std::vector<LogGap> gaps;
};

using ApplyBatch =
    std::function<base::Status(Sequence sequence, std::string_view batch)>;

// Corruption names segment, offset and sequences. An error of `apply` ends the
// replay and is returned.
base::Result<LogEnd> ReplayLog(const ReplayRequest& request,
                               const ApplyBatch& apply);

struct Salvage {
  // Where the copies lie; empty if the log is sound and nothing was done.
  std::string directory;
  // What was wrong.
  std::string reason;
  // As ReplayLog with cut_at_corruption will find it.
  LogEnd end;
};

// If ReplayLog would refuse for corruption: copies the segments from the
// damaged one on into <directory>/salvage-<n>/, synced, and tells where the
// log will be cut. The caller then replays with cut_at_corruption.
base::Result<Salvage> SalvageLog(const ReplayRequest& request);

}  // namespace lsm
