// Semaphore wakes threads that wait for work, and whoever posts never waits
// himself. The signal of a condition variable may: glibc's waits until those
// that it woke earlier have run, which on a busy machine takes milliseconds.
//
// Threads: shared.

#pragma once

#include <semaphore.h>

#include <cerrno>

#include "base/check.h"

namespace base {

class Semaphore {
 public:
  Semaphore() { CHECK(sem_init(&semaphore_, /*pshared=*/0, /*value=*/0) == 0); }
  ~Semaphore() { (void)sem_destroy(&semaphore_); }
  Semaphore(const Semaphore&) = delete;
  Semaphore& operator=(const Semaphore&) = delete;

  // Lets one Wait return, be it now or later.
  void Post() { CHECK(sem_post(&semaphore_) == 0); }
  void Wait() {
    while (sem_wait(&semaphore_) != 0) CHECK(errno == EINTR);
  }

 private:
  sem_t semaphore_;
};

}  // namespace base
