#include "server/process_memory.h"

#include <gtest/gtest.h>

namespace server {
namespace {

constexpr uint64_t kMiB = 1 << 20;

base::AllocatorStats Allocator(uint64_t allocated, uint64_t active) {
  return {"", allocated * kMiB, active * kMiB, active * kMiB};
}

uint64_t Other(uint64_t budget, uint64_t counted, uint64_t resident,
               const base::AllocatorStats& allocator) {
  return OtherMemory().Note(budget * kMiB, counted * kMiB, resident * kMiB,
                            allocator) /
         kMiB;
}

TEST(OtherMemory, IsWhatTheEngineDoesNotCount) {
  EXPECT_EQ(Other(100, 60, 80, Allocator(70, 70)), 20u);
  EXPECT_EQ(Other(100, 60, 50, Allocator(70, 70)), 0u);
}

// What was evicted leaves a hole, and the process is as large as before.
TEST(OtherMemory, DoesNotGrowWithEachRecordThatIsEvicted) {
  for (uint64_t evicted = 0; evicted <= 6; ++evicted) {
    EXPECT_EQ(Other(100, 60 - evicted, 80, Allocator(70 - evicted, 70)), 20u);
  }
}

TEST(OtherMemory, CountsHolesThatAreTooMany) {
  EXPECT_EQ(Other(160, 60, 100, Allocator(70, 90)), 30u);
}

// The engine evicts what it must, the pages go a little later.
TEST(OtherMemory, GivesIdlePagesTimeAfterASmallerBudget) {
  OtherMemory other;
  const auto note = [&other](uint64_t budget, uint64_t handed_out) {
    return other.Note(budget * kMiB, (handed_out - 10) * kMiB, 200 * kMiB,
                      Allocator(handed_out, handed_out)) /
           kMiB;
  };
  ASSERT_EQ(note(200, 190), 20u);
  int readings = 0;
  while (note(100, 90) == 20) ++readings;
  EXPECT_EQ(readings, 30);
  EXPECT_EQ(note(100, 90), 120u);
}

TEST(OtherMemory, GivesHolesNoTimeOtherwise) {
  OtherMemory other;
  for (const uint64_t budget : {160u, 160u, 320u}) {
    for (const uint64_t holes : {20u, 50u}) {
      EXPECT_EQ(other.Note(budget * kMiB, 60 * kMiB, (60 + holes) * kMiB,
                           Allocator(60, 60 + holes)) /
                    kMiB,
                holes - budget / 16);
    }
  }
}

// What is freed is mostly used again before it is back with the system.
TEST(OtherMemory, CountsFreedPagesOnceTheyHaveStayed) {
  OtherMemory other;
  const auto note = [&other](uint64_t resident) {
    return other.Note(100 * kMiB, 60 * kMiB, resident * kMiB,
                      Allocator(60, 60)) /
           kMiB;
  };
  for (int i = 0; i < 5; ++i) note(65);
  for (int i = 0; i < 4; ++i) EXPECT_EQ(note(90), 5u);
  EXPECT_EQ(note(90), 30u);
  EXPECT_EQ(note(70), 10u) << "what is less counts at once";
}

TEST(OtherMemory, CountsAtOnceWhatIsHandedOut) {
  OtherMemory other;
  for (uint64_t buffers = 0; buffers < 100; buffers += 10) {
    EXPECT_EQ(other.Note(100 * kMiB, 60 * kMiB, (80 + buffers) * kMiB,
                         Allocator(70 + buffers, 70 + buffers)) /
                  kMiB,
              20 + buffers);
  }
}

TEST(ShouldPurge, IsForAProcessThatIsTooLargeForFreePages) {
  const auto should = [](uint64_t resident, uint64_t active) {
    return ShouldPurge(100 * kMiB, resident * kMiB, Allocator(50, active));
  };
  EXPECT_TRUE(should(101, 90));
  EXPECT_FALSE(should(99, 60)) << "there is room";
  EXPECT_FALSE(should(120, 118)) << "what is free is hardly worth it";
  EXPECT_FALSE(should(120, 130));
}

}  // namespace
}  // namespace server
