#include "net/submit_policy.h"

#include <gtest/gtest.h>

namespace net {
namespace {

using Decision = SubmitPolicy::Decision;

constexpr SubmitPolicy::Options kOptions = {
    .straggler_us = 20,
    .gather_us_max = 500,
    .gather_bytes_max = 10000,
    .alone_us = 1000,
    .inline_bytes_max = 5000,
};

SubmitPolicy::LogState Open(size_t bytes, int in_flight = 0) {
  return {bytes, in_flight, /*depth=*/2};
}

TEST(SubmitPolicy, LetsTheLoopSleepWithoutAFrame) {
  SubmitPolicy policy(kOptions);
  EXPECT_EQ(policy.Decide(Open(0), 0), Decision::kNothing);
}

TEST(SubmitPolicy, SubmitsWhenNothingCameForAWhile) {
  SubmitPolicy policy(kOptions);
  EXPECT_EQ(policy.Decide(Open(10), 100), Decision::kPollAgain);
  EXPECT_EQ(policy.Decide(Open(10), 119), Decision::kPollAgain);
  EXPECT_EQ(policy.Decide(Open(10), 120), Decision::kSubmit);
}

TEST(SubmitPolicy, WaitsAnewForEachStraggler) {
  SubmitPolicy policy(kOptions);
  EXPECT_EQ(policy.Decide(Open(10), 100), Decision::kPollAgain);
  EXPECT_EQ(policy.Decide(Open(20), 119), Decision::kPollAgain);
  EXPECT_EQ(policy.Decide(Open(20), 138), Decision::kPollAgain);
  EXPECT_EQ(policy.Decide(Open(20), 139), Decision::kSubmit);
}

TEST(SubmitPolicy, DoesNotWaitForEver) {
  SubmitPolicy policy(kOptions);
  int64_t now_us = 100;
  size_t bytes = 1;
  while (policy.Decide(Open(bytes), now_us) == Decision::kPollAgain) {
    ++bytes;
    now_us += 10;
  }
  EXPECT_EQ(now_us, 600);
}

TEST(SubmitPolicy, SubmitsALargeFrameAtOnce) {
  SubmitPolicy policy(kOptions);
  EXPECT_EQ(policy.Decide(Open(10000), 100), Decision::kSubmit);
}

TEST(SubmitPolicy, LetsTheLoopSleepWhileNoSlotIsFree) {
  SubmitPolicy policy(kOptions);
  EXPECT_EQ(policy.Decide(Open(10, 2), 100), Decision::kNothing);
  EXPECT_EQ(policy.Decide(Open(20, 2), 200), Decision::kNothing);
  // A slot is free again, and the frame has waited long enough.
  EXPECT_EQ(policy.Decide(Open(20, 1), 220), Decision::kSubmit);
}

TEST(SubmitPolicy, GathersTheNextFrameFromItsOwnBeginning) {
  SubmitPolicy policy(kOptions);
  EXPECT_EQ(policy.Decide(Open(10), 100), Decision::kPollAgain);
  EXPECT_EQ(policy.Decide(Open(10), 120), Decision::kSubmit);
  EXPECT_EQ(policy.Decide(Open(10, 1), 121), Decision::kPollAgain);
  EXPECT_EQ(policy.Decide(Open(10, 1), 140), Decision::kPollAgain);
  EXPECT_EQ(policy.Decide(Open(10, 1), 141), Decision::kSubmit);
}

TEST(SubmitPolicy, WritesInlineForAClientThatIsAlone) {
  SubmitPolicy policy(kOptions);
  policy.NoteActive(1, 0);
  EXPECT_EQ(policy.Decide(Open(10), 999), Decision::kPollAgain);
  policy.NoteActive(1, 1000);
  EXPECT_EQ(policy.Decide(Open(10), 1000), Decision::kSubmitInline);
  policy.NoteActive(2, 1001);
  EXPECT_EQ(policy.Decide(Open(10), 1001), Decision::kPollAgain);
  // The first one is back: the second ago of both begins anew.
  policy.NoteActive(1, 1500);
  EXPECT_FALSE(policy.Alone(2000));
  EXPECT_TRUE(policy.Alone(2500));
}

TEST(SubmitPolicy, DoesNotWriteInlineWhileItsClientSendsMore) {
  SubmitPolicy policy(kOptions);
  policy.NoteActive(1, 0);
  EXPECT_EQ(policy.Decide(Open(10), 1000), Decision::kPollAgain);
  EXPECT_EQ(policy.Decide(Open(20), 1001), Decision::kPollAgain);
  EXPECT_EQ(policy.Decide(Open(20), 1002), Decision::kSubmitInline);
}

TEST(SubmitPolicy, WritesNeitherLargeNorSecondFramesInline) {
  SubmitPolicy policy(kOptions);
  policy.NoteActive(1, 0);
  EXPECT_EQ(policy.Decide(Open(5001), 2000), Decision::kPollAgain);
  EXPECT_EQ(policy.Decide(Open(10, 1), 2001), Decision::kPollAgain);
}

}  // namespace
}  // namespace net
