// ReaderPool is the few threads that wait for the disk so that the owner need
// not: short jobs, each a read of one key or of a
// page of rows.
//
//   Start([a b c])  ->  [a b c] [d] [e f ...]   a, d, e, b, f, c
//
// Whoever asks for many keys at once does not keep the others waiting: one job
// of each asker is taken in turn.
//
// In manual mode there are no threads: a job waits until the owner calls
// RunOne, so that a test decides when a read happens.
//
// Threads: owner-bound; the jobs run on the pool's threads.

#pragma once

#include <cstddef>
#include <deque>
#include <functional>
#include <thread>
#include <vector>

#include "base/mutex.h"
#include "base/semaphore.h"

namespace lsm {

class ReaderPool {
 public:
  using Job = std::function<void()>;

  // 0: manual mode.
  explicit ReaderPool(int threads);
  // Waits for the running jobs; those that have not begun are dropped.
  ~ReaderPool();
  ReaderPool(const ReaderPool&) = delete;
  ReaderPool& operator=(const ReaderPool&) = delete;

  // What one asker wants, in its order.
  void Start(std::vector<Job> jobs) EXCLUDES(mutex_);
  // Manual mode: runs one waiting job on the caller.
  bool RunOne();
  // Waits for what runs, drops what waits and refuses what comes.
  void Stop() EXCLUDES(mutex_);

 private:
  struct Asker {
    std::vector<Job> jobs;
    size_t next = 0;
  };

  void Run();
  // Null when nothing waits; with `block`, when the pool stops.
  Job Take(bool block) EXCLUDES(mutex_);
  Job TakeNext() REQUIRES(mutex_);

  std::vector<std::thread> threads_;

  base::Mutex mutex_;
  std::deque<Asker> askers_ GUARDED_BY(mutex_);
  // Readers that wait, or are about to, and for whom no wake is on its way.
  size_t idle_ GUARDED_BY(mutex_) = 0;
  bool stopping_ GUARDED_BY(mutex_) = false;

  base::Semaphore wakes_;
};

}  // namespace lsm
