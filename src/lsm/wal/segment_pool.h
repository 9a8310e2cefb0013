// SegmentPool makes the next segment ready before it is needed, and takes old
// ones back.
//
//             Make                     list_segment      TakeNext
//   spares_ --------> block 0, renamed ------------> next_ ------> the writer
//      ^                                                              |
//      +------------- renamed, at most a few kept <------ GiveUp -----+
//
// Everything that can run out of space or takes long happens here, off the
// commit path.
//
// Invariants
//   - A segment becomes next_ only when its first block and its name are on
//     stable storage and list_segment has said Ok to its number.
//   - A file whose preparation failed half-way is removed, and its number is
//     not used again; unless its number may be listed already: then it is
//     kept and listed again.
//
// Threads: FindSpares to KeepSpares are called by one thread at a time (the
// opener, then the janitor), without locks; everything else is shared.

#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/file_system.h"
#include "base/mutex.h"
#include "base/status.h"
#include "lsm/wal/fault.h"
#include "lsm/wal/segment.h"

namespace lsm {

struct SegmentPoolOptions {
  base::FileSystem* fs = nullptr;
  std::string directory;
  Uuid db_uuid = {};
  uint64_t segment_bytes = 0;
  bool preallocate = true;
  int spares = 1;
  std::function<base::Status(uint64_t number)> list_segment;
  LogFaults faults;
};

class SegmentPool {
 public:
  // Numbers count from `first_number`.
  SegmentPool(SegmentPoolOptions options, uint64_t first_number);

  // --- One thread at a time.

  // Finds the spares that an earlier process has left.
  base::Status FindSpares();
  // A segment with the next number, durable but not listed. `aligned`: frames
  // will be written past the page cache, if the file system can do that.
  base::Result<std::unique_ptr<Segment>> Make(bool aligned);
  // These three leave their outcome in spare_status().
  // Makes spares of what was given up.
  void Recycle();
  // Makes next_, unless there is one.
  void PrepareNext(bool aligned);
  // Makes spares until there are enough.
  void KeepSpares();

  // --- Any thread.

  bool HasNext() const;
  // REQUIRES: HasNext().
  std::unique_ptr<Segment> TakeNext();
  void GiveUp(const std::vector<uint64_t>& numbers);
  // While it holds, free space is for something else: no spare is made, and
  // those beyond the ones wanted go.
  void HoldSpares(bool hold);
  // Recycle or KeepSpares has something to do.
  bool LacksSpares() const;
  // Why there is no spare, or no next segment; Ok if there is.
  base::Status spare_status() const;
  // In next_ and in spares.
  uint64_t bytes_left() const;
  // False once the file system has refused to bypass the page cache.
  bool direct_works() const {
    return direct_works_.load(std::memory_order_relaxed);
  }

 private:
  std::string PathOf(const std::string& name) const;
  base::Status MakeNext(bool aligned);
  base::Status RecycleAll(const std::vector<uint64_t>& numbers);
  base::Status MakeSpares();
  base::Status RemoveSpares();
  base::Status SyncDirectory();
  // A file of the right size, not yet a segment: a spare, or a new one.
  base::Result<std::string> TakeSpare();
  base::Result<std::string> MakeSpare();
  // Writes and syncs block 0; sets salt and alignment.
  base::Status WriteHeader(const std::string& path, bool aligned,
                           Segment* segment);

  const SegmentPoolOptions options_;

  // The one thread's.
  uint64_t next_number_;
  uint64_t next_spare_ = 1;
  std::unique_ptr<Segment> unlisted_;  // Made; list_segment is still due.
  uint64_t listed_late_ = 0;           // Only under fault use_before_listed.

  // Shared: a hint, asked for each frame; nothing else hangs on it.
  std::atomic<bool> direct_works_ = true;

  mutable base::Mutex mutex_;
  std::unique_ptr<Segment> next_ GUARDED_BY(mutex_);
  std::vector<std::string> spares_ GUARDED_BY(mutex_);  // Names.
  std::vector<uint64_t> given_up_ GUARDED_BY(mutex_);
  bool hold_spares_ GUARDED_BY(mutex_) = false;
  base::Status recycle_status_ GUARDED_BY(mutex_);
  base::Status next_status_ GUARDED_BY(mutex_);
  base::Status spare_status_ GUARDED_BY(mutex_);
};

}  // namespace lsm
