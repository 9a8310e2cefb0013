// Mailbox carries finished background work to the engine's owner: a queue
// that is drained whole, once per tick.
//
// Threads: shared. Post from any thread; Drain from the owner only, which
// runs what it finds without holding the mutex.

#pragma once

#include <functional>
#include <utility>
#include <vector>

#include "base/mutex.h"

namespace lsm {

class Mailbox {
 public:
  using Letter = std::function<void()>;

  // `wake` is called after each Post; it may only wake the owner up.
  explicit Mailbox(std::function<void()> wake) : wake_(std::move(wake)) {}

  void Post(Letter letter) {
    {
      base::MutexLock lock(mutex_);
      letters_.push_back(std::move(letter));
    }
    if (wake_) wake_();
  }

  // Runs everything posted so far; returns how many there were.
  size_t Drain() {
    std::vector<Letter> letters;
    {
      base::MutexLock lock(mutex_);
      letters.swap(letters_);
    }
    for (Letter& letter : letters) letter();
    return letters.size();
  }

 private:
  const std::function<void()> wake_;
  base::Mutex mutex_;
  std::vector<Letter> letters_ GUARDED_BY(mutex_);
};

}  // namespace lsm
