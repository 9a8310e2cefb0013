// LogWriter is the half of the log behind the owner: it gives every frame its
// place, writes it, and counts what is durable.
//
//   queue_ --Take--> place in tail_ --seal--> checksums --write--> finish
//            one at a time, under mutex_     outside   outside   order_
//
// Taking and sealing are done by one thread at a time (sealing_ is the baton),
// because each frame repeats the chain of the one before; writing is done by
// as many threads as frames may be in flight.
//
// The janitor (log_janitor.cc) does everything that has a clock or a file
// name in it. Without threads both run on the caller.
//
// Invariants
//   - mutex_ is never held over a file call or a callback.
//   - After failed_ nothing is taken from the queue and no number changes.
//
// Threads: shared; Close by the owner. Lock order: mutex_, then the pool's.

#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <thread>
#include <vector>

#include "base/mutex.h"
#include "base/status.h"
#include "lsm/format.h"
#include "lsm/wal/commit_order.h"
#include "lsm/wal/frame_buffer.h"
#include "lsm/wal/log.h"
#include "lsm/wal/segment.h"
#include "lsm/wal/segment_pool.h"

namespace lsm {

class LogWriter {
 public:
  LogWriter(LogOptions options, const LogStart& start);
  ~LogWriter();

  // Makes and opens the first segment, then starts the threads.
  base::Status Start(const LogStart& start);

  // What the largest frame may hold.
  size_t payload_max() const { return payload_max_; }
  const LogFaults& faults() const { return options_.faults; }
  bool failed() const { return failed_.load(std::memory_order_acquire); }

  std::unique_ptr<FrameBuffer> NewBuffer();
  // If a slot is free: takes `*open` and leaves another buffer there.
  bool Offer(std::unique_ptr<FrameBuffer>* open);
  // Takes them whatever is in flight: they can grow no more. They stay
  // together.
  void Push(std::vector<std::unique_ptr<FrameBuffer>> frames);
  // See Log::SubmitInline.
  bool WriteInline(std::unique_ptr<FrameBuffer>* open);
  void Abandon(const base::Status& why);
  base::Status Close(std::unique_ptr<FrameBuffer> open);

  Sequence released() const {
    return released_.load(std::memory_order_acquire);
  }
  Sequence synced() const { return synced_.load(std::memory_order_acquire); }
  uint64_t released_bytes() const {
    return released_bytes_.load(std::memory_order_relaxed);
  }
  base::Status error() const;
  base::Status Sync(Sequence upto);
  base::Status SetPolicy(SyncPolicy policy);
  SyncPolicy policy() const;
  int in_flight() const;
  std::vector<uint64_t> SegmentsUpTo(Sequence flushed) const;
  void GiveUp(const std::vector<uint64_t>& numbers);
  void HoldSpares(bool hold);
  uint64_t bytes_retained() const;
  // Of frames that are kept to be used again.
  size_t free_bytes() const;
  base::Status spare_status() const { return pool_.spare_status(); }
  bool starved() const;
  uint64_t bytes_left() const;
  LogStats stats() const;
  void Step();

 private:
  // Where the next frame goes and what it says of the one before.
  struct Tail {
    Segment* segment = nullptr;
    Sequence last = 0;
    uint64_t chain = 0;
  };
  // A frame on its way to the disk.
  struct Job {
    std::unique_ptr<FrameBuffer> frame;
    std::unique_ptr<FrameBuffer> opening;  // Before it, in a new segment.
    Segment* segment = nullptr;
    uint64_t offset = 0;
    uint64_t opening_offset = 0;
    uint64_t ticket = 0;
    Sequence durable_upto = 0;
    base::Durability durability = base::Durability::kDurable;
  };

