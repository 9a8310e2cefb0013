#include "base/mutex.h"

#include <gtest/gtest.h>

#include <thread>
#include <vector>

namespace base {
namespace {

TEST(Mutex, LetsOneThreadInAtATime) {
  Mutex mutex;
  int count = 0;
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&] {
      for (int n = 0; n < 1000; ++n) {
        MutexLock lock(mutex);
        ++count;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(count, 4000);
}

TEST(CondVar, WakesWhoeverWaits) {
  Mutex mutex;
  CondVar changed;
  int turn = 0;
  std::thread other([&] {
    MutexLock lock(mutex);
    while (turn != 1) changed.Wait(mutex);
    turn = 2;
    changed.SignalAll();
  });
  {
    MutexLock lock(mutex);
    turn = 1;
    changed.SignalAll();
    while (turn != 2) changed.Wait(mutex);
  }
  other.join();
  MutexLock lock(mutex);
  changed.WaitFor(mutex, 1);
  EXPECT_EQ(turn, 2);
}

}  // namespace
}  // namespace base
