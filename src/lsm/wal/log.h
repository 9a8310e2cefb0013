// Log makes batches durable in groups, without ever making their owner wait.
//
//   owner     Append --> [ open frame ]     grows while the disk is busy
//                            | Submit
//   queue                 [ frame ] ...
//                            | one commit thread per frame in flight
//   segment               one durable write each
//                            |
//   numbers               synced, released  then on_progress(), once
//
// The group needs no timer and no tuning: what arrives while `depth` frames
// are in flight is the next frame. A second thread, the janitor, does what
// need not be quick: it prepares the next segment, syncs once a second under
// kEverySecond, gives an idle log its witness frame, and recycles segments.
//
// Invariants
//   - Frames reach the disk's name space in sequence order, none left out:
//     position, chain and `prev_last` are given in the order of Append, and
//     `synced` is the end of the longest finished prefix.
//   - released() and synced() never fall, and synced() <= released().
//   - No frame is written to a segment whose number list_segment has not
//     made durable (the first one excepted: the caller of Open lists it
//     before it acknowledges anything).
//   - The first failed write or sync is final, and so is Abandon: both numbers
//     freeze, and nothing is written or synced again.
//   - The owner never waits: not for the disk, not for a segment, not for
//     space. (It waits in Close.)
//
// Threads: Append, Submit, SubmitInline, open_bytes and Close are
// owner-bound; everything else is shared. on_progress and list_segment are
// called without any lock held.

#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/file_system.h"
#include "base/status.h"
#include "lsm/format.h"
#include "lsm/sync_policy.h"
#include "lsm/wal/fault.h"
#include "lsm/wal/frame.h"
#include "lsm/wal/segment.h"

namespace lsm {

inline constexpr uint64_t kSegmentBytesMin = uint64_t{64} << 10;
inline constexpr int kLogDepthMax = 8;
// What the owner may write itself, see SubmitInline.
inline constexpr size_t kInlineBytesMax = size_t{64} << 10;

struct LogOptions {
  base::FileSystem* fs = nullptr;
  base::Clock* clock = nullptr;
  std::string directory;
  Uuid db_uuid = {};

  SyncPolicy policy = SyncPolicy::kAlways;
  uint64_t segment_bytes = uint64_t{64} << 20;
  bool preallocate = true;  // False: segments grow and are not recycled.
  bool direct = true;       // Past the page cache, where that is possible.
  int depth = 2;            // Frames in flight, 1 to kLogDepthMax.
  size_t frame_bytes_max = size_t{8} << 20;
  int spares = 1;  // Kept ready beside the prepared successor.

  // False: no thread is started. Submit writes on the calling thread, Sync
  // syncs on it, and what the janitor does by the clock happens in Step().
  // For tests that must replay from a seed.
  bool threads = true;

  // Questions to the engine.
  // Makes the number of a new segment durable in the MANIFEST. Called by the
  // janitor; asked again a second later if it fails. It may wait for the
  // MANIFEST, but nobody may call Sync() while holding what it waits for: the
  // janitor is also the one that syncs.
  std::function<base::Status(uint64_t number)> list_segment;
  // Released, synced, error, space or a free slot changed. Called by any of
  // the log's threads; may only wake somebody up.
  std::function<void()> on_progress;

  LogFaults faults;
};

// Where a new log begins: after a recovery, or (all zero but `number`) in a
// new store.
struct LogStart {
  uint64_t number = 1;  // Of the first segment; higher than any before.
  Sequence last = 0;    // max(last accepted, flushed): the opening frame's
                        // prev_last, and counted as synced.
  SegmentLink link;     // LogEnd::link.
  std::vector<uint64_t> older;  // LogEnd::segments: given up later like ours.
};

// Counters since Open; each bucket i counts values in [2^(i-1), 2^i).
struct LogStats {
  static constexpr size_t kBuckets = 32;
  uint64_t frames = 0;
  uint64_t batches = 0;
  uint64_t bytes = 0;    // As written, padding included.
  uint64_t inlined = 0;  // Frames that the owner wrote itself.
  uint64_t syncs = 0;
  uint64_t witnesses = 0;
  uint64_t segments = 0;                           // Begun.
  std::array<uint64_t, kBuckets> group_size = {};  // Batches in a frame.
  std::array<uint64_t, kBuckets> write_us = {};    // Of one frame.
};

class FrameBuffer;
class LogWriter;

class Log {
 public:
  // Makes segment `start.number` with its opening frame, durable with its
  // name. The caller then lists it in its MANIFEST, and appends after that.
  static base::Result<std::unique_ptr<Log>> Open(LogOptions options,
                                                 const LogStart& start);
  // Closes, if Close was not called.
  ~Log();
  Log(const Log&) = delete;
  Log& operator=(const Log&) = delete;

