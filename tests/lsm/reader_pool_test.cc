#include "lsm/reader_pool.h"

#include <gtest/gtest.h>

#include <atomic>
#include <string>

#include "base/mutex.h"
#include "base/semaphore.h"

namespace lsm {
namespace {

TEST(ReaderPool, RunsNothingByItselfInManualMode) {
  ReaderPool pool(0);
  int ran = 0;
  pool.Start({[&] { ++ran; }});
  EXPECT_EQ(ran, 0);
  EXPECT_TRUE(pool.RunOne());
  EXPECT_EQ(ran, 1);
  EXPECT_FALSE(pool.RunOne());
}

TEST(ReaderPool, TakesOneJobOfEachAskerInTurn) {
  ReaderPool pool(0);
  std::string order;
  const auto job = [&order](char name) {
    return [&order, name] { order += name; };
  };
  pool.Start({job('a'), job('b'), job('c')});
  pool.Start({});
  pool.Start({job('d')});
  pool.Start({job('e'), job('f')});
  while (pool.RunOne()) {
  }
  EXPECT_EQ(order, "adebfc");
}

TEST(ReaderPool, DropsWhatHasNotBegunWhenItStops) {
  ReaderPool pool(0);
  int ran = 0;
  pool.Start({[&] { ++ran; }, [&] { ++ran; }});
  EXPECT_TRUE(pool.RunOne());
  pool.Stop();
  pool.Start({[&] { ++ran; }});
  EXPECT_FALSE(pool.RunOne());
  EXPECT_EQ(ran, 1);
}

// Jobs that meet one another can only end if they run at the same time.
TEST(ReaderPool, RunsAsManyJobsAtOnceAsItHasThreads) {
  constexpr int kThreads = 3;
  base::Mutex mutex;
  base::CondVar changed;
  int present = 0;
  int left = 0;
  {
    ReaderPool pool(kThreads);
    const auto meet = [&] {
      base::MutexLock lock(mutex);
      ++present;
      changed.SignalAll();
      while (present < kThreads) changed.Wait(mutex);
      ++left;
      changed.SignalAll();
    };
    pool.Start({meet, meet});
    pool.Start({meet});
    base::MutexLock lock(mutex);
    while (left < kThreads) changed.Wait(mutex);
  }
  EXPECT_EQ(left, kThreads);
}

// Each comes while a reader may be about to go to sleep.
TEST(ReaderPool, WakesAReaderForEachJobThatComesAlone) {
  base::Semaphore ran;
  ReaderPool pool(2);
  for (int i = 0; i < 5'000; ++i) {
    pool.Start({[&ran] { ran.Post(); }});
    ran.Wait();
  }
}

TEST(ReaderPool, LosesNoJobHoweverManyCome) {
  constexpr int kJobs = 20'000;
  std::atomic<int> ran = 0;
  base::Mutex mutex;
  base::CondVar changed;
  {
    ReaderPool pool(4);
    const auto job = [&] {
      if (ran.fetch_add(1) + 1 < kJobs) return;
      base::MutexLock lock(mutex);
      changed.SignalAll();
    };
    for (int i = 0; i < kJobs / 4; ++i) pool.Start({job, job, job, job});
    base::MutexLock lock(mutex);
    while (ran.load() < kJobs) changed.Wait(mutex);
  }
  EXPECT_EQ(ran.load(), kJobs);
}

}  // namespace
}  // namespace lsm
