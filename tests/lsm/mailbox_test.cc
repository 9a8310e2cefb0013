#include "lsm/mailbox.h"

#include <gtest/gtest.h>

#include <atomic>
#include <thread>
#include <vector>

namespace lsm {
namespace {

TEST(Mailbox, RunsLettersInTheOrderInWhichTheyWerePosted) {
  int wakes = 0;
  Mailbox mailbox([&wakes] { ++wakes; });
  std::vector<int> seen;
  for (int i = 0; i < 3; ++i) mailbox.Post([&seen, i] { seen.push_back(i); });
  EXPECT_EQ(wakes, 3);
  EXPECT_TRUE(seen.empty());
  EXPECT_EQ(mailbox.Drain(), 3u);
  EXPECT_EQ(seen, (std::vector<int>{0, 1, 2}));
  EXPECT_EQ(mailbox.Drain(), 0u);
}

TEST(Mailbox, KeepsWhatALetterPostsForTheNextTime) {
  Mailbox mailbox(nullptr);
  int replies = 0;
  mailbox.Post([&] { mailbox.Post([&replies] { ++replies; }); });
  EXPECT_EQ(mailbox.Drain(), 1u);
  EXPECT_EQ(replies, 0);
  EXPECT_EQ(mailbox.Drain(), 1u);
  EXPECT_EQ(replies, 1);
}

TEST(Mailbox, LosesNothingOfManyThreads) {
  constexpr int kThreads = 4;
  constexpr int kLetters = 1000;
  std::atomic<bool> awake = false;
  Mailbox mailbox([&awake] { awake = true; });
  int delivered = 0;  // By the owner only.
  std::vector<std::thread> threads;
  for (int i = 0; i < kThreads; ++i) {
    threads.emplace_back([&] {
      for (int j = 0; j < kLetters; ++j) mailbox.Post([&] { ++delivered; });
    });
  }
  while (delivered < kThreads * kLetters / 2) mailbox.Drain();
  for (std::thread& thread : threads) thread.join();
  mailbox.Drain();
  EXPECT_EQ(delivered, kThreads * kLetters);
  EXPECT_TRUE(awake);
}

// What a letter holds goes when it is gone, read or not.
TEST(Mailbox, LetsGoOfUnreadLetters) {
  const auto held = std::make_shared<int>(1);
  {
    Mailbox mailbox(nullptr);
    mailbox.Post([held] {});
    EXPECT_EQ(held.use_count(), 2);
  }
  EXPECT_EQ(held.use_count(), 1);
}

}  // namespace
}  // namespace lsm
