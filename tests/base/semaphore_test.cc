#include "base/semaphore.h"

#include <gtest/gtest.h>

#include <atomic>
#include <thread>
#include <vector>

namespace base {
namespace {

TEST(Semaphore, RemembersPostsThatNobodyWaitsFor) {
  Semaphore semaphore;
  semaphore.Post();
  semaphore.Post();
  semaphore.Wait();
  semaphore.Wait();
}

TEST(Semaphore, LetsAsManyThrough) {
  constexpr int kThreads = 4;
  constexpr int kRounds = 1000;
  Semaphore there;
  Semaphore back;
  std::atomic<int> passed = 0;
  std::vector<std::thread> threads;
  for (int i = 0; i < kThreads; ++i) {
    threads.emplace_back([&] {
      for (int round = 0; round < kRounds; ++round) {
        there.Wait();
        ++passed;
        back.Post();
      }
    });
  }
  for (int i = 1; i <= kThreads * kRounds; ++i) {
    there.Post();
    back.Wait();
    EXPECT_EQ(passed, i);
  }
  for (std::thread& thread : threads) thread.join();
}

}  // namespace
}  // namespace base
