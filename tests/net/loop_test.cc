#include "net/loop.h"

#include <gtest/gtest.h>

#include <atomic>
#include <thread>
#include <vector>

#include "net/timer.h"

namespace net {
namespace {

TEST(Loop, RunsPostedWorkOnItsThreadInOrder) {
  Loop loop;
  std::vector<int> order;
  std::thread poster([&] {
    for (int i = 0; i < 1000; ++i) {
      loop.Post([&, i] {
        EXPECT_TRUE(loop.IsCurrent());
        order.push_back(i);
      });
    }
    loop.Post([&] { loop.Stop(); });
  });
  loop.Run();
  poster.join();
  ASSERT_EQ(order.size(), 1000u);
  EXPECT_TRUE(std::is_sorted(order.begin(), order.end()));
}

TEST(Loop, KnowsItsThread) {
  Loop loop;
  EXPECT_TRUE(loop.IsCurrent());
  std::atomic<bool> elsewhere = true;
  loop.Post([&] {
    std::thread([&] { elsewhere = loop.IsCurrent(); }).join();
    loop.Stop();
  });
  loop.Run();
  EXPECT_FALSE(elsewhere);
}

TEST(Loop, EndsATickAfterEachWake) {
  Loop loop;
  int ticks = 0;
  loop.set_on_tick_end([&] { ++ticks; });
  loop.Wake();
  loop.Wake();
  loop.RunOnce(/*may_wait=*/true);
  EXPECT_EQ(ticks, 1);
}

TEST(Loop, DoesNotWaitWhileItStaysAwake) {
  Loop loop;
  int ticks = 0;
  loop.set_on_tick_end([&] { ++ticks; });
  loop.StayAwake(true);
  for (int i = 0; i < 5; ++i) loop.RunOnce(/*may_wait=*/true);
  EXPECT_EQ(ticks, 5);
  EXPECT_GE(loop.stats().ticks, 4u);
}

TEST(Loop, RunsWorkThatWasPostedByWork) {
  Loop loop;
  bool ran = false;
  loop.Post([&] { loop.Post([&] { ran = true; }); });
  loop.RunOnce(false);
  EXPECT_FALSE(ran);
  loop.RunOnce(false);
  EXPECT_TRUE(ran);
}

TEST(Timer, MayEndItselfWhileItRuns) {
  Loop loop;
  int rings = 0;
  std::unique_ptr<Timer> timer;
  timer = std::make_unique<Timer>(&loop, [&] {
    ++rings;
    timer.reset();
  });
  timer->Every(1);
  while (timer != nullptr) loop.RunOnce(/*may_wait=*/true);
  loop.RunOnce(/*may_wait=*/false);
  EXPECT_EQ(rings, 1);
}

TEST(Timer, RingsAgainUntilItIsStopped) {
  Loop loop;
  int rings = 0;
  Timer timer(&loop, [&] {
    if (++rings == 3) timer.Stop();
  });
  timer.Every(1);
  while (rings < 3) loop.RunOnce(/*may_wait=*/true);
  loop.RunOnce(/*may_wait=*/false);
  EXPECT_EQ(rings, 3);
}

}  // namespace
}  // namespace net
