#include "lsm/scheduler.h"

#include <gtest/gtest.h>

#include <thread>
#include <vector>

#include "base/mutex.h"

namespace lsm {
namespace {

// A door that stays shut until it is opened.
class Gate {
 public:
  void Open() {
    base::MutexLock lock(mutex_);
    open_ = true;
    changed_.SignalAll();
  }
  void Pass() {
    base::MutexLock lock(mutex_);
    while (!open_) changed_.Wait(mutex_);
  }

 private:
  base::Mutex mutex_;
  base::CondVar changed_;
  bool open_ GUARDED_BY(mutex_) = false;
};

TEST(Scheduler, RunsNothingByItselfInManualMode) {
  Scheduler scheduler(/*threads=*/false);
  std::vector<Lane> ran;
  scheduler.Start(Lane::kCompaction, [&] { ran.push_back(Lane::kCompaction); });
  scheduler.Start(Lane::kFlush, [&] { ran.push_back(Lane::kFlush); });
  EXPECT_FALSE(scheduler.Idle(Lane::kFlush));
  EXPECT_TRUE(scheduler.Idle(Lane::kCleanUp));
  EXPECT_TRUE(ran.empty());
  EXPECT_TRUE(scheduler.RunOne());
  EXPECT_TRUE(scheduler.RunOne());
  EXPECT_FALSE(scheduler.RunOne());
  EXPECT_EQ(ran, (std::vector<Lane>{Lane::kFlush, Lane::kCompaction}));
  EXPECT_TRUE(scheduler.Idle(Lane::kFlush));
}

// In all tests with threads, what the jobs refer to is declared before the
// scheduler, whose destructor waits for them.
TEST(Scheduler, LanesDoNotWaitForOneAnother) {
  Gate compaction;
  Gate flushed;
  Scheduler scheduler(/*threads=*/true);
  scheduler.Start(Lane::kCompaction, [&] { compaction.Pass(); });
  scheduler.Start(Lane::kFlush, [&] { flushed.Open(); });
  flushed.Pass();
  EXPECT_FALSE(scheduler.Idle(Lane::kCompaction));
  compaction.Open();
}

TEST(Scheduler, OneJobMayWaitBehindTheRunningOne) {
  Gate running;
  Gate go_on;
  Gate second;
  std::vector<int> order;  // By the lane's one thread.
  Scheduler scheduler(/*threads=*/true);
  scheduler.Start(Lane::kFlush, [&] {
    running.Open();
    go_on.Pass();
    order.push_back(1);
  });
  running.Pass();
  scheduler.Start(Lane::kFlush, [&] {
    order.push_back(2);
    second.Open();
  });
  go_on.Open();
  second.Pass();
  EXPECT_EQ(order, (std::vector<int>{1, 2}));
}

TEST(Scheduler, StopWaitsForTheRunningAndDropsTheWaiting) {
  Gate running;
  bool finished = false;
  bool second = false;
  Scheduler scheduler(/*threads=*/true);
  scheduler.Start(Lane::kFlush, [&] {
    running.Open();
    while (!scheduler.stopping()) std::this_thread::yield();
    finished = true;
  });
  running.Pass();
  scheduler.Start(Lane::kFlush, [&] { second = true; });
  scheduler.Stop();
  EXPECT_TRUE(finished);
  EXPECT_FALSE(second);
  scheduler.Start(Lane::kFlush, [&] { second = true; });
  scheduler.Stop();
  EXPECT_FALSE(second);
}

}  // namespace
}  // namespace lsm
