#include "lsm/reader_pool.h"

#include <pthread.h>

#include <algorithm>
#include <utility>

#include "base/check.h"

namespace lsm {

ReaderPool::ReaderPool(int threads) {
  for (int i = 0; i < threads; ++i) {
    threads_.emplace_back([this] { Run(); });
  }
}

ReaderPool::~ReaderPool() { Stop(); }

void ReaderPool::Start(std::vector<Job> jobs) {
  if (jobs.empty()) return;
  size_t wakes = 0;
  {
    base::MutexLock lock(mutex_);
    if (stopping_) return;
    // A busy reader looks again by itself: waking costs a system call.
    wakes = std::min(idle_, jobs.size());
    idle_ -= wakes;
    askers_.push_back({std::move(jobs), 0});
  }
  // Only now: who is woken wants the mutex.
  for (; wakes > 0; --wakes) wakes_.Post();
}

bool ReaderPool::RunOne() {
  CHECK(threads_.empty());
  const Job job = Take(/*block=*/false);
  if (!job) return false;
  job();
  return true;
}

void ReaderPool::Stop() {
  {
    base::MutexLock lock(mutex_);
    stopping_ = true;
    askers_.clear();
    for (; idle_ > 0; --idle_) wakes_.Post();
  }
  for (std::thread& thread : threads_) {
    if (thread.joinable()) thread.join();
  }
}

ReaderPool::Job ReaderPool::Take(bool block) {
  for (;;) {
    {
      base::MutexLock lock(mutex_);
      if (!askers_.empty()) return TakeNext();
      if (!block || stopping_) return nullptr;
      ++idle_;
    }
    wakes_.Wait();
  }
}

ReaderPool::Job ReaderPool::TakeNext() {
  Asker asker = std::move(askers_.front());
  askers_.pop_front();
  Job job = std::move(asker.jobs[asker.next++]);
  if (asker.next < asker.jobs.size()) askers_.push_back(std::move(asker));
  return job;
}

void ReaderPool::Run() {
  pthread_setname_np(pthread_self(), "redbed-reader");
  // Waking a reader must not cost the owner its processor. Not granted: as
  // well.
  const sched_param none = {};
  (void)pthread_setschedparam(pthread_self(), SCHED_BATCH, &none);
  while (const Job job = Take(/*block=*/true)) job();
}

}  // namespace lsm
