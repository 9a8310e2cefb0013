// Scheduler runs the engine's long jobs: one lane for flushes, one for
// compactions, one for removing files, one for the expiry walk, one for syncs
// on request, one for checkpoints; each does one job at a time.
//
// In manual mode there are no threads: a job waits until the owner calls
// RunOne, so that a test decides when a flush or a compaction happens.
//
// Threads: owner-bound, except stopping(); the jobs run on the lane's own
// thread.

#pragma once

#include <array>
#include <atomic>
#include <functional>
#include <memory>

namespace lsm {

enum class Lane { kFlush, kCompaction, kCleanUp, kExpiry, kSync, kCheckpoint };
inline constexpr int kLanes = 6;

class Scheduler {
 public:
  using Job = std::function<void()>;

  explicit Scheduler(bool threads);
  // Waits for the running jobs; those that have not begun are dropped.
  ~Scheduler();

  // Behind the running job, if there is one. REQUIRES: none waits already.
  void Start(Lane lane, Job job);
  // No job runs or waits on the lane. What it has posted to its owner may
  // still be unread.
  bool Idle(Lane lane) const;
  // Manual mode: runs one waiting job on the caller, flushes first.
  bool RunOne();
  // Waits for what runs, drops what waits and refuses what comes.
  void Stop();
  // Any thread: Stop was called; a long job should end early.
  bool stopping() const { return stopping_.load(std::memory_order_relaxed); }

 private:
  class LaneThread;

  const bool threads_;
  std::atomic<bool> stopping_ = false;  // shared; a lone flag
  std::array<std::unique_ptr<LaneThread>, kLanes> lanes_;
};

}  // namespace lsm