  // --- log_writer.cc: taking, sealing, writing.
  base::Status OpenFirstSegment(const LogStart& start);
  void RunCommitThread();
  // Commits what can be committed, then tends; without threads only.
  void Pump() EXCLUDES(mutex_);
  int Slots() const REQUIRES(mutex_);
  int InFlight() const REQUIRES(mutex_);
  bool CanTake() const REQUIRES(mutex_);
  bool Fits(const FrameBuffer& frame) const REQUIRES(mutex_);
  bool WantsAligned() const REQUIRES(mutex_);
  // The current segment is of the kind that the policy asks for.
  bool Suits() const REQUIRES(mutex_);
  void WantSegment() REQUIRES(mutex_);
  // Takes the front of the queue and writes it. Releases the mutex meanwhile;
  // the caller notifies.
  void CommitOne() REQUIRES(mutex_);
  void CommitAll() REQUIRES(mutex_);
  Job Take() REQUIRES(mutex_);
  void Rotate(Job* job) REQUIRES(mutex_);
  void Seal(Job* job) REQUIRES(mutex_);
  base::Status Write(const Job& job);
  void Finish(Job job, const base::Status& status, int64_t write_us)
      REQUIRES(mutex_);
  void Count(const FrameBuffer& frame, size_t bytes, int64_t write_us)
      REQUIRES(mutex_);
  void Fail(const base::Status& status) REQUIRES(mutex_);
  // Sets the atomics; true if one has risen.
  bool Publish() REQUIRES(mutex_);
  // Calls on_progress, without the mutex.
  void Notify() REQUIRES(mutex_);
  std::unique_ptr<FrameBuffer> TakeFree() REQUIRES(mutex_);
  // What Close does when the threads have ended.
  base::Status Drain() EXCLUDES(mutex_);

  // --- log_janitor.cc: what need not be quick.
  void RunJanitorThread();
  // Does everything that is due; returns microseconds until something may be
  // again, or -1. Releases the mutex meanwhile.
  int64_t Tend() REQUIRES(mutex_);
  bool SyncIsDue(int64_t now_us) const REQUIRES(mutex_);
  void SyncAll() REQUIRES(mutex_);
  void FailAbandoned() REQUIRES(mutex_);
  base::Status SyncSegment(base::LogFile* file);
  void CloseSynced() REQUIRES(mutex_);
  bool WantsNext() const REQUIRES(mutex_);
  void TendSegments(int64_t now_us) REQUIRES(mutex_);
  bool WitnessIsDue(int64_t now_us) const REQUIRES(mutex_);
  void PushWitness() REQUIRES(mutex_);
  int64_t NextDue(int64_t now_us) const REQUIRES(mutex_);
  void WakeJanitor() REQUIRES(mutex_);

  // Immutable.
  const LogOptions options_;
  const size_t payload_max_;

  // Shared. Written under mutex_; released so that whoever sees a number sees
  // what led to it.
  std::atomic<Sequence> released_;
  std::atomic<Sequence> synced_;
  std::atomic<uint64_t> released_bytes_ = 0;
  std::atomic<bool> failed_ = false;

  SegmentPool pool_;

  mutable base::Mutex mutex_;
  base::CondVar work_;      // Commit threads: something can be taken.
  base::CondVar progress_;  // Sync: a number has risen, or the end.
  base::CondVar janitor_;
  SyncPolicy policy_ GUARDED_BY(mutex_);
  std::deque<std::unique_ptr<FrameBuffer>> queue_ GUARDED_BY(mutex_);
  std::vector<std::unique_ptr<FrameBuffer>> free_ GUARDED_BY(mutex_);
  Tail tail_ GUARDED_BY(mutex_);
  bool sealing_ GUARDED_BY(mutex_) = false;
  int writing_ GUARDED_BY(mutex_) = 0;  // Taken and not finished.
  CommitOrder order_ GUARDED_BY(mutex_);
  base::Status error_ GUARDED_BY(mutex_);
  // Why it will fail, once what was written is synced.
  base::Status abandoned_ GUARDED_BY(mutex_);
  // Ours, oldest first; the last one is the tail's.
  std::deque<std::unique_ptr<Segment>> segments_ GUARDED_BY(mutex_);
  // From before Open; needed up to older_last_.
  std::vector<uint64_t> older_ GUARDED_BY(mutex_);
  const Sequence older_last_;
  LogStats stats_ GUARDED_BY(mutex_);

  // The janitor's, guarded all the same.
  Sequence sync_wanted_ GUARDED_BY(mutex_) = 0;
  Sequence witnessed_ GUARDED_BY(mutex_);  // Highest durable_upto written.
  int64_t last_finish_us_ GUARDED_BY(mutex_) = 0;
  int64_t last_sync_us_ GUARDED_BY(mutex_) = 0;
  int64_t next_try_us_ GUARDED_BY(mutex_) = 0;  // After no space.
  bool janitor_woken_ GUARDED_BY(mutex_) = false;
  bool janitor_asleep_ GUARDED_BY(mutex_) = false;  // Without a time.
  bool tending_ GUARDED_BY(mutex_) = false;
  bool stopping_ GUARDED_BY(mutex_) = false;
  bool closed_ GUARDED_BY(mutex_) = false;

  std::vector<std::thread> threads_;  // The owner's.
};

}  // namespace lsm
