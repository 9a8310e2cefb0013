#include "base/allocator.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>
#include <utility>
#include <vector>

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

TEST(Allocator, GivesFreePagesBackWhenAsked) {
  // (Others do not tell.)
  if (ReadAllocatorStats().name == "libc") return;
  constexpr size_t kSize = 8192;
  constexpr size_t kCount = 4096;
  std::vector<void*> held;
  for (size_t i = 0; i < kCount; ++i) {
    held.push_back(std::memset(AllocateDense(kSize), 'x', kSize));
  }
  for (void* const memory : held) FreeDense(memory);
  Purge();
  const AllocatorStats stats = ReadAllocatorStats();
  EXPECT_LT(stats.resident - stats.active, kSize * kCount / 2);
}

TEST(Allocator, TellsWhatLiesSparse) {
  if (!CanDefragment()) {
    int* const lone = static_cast<int*>(AllocateDense(sizeof(int)));
    EXPECT_FALSE(LiesSparse(lone));
    FreeDense(lone);
    return;
  }
  // Every allocation of the first half stays, but one in four of the second.
  constexpr size_t kCount = 20'000;
  constexpr size_t kSize = 320;
  std::vector<void*> held;
  for (size_t i = 0; i < kCount; ++i) held.push_back(AllocateDense(kSize));
  std::vector<void*> dense(held.begin(), held.begin() + kCount / 2);
  std::vector<void*> sparse;
  for (size_t i = kCount / 2; i < kCount; ++i) {
    if (i % 4 == 0) {
      sparse.push_back(held[i]);
    } else {
      FreeDense(held[i]);
    }
  }
  // But for the slabs at the borders.
  const auto count = [](const std::vector<void*>& memory) {
    return static_cast<size_t>(
        std::count_if(memory.begin(), memory.end(), LiesSparse));
  };
  EXPECT_LT(count(dense), dense.size() / 20);
  EXPECT_GT(count(sparse), sparse.size() * 3 / 10);

  // Moving what lies sparse gives most of the holes back.
  const auto holes = [] {
    const AllocatorStats stats = ReadAllocatorStats();
    return stats.active - stats.allocated;
  };
  const size_t before = holes();
  for (int round = 0; round < 10; ++round) {
    for (void*& memory : sparse) {
      if (!LiesSparse(memory)) continue;
      void* const now = AllocateDense(kSize);
      FreeDense(std::exchange(memory, now));
    }
  }
  const size_t after = holes();
  EXPECT_LT(after, before);
  EXPECT_GT(before - std::min(before, after), kCount / 2 * 3 / 4 * kSize / 2);
  for (void* const memory : dense) FreeDense(memory);
  for (void* const memory : sparse) FreeDense(memory);
}

TEST(Allocator, FindsNothingSparseInWhatFillsItsPages) {
  std::vector<void*> held;
  for (int i = 0; i < 100; ++i) held.push_back(AllocateDense(64 << 10));
  for (size_t i = 0; i < held.size(); i += 2) {
    FreeDense(std::exchange(held[i], nullptr));
  }
  for (void* const memory : held) {
    if (memory == nullptr) continue;
    EXPECT_FALSE(LiesSparse(memory));
    FreeDense(memory);
  }
}

}  // namespace
}  // namespace base
