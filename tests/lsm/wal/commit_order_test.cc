#include "lsm/wal/commit_order.h"

#include <gtest/gtest.h>

namespace lsm {
namespace {

TEST(CommitOrder, CountsOnlyTheLongestFinishedPrefix) {
  CommitOrder order(100, {});
  const uint64_t a = order.Start(110, 10);
  const uint64_t b = order.Start(120, 20);
  const uint64_t c = order.Start(130, 30);
  order.Finish(c, /*durable=*/true);
  order.Finish(b, true);
  EXPECT_EQ(order.synced().last, 100u);
  order.Finish(a, true);
  EXPECT_EQ(order.synced().last, 130u);
  EXPECT_EQ(order.synced().bytes, 60u);
}

TEST(CommitOrder, WaitsForASyncOfWhatIsOnlyCached) {
  CommitOrder order(100, {});
  order.Finish(order.Start(110, 10), /*durable=*/false);
  EXPECT_EQ(order.written().last, 110u);
  EXPECT_EQ(order.synced().last, 100u);
  EXPECT_TRUE(order.NeedsSync());
  order.FinishSync(order.written());
  EXPECT_EQ(order.synced().last, 110u);
  EXPECT_FALSE(order.NeedsSync());
}

TEST(CommitOrder, CountsForASyncOnlyWhatWasWrittenWhenItBegan) {
  CommitOrder order(100, {});
  order.Finish(order.Start(110, 10), false);
  const CommitPoint began = order.written();
  order.Finish(order.Start(120, 10), false);
  order.FinishSync(began);
  EXPECT_EQ(order.synced().last, 110u);
  EXPECT_TRUE(order.NeedsSync());
}

TEST(CommitOrder, LetsADurableFrameWaitForTheCachedOneBeforeIt) {
  CommitOrder order(100, {});
  order.Finish(order.Start(110, 10), false);
  const CommitPoint began = order.written();
  order.Finish(order.Start(120, 10), true);
  EXPECT_EQ(order.synced().last, 100u);
  order.FinishSync(began);
  EXPECT_EQ(order.synced().last, 120u);
}

TEST(CommitOrder, StopsStartingWhenOneFrameIsFarBehind) {
  CommitOrder order(0, {});
  const uint64_t slow = order.Start(1, 0);
  Sequence last = 1;
  while (order.CanStart()) order.Finish(order.Start(++last, 0), true);
  EXPECT_GT(last, 32u);
  order.Finish(slow, true);
  EXPECT_EQ(order.synced().last, last);
  EXPECT_TRUE(order.CanStart());
}

}  // namespace
}  // namespace lsm
