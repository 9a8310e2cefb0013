#include "server/process_memory.h"

#include <gtest/gtest.h>

namespace server {
namespace {

constexpr uint64_t kMiB = 1 << 20;

base::AllocatorStats Allocator(uint64_t allocated, uint64_t active) {
  return {"", allocated * kMiB, active * kMiB, active * kMiB};
}

TEST(OtherMemory, IsWhatTheEngineDoesNotCount) {
  EXPECT_EQ(
      OtherMemory(100 * kMiB, 60 * kMiB, 80 * kMiB, Allocator(70, 70)) / kMiB,
      20u);
  EXPECT_EQ(OtherMemory(100 * kMiB, 60 * kMiB, 50 * kMiB, Allocator(70, 70)),
            0u);
}

// What was evicted leaves a hole, and the process is as large as before.
TEST(OtherMemory, DoesNotGrowWithEachRecordThatIsEvicted) {
  for (uint64_t evicted = 0; evicted <= 10; ++evicted) {
    EXPECT_EQ(OtherMemory(100 * kMiB, (60 - evicted) * kMiB, 80 * kMiB,
                          Allocator(70 - evicted, 70)) /
                  kMiB,
              20u);
  }
}

TEST(OtherMemory, CountsHolesThatAreTooMany) {
  EXPECT_EQ(
      OtherMemory(100 * kMiB, 60 * kMiB, 100 * kMiB, Allocator(70, 90)) / kMiB,
      30u);
}

}  // namespace
}  // namespace server
