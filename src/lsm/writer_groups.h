// WriterGroups is where writers sleep until their writes are synced. Those
// whose writes share a frame of the log are one group, woken by one call.
//
//   writer   Join, under the owner's mutex ... seen = wakes; look; Sleep(seen)
//   log      Wake(synced): groups that are done, and one writer more
//
// Invariants
//   - A writer whose write is synced is woken by the first Wake that knows it.
//   - Every Wake that finds groups that are not done wakes one of their writers
//     at least: there is somebody to see to the owner's work.
//
// Threads: shared, except as noted.

#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>

#include "base/mutex.h"
#include "lsm/format.h"

namespace lsm {

class WriterGroups {
 public:
  class Group {
   public:
    // How often it was woken: to be asked for before one looks whether one must
    // sleep, so that no wake is missed.
    uint32_t wakes() const { return wakes_.load(std::memory_order_acquire); }
    // Until it was woken more often than `seen`.
    void Sleep(uint32_t seen) const {
      wakes_.wait(seen, std::memory_order_acquire);
    }
    // Owner: writers that joined.
    size_t size() const { return size_; }

   private:
    friend class WriterGroups;
    void Wake(bool all) {
      wakes_.fetch_add(1, std::memory_order_release);
      all ? wakes_.notify_all() : wakes_.notify_one();
    }

    // A condition variable would cost each of them a turn at its mutex.
    std::atomic<uint32_t> wakes_ = 0;
    // The last of their writes, until now. Orders nothing.
    std::atomic<Sequence> last_ = 0;
    size_t size_ = 0;
  };

  // Owner: the next write is the first of its frame.
  void BeginFrame() { open_ = nullptr; }
  // Owner: the group that waits for the write at `sequence`, the last one.
  std::shared_ptr<Group> Join(Sequence sequence) EXCLUDES(mutex_);

  // Something changed; writes up to `synced` are on stable storage. Wakes whom
  // that concerns and one writer more, to look further; all of them, if it is
  // no sync that came to its end.
  void Wake(Sequence synced) EXCLUDES(mutex_);

 private:
  std::shared_ptr<Group> open_;  // owner-bound; the last of groups_, or null

  base::Mutex mutex_;
  // In the order of their writes; of whom some may still wait.
  std::deque<std::shared_ptr<Group>> groups_ GUARDED_BY(mutex_);
  Sequence synced_ GUARDED_BY(mutex_) = 0;
};

}  // namespace lsm
