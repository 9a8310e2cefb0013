#include "server/purger.h"

#include <pthread.h>

#include "base/allocator.h"

namespace server {

Purger::Purger() : thread_([this] { Run(); }) {}

Purger::~Purger() {
  {
    base::MutexLock lock(mutex_);
    stopping_ = true;
    changed_.SignalOne();
  }
  thread_.join();
}

void Purger::Ask() {
  base::MutexLock lock(mutex_);
  asked_ = true;
  changed_.SignalOne();
}

void Purger::Run() {
  pthread_setname_np(pthread_self(), "redbed-purge");
  while (true) {
    {
      base::MutexLock lock(mutex_);
      while (!asked_ && !stopping_) changed_.Wait(mutex_);
      if (stopping_) return;
      asked_ = false;
    }
    base::Purge();
  }
}

}  // namespace server
