#include "lsm/writer_groups.h"

#include <gtest/gtest.h>

#include <atomic>
#include <thread>
#include <vector>

namespace lsm {
namespace {

TEST(WriterGroups, AGroupIsThatOfAFrame) {
  WriterGroups groups;
  const auto first = groups.Join(1);
  EXPECT_EQ(groups.Join(2), first);
  EXPECT_EQ(first->size(), 2u);
  groups.BeginFrame();
  EXPECT_NE(groups.Join(3), first);
}

TEST(WriterGroups, ASyncWakesWhomItConcernsAndTheNext) {
  WriterGroups groups;
  std::vector<std::shared_ptr<WriterGroups::Group>> frames;
  for (Sequence sequence = 1; sequence <= 4; ++sequence) {
    groups.BeginFrame();
    frames.push_back(groups.Join(sequence));
  }
  groups.Wake(/*synced=*/2);
  EXPECT_EQ(frames[0]->wakes(), 1u);
  EXPECT_EQ(frames[1]->wakes(), 1u);
  EXPECT_EQ(frames[2]->wakes(), 1u);
  EXPECT_EQ(frames[3]->wakes(), 0u);
}

TEST(WriterGroups, WhatIsNoSyncWakesAll) {
  WriterGroups groups;
  const auto first = groups.Join(5);
  groups.BeginFrame();
  const auto second = groups.Join(6);
  groups.Wake(4);
  groups.Wake(4);
  EXPECT_EQ(first->wakes(), 2u);
  EXPECT_EQ(second->wakes(), 1u);
  // Nor is one that was overtaken.
  groups.Wake(3);
  EXPECT_EQ(second->wakes(), 2u);
}

TEST(WriterGroups, AGroupThatGrowsAfterItsSyncIsStillKnown) {
  WriterGroups groups;
  const auto group = groups.Join(1);
  groups.Wake(1);
  EXPECT_EQ(groups.Join(2), group);
  const uint32_t seen = group->wakes();
  groups.Wake(2);
  EXPECT_GT(group->wakes(), seen);
}

// Whoever waits, with nobody to come after the last sync, is woken by it.
TEST(WriterGroups, NobodySleepsOn) {
  constexpr int kThreads = 8;
  constexpr int kWrites = 2000;
  WriterGroups groups;
  base::Mutex owner;
  std::atomic<Sequence> applied = 0;
  std::atomic<Sequence> synced = 0;
  std::atomic<int> ended = 0;
  std::vector<std::thread> writers;
  for (int i = 0; i < kThreads; ++i) {
    writers.emplace_back([&] {
      for (int write = 0; write < kWrites; ++write) {
        Sequence mine = 0;
        std::shared_ptr<WriterGroups::Group> group;
        {
          base::MutexLock lock(owner);
          if (applied == synced) groups.BeginFrame();
          mine = ++applied;
          group = groups.Join(mine);
        }
        while (true) {
          const uint32_t seen = group->wakes();
          if (synced >= mine) break;
          group->Sleep(seen);
        }
      }
      ++ended;
    });
  }
  while (ended < kThreads) {
    const Sequence now = applied;
    if (now == synced) {
      std::this_thread::yield();
      continue;
    }
    synced = now;
    groups.Wake(now);
  }
  for (std::thread& writer : writers) writer.join();
  EXPECT_EQ(synced, Sequence{kThreads * kWrites});
}

}  // namespace
}  // namespace lsm
