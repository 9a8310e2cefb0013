// Purger gives the pages that the allocator has free back to the system when it
// is asked to. The allocator does so by itself, but only after they have been
// free for a while, in which a burst of frees of one size and allocations of
// another makes the process as much larger.
//
// Threads: one holder at a time; the work is done on a thread of its own.

#pragma once

#include <thread>

#include "base/mutex.h"

namespace server {

class Purger {
 public:
  Purger();
  ~Purger();
  Purger(const Purger&) = delete;
  Purger& operator=(const Purger&) = delete;

  // Soon, and once for all that was asked until it begins.
  void Ask() EXCLUDES(mutex_);

 private:
  void Run() EXCLUDES(mutex_);

  base::Mutex mutex_;
  base::CondVar changed_;
  bool asked_ GUARDED_BY(mutex_) = false;
  bool stopping_ GUARDED_BY(mutex_) = false;
  std::thread thread_;
};

}  // namespace server
