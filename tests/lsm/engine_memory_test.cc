// How memory keeps to its budget without keeping the owner from its work.

#include <gtest/gtest.h>

#include <algorithm>
#include <string>

#include "lsm/engine.h"
#include "lsm/engine_lab.h"

namespace lsm {
namespace {

// Goes on whenever it is looked at.
class RestlessClock : public support::ManualClock {
 public:
  int64_t MonotonicMicros() override {
    AdvanceAsleep(step_us);
    return ManualClock::MonotonicMicros();
  }
  int64_t step_us = 0;
};

class EngineMemoryTest : public testing::Test {
 protected:
  void SetUp() override {
    lab.options.clock = &clock;
    const base::Status status = lab.Open();
    ASSERT_TRUE(status.ok()) << status.ToString();
    for (int i = 0; i < 20; ++i) {
      lab.Fill("k" + std::to_string(i), 200);
      lab.Drive();
    }
    ASSERT_TRUE(lab.Flush().ok());
    lab.Drive();
  }

  // Ticks until there is no more to do; the most that one of them evicted.
  uint64_t EvictAll() {
    uint64_t most = 0;
    bool more = true;
    for (int i = 0; more && i < 1000; ++i) {
      const uint64_t before = lab->stats().evicted_records;
      more = lab->Tick();
      most = std::max(most, lab->stats().evicted_records - before);
    }
    EXPECT_FALSE(more);
    return most;
  }

  RestlessClock clock;
  EngineLab lab;
};

TEST_F(EngineMemoryTest, EvictionEndsWhenItsTimeIsOver) {
  ASSERT_EQ(lab->stats().evicted_records, 0u);
  clock.step_us = 1'000;
  lab->SetMemoryBytes(1);
  const uint64_t most = EvictAll();
  EXPECT_GT(most, 0u);
  EXPECT_LT(most, 100u);
  EXPECT_EQ(lab->stats().evicted_records, 4000u);
}

TEST_F(EngineMemoryTest, EvictsMoreAtOnceWhereThereIsTime) {
  lab->SetMemoryBytes(1);
  const uint64_t most = EvictAll();
  EXPECT_GT(most, 200u);
  EXPECT_EQ(lab->stats().evicted_records, 4000u);
}

// After many commands there is more to go, and ticks are few.
TEST_F(EngineMemoryTest, EvictsForAPartOfTheTimeThatCommandsTook) {
  clock.step_us = 10;
  lab->SetMemoryBytes(1);
  lab->Tick();
  const uint64_t before = lab->stats().evicted_records;
  lab->Tick();
  const uint64_t soon = lab->stats().evicted_records - before;
  clock.AdvanceAsleep(4'000);
  lab->Tick();
  const uint64_t later = lab->stats().evicted_records - before - soon;
  EXPECT_GT(soon, 0u);
  EXPECT_GT(later, 3 * soon);
}

// However little comes of each step: where most of the index is empty they are
// short.
TEST_F(EngineMemoryTest, EvictsForAsLongAsItMay) {
  for (int i = 0; i < 100; ++i) lab.Fill("more" + std::to_string(i), 200);
  ASSERT_TRUE(lab.Flush().ok());
  clock.step_us = 1;
  lab->Tick();
  lab->SetMemoryBytes(1);
  clock.AdvanceAsleep(8'000);
  lab->Tick();
  EXPECT_GT(lab->stats().evicted_records, 10'000u);
}

TEST_F(EngineMemoryTest, LeavesOldTablesForTheCleanUpLaneToTakeApart) {
  lab.Fill("k", 200);
  bool compacted = false;
  lab->Compact([&](const base::Status& status) { compacted = status.ok(); });
  lab->Submit();
  while (!compacted) ASSERT_TRUE(lab->RunBackground());
  const uint64_t held = lab->stats().table_memory_bytes;
  lab.Drive();
  EXPECT_LT(lab->stats().table_memory_bytes, held);
}

}  // namespace
}  // namespace lsm
