#include "base/allocator.h"

#include <gtest/gtest.h>

namespace base {
namespace {

TEST(Allocator, NeverCountsLessThanWasAskedFor) {
  EXPECT_EQ(AllocatedBytes(0), 0u);
  size_t last = 0;
  for (size_t size = 1; size < 100'000; size += 7) {
    const size_t bytes = AllocatedBytes(size);
    ASSERT_GE(bytes, size);
    ASSERT_LE(bytes, size + size / 4 + 64);
    ASSERT_GE(bytes, last);
    last = bytes;
  }
}

TEST(Allocator, KnowsWhatItHasHandedOut) {
  const AllocatorStats stats = ReadAllocatorStats();
  EXPECT_FALSE(stats.name.empty());
  // (Under a sanitizer all of it is 0.)
  EXPECT_GE(stats.resident, stats.allocated);
}

TEST(Allocator, GivesPagesBackOnAThreadOfItsOwn) {
  // (A sanitizer's has none.)
  EXPECT_EQ(PurgeInBackground(), ReadAllocatorStats().name != "libc");
}

}  // namespace
}  // namespace base