  // --- Owner.

  // Copies one batch into the open frame. A batch too large for a frame gets
  // frames of its own. After an error it is counted but goes nowhere.
  // REQUIRES: `sequence` is greater than in every earlier call and at most
  // kSequenceMax.
  void Append(Sequence sequence, std::string_view batch);
  // The end of a tick: hands the open frame over if fewer than `depth` are in
  // flight. False: nothing is open, or it must go on growing; on_progress
  // tells when to try again.
  bool Submit();
  // For a lone client: the caller writes the open frame durably itself, which
  // saves two thread hops. False, with nothing done, unless the policy is
  // kAlways, the frame is at most kInlineBytesMax, nothing is in flight and
  // the segment has room. on_progress is not called for it.
  bool SubmitInline();
  // Bytes in the open frame.
  size_t open_bytes() const;
  // Of all frames: open, on their way, and kept to be used again; about.
  size_t memory_bytes() const;
  // Sequences from here on lie in the open frame, or will: they are released
  // all at once.
  Sequence open_first() const;
  // Writes what is open, syncs, writes the witness, ends the threads. Returns
  // the sticky error, or NoRoom if frames still waited for a segment.
  base::Status Close();

  // As after a failed write, but what was written before is synced first, in
  // the background. For an owner who knows that no segment will be listed any
  // more, while frames wait for one.
  void Abandon(const base::Status& why);

  // --- Any thread.

  // Replies up to here may leave.
  Sequence released() const;
  // The highest sequence that a power cut can no longer take back.
  Sequence synced() const;
  bool failed() const;
  // Of the first failed write or sync, or Abandon's; Ok until then.
  base::Status error() const;
  // Waits until synced() >= upto, or for the error. What is still in the open
  // frame must be submitted by the owner meanwhile.
  base::Status Sync(Sequence upto);
  // Holds for every frame that is not yet being written. Switching to kAlways
  // syncs everything written before anything more is released; the switch
  // itself does not wait. Returns the sticky error.
  base::Status SetPolicy(SyncPolicy policy);
  SyncPolicy policy() const;

  // Frames handed over and not yet finished.
  int in_flight() const;
  // Appended and not yet released, in bytes.
  size_t unreleased_bytes() const;

  // The segments of which nothing is needed when the tables hold everything
  // up to `flushed`, oldest first. They are named until given up.
  std::vector<uint64_t> SegmentsUpTo(Sequence flushed) const;
  // Recycles or removes them, in the background. REQUIRES: the edit that
  // unlists them is synced and witnessed.
  void GiveUp(const std::vector<uint64_t>& numbers);
  // While it holds, free space is for something else: no spare is made, and
  // few are kept. The segment that frames wait for is made all the same.
  void HoldSpares(bool hold);
  // Of all segments not yet given up.
  uint64_t bytes_retained() const;

  // A spare could not be made: ordinary writes should be refused, what frees
  // space may go on. Tried again each second and when a segment is given up.
  bool out_of_space() const;
  // Why; Ok when there is a spare or none is needed.
  base::Status spare_status() const;
  // Frames wait for a segment.
  bool starved() const;
  // Bytes that can still be written to segments that exist.
  uint64_t bytes_left() const;

  LogStats stats() const;

  // --- Without threads.

  // What the janitor would do now, by the clock.
  void Step();

 private:
  Log(std::unique_ptr<LogWriter> writer, Sequence last);

  // The open frame is full, or `batch` is larger than a frame.
  void PushFull(Sequence sequence, std::string_view batch);
  void PushFragments(Sequence sequence, std::string_view batch,
                     std::vector<std::unique_ptr<FrameBuffer>>* full);

  // Immutable.
  const std::unique_ptr<LogWriter> writer_;

  // Owner-bound.
  std::unique_ptr<FrameBuffer> open_;  // Null once closed.
  Sequence last_;

  // Shared: written by the owner, for unreleased_bytes() only.
  std::atomic<uint64_t> appended_bytes_ = 0;
};

}  // namespace lsm
