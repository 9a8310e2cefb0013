#include "lsm/table/block_cache.h"

#include <gtest/gtest.h>

#include <cstring>
#include <thread>

#include "base/coding.h"
#include "base/random.h"
#include "lsm/table/block_builder.h"

namespace lsm {
namespace {

// A block with one row, whose value names the block.
Block MakeBlock(uint64_t file, uint64_t offset, size_t value_bytes = 100) {
  std::string value(std::max<size_t>(16, value_bytes), '\0');
  base::StoreLittle(value.data(), file);
  base::StoreLittle(value.data() + 8, offset);
  BlockBuilder builder(16);
  builder.Add("", "key", Pack(1, Kind::kValue), value);
  const std::string_view bytes = builder.Finish();
  Buffer buffer(bytes.size());
  std::memcpy(buffer.data(), bytes.data(), bytes.size());
  return Block::Parse(std::move(buffer)).value();
}

bool Is(const PinnedBlock& pin, uint64_t file, uint64_t offset) {
  uint64_t packed = 0;
  std::string_view value;
  if (pin->Find("key", 1, &packed, &value) != Block::Found::kRow) return false;
  return base::LoadLittle<uint64_t>(value.data()) == file &&
         base::LoadLittle<uint64_t>(value.data() + 8) == offset;
}

TEST(BlockCache, FindsWhatWasInserted) {
  BlockCache cache(10 << 20);
  for (uint64_t file = 1; file <= 3; ++file) {
    for (uint64_t offset = 0; offset < 1000; ++offset) {
      EXPECT_TRUE(Is(cache.Insert(file, offset, MakeBlock(file, offset)), file,
                     offset));
    }
  }
  for (uint64_t file = 1; file <= 3; ++file) {
    for (uint64_t offset = 0; offset < 1000; ++offset) {
      const PinnedBlock pin = cache.Lookup(file, offset);
      ASSERT_TRUE(pin);
      EXPECT_TRUE(Is(pin, file, offset));
    }
  }
  EXPECT_FALSE(cache.Lookup(4, 0));
  const BlockCache::Stats stats = cache.stats();
  EXPECT_EQ(stats.hits, 3000u);
  EXPECT_EQ(stats.misses, 1u);
  EXPECT_EQ(stats.blocks, 3000u);
  EXPECT_GT(stats.bytes, 3000u * 100);
}

TEST(BlockCache, StaysWithinItsCapacity) {
  BlockCache cache(1 << 20);
  for (uint64_t offset = 0; offset < 5000; ++offset) {
    cache.Insert(1, offset, MakeBlock(1, offset, 1000));
    ASSERT_LE(cache.bytes(), cache.capacity());
  }
  EXPECT_GT(cache.bytes(), cache.capacity() / 2);
  EXPECT_GT(cache.stats().evictions, 0u);
  cache.SetCapacity(100'000);
  const uint64_t before = cache.stats().evictions;
  EXPECT_TRUE(cache.Trim(32));
  EXPECT_LE(cache.stats().evictions, before + 32) << "a step is a small one";
  while (cache.Trim(32)) continue;
  EXPECT_LE(cache.bytes(), 100'000u);
  cache.SetCapacity(0);
  while (cache.Trim(32)) continue;
  EXPECT_EQ(cache.bytes(), 0u);
  EXPECT_TRUE(Is(cache.Insert(1, 1, MakeBlock(1, 1)), 1, 1));
  EXPECT_EQ(cache.bytes(), 0u);
}

TEST(BlockCache, KeepsAPinnedBlockThroughEvictionAndItsOwnEnd) {
  auto cache = std::make_unique<BlockCache>(1 << 20);
  const PinnedBlock pin = cache->Insert(1, 1, MakeBlock(1, 1));
  cache->SetCapacity(0);
  EXPECT_FALSE(cache->Trim(32)) << "all that is there is pinned";
  EXPECT_TRUE(Is(pin, 1, 1));
  cache.reset();
  EXPECT_TRUE(Is(pin, 1, 1));
}

TEST(BlockCache, PrefersBlocksThatAreUsed) {
  BlockCache cache(1 << 20);
  for (uint64_t offset = 0; offset < 200; ++offset) {
    cache.Insert(1, offset, MakeBlock(1, offset, 1000));
  }
  // A stream of blocks that nobody asks for again, ten times the capacity.
  for (uint64_t offset = 1000; offset < 11'000; ++offset) {
    if (offset % 100 == 0) {
      for (uint64_t hot = 0; hot < 200; ++hot) cache.Lookup(1, hot);
    }
    cache.Insert(1, offset, MakeBlock(1, offset, 1000));
  }
  int kept = 0;
  for (uint64_t hot = 0; hot < 200; ++hot) {
    kept += static_cast<bool>(cache.Lookup(1, hot));
  }
  EXPECT_EQ(kept, 200);
}

TEST(BlockCache, DoesNotWarmWhatAScanLooksAt) {
  BlockCache cache(1 << 20);
  cache.Insert(1, 1, MakeBlock(1, 1, 1000));
  for (int i = 0; i < 100; ++i) cache.Lookup(1, 1, /*touch=*/false);
  for (uint64_t offset = 1000; offset < 5000; ++offset) {
    cache.Insert(1, offset, MakeBlock(1, offset, 1000));
  }
  EXPECT_FALSE(cache.Lookup(1, 1));
}

TEST(BlockCache, LetsAScanPassByWhatIsUsed) {
  BlockCache cache(1 << 20);
  constexpr uint64_t kHot = 500;
  for (uint64_t i = 0; i < kHot; ++i) {
    cache.Insert(1, i, MakeBlock(1, i));
    cache.Lookup(1, i);
  }
  for (uint64_t i = 0; i < 100000; ++i) cache.Insert(2, i, MakeBlock(2, i));
  uint64_t kept = 0;
  for (uint64_t i = 0; i < kHot; ++i) kept += cache.Lookup(1, i) ? 1 : 0;
  EXPECT_EQ(kept, kHot);
  EXPECT_EQ(cache.bytes(), cache.stats().bytes);
}

TEST(BlockCache, GivesTheFirstOfTwoEqualInserts) {
  BlockCache cache(1 << 20);
  const PinnedBlock first = cache.Insert(1, 1, MakeBlock(1, 1));
  const PinnedBlock second = cache.Insert(1, 1, MakeBlock(1, 1));
  EXPECT_EQ(&*first, &*second);
  EXPECT_EQ(cache.stats().blocks, 1u);
}

TEST(BlockCache, NeverGivesOneFilesBlocksToAnother) {
  BlockCache cache(1 << 20);
  const uint64_t one = cache.NewFileId();
  const uint64_t two = cache.NewFileId();
  EXPECT_NE(one, two);
  cache.Insert(one, 0, MakeBlock(one, 0));
  EXPECT_FALSE(cache.Lookup(two, 0));
}

TEST(BlockCache, ServesManyThreadsTheRightBlocks) {
  BlockCache cache(200'000);
  std::atomic<int> wrong = 0;
  std::vector<std::thread> threads;
  for (uint64_t seed = 0; seed < 4; ++seed) {
    threads.emplace_back([&cache, &wrong, seed] {
      base::Random random(seed);
      PinnedBlock held;
      uint64_t held_offset = 0;
      for (int i = 0; i < 5000; ++i) {
        const uint64_t offset = random.Below(500);
        PinnedBlock pin = cache.Lookup(1, offset);
        if (!pin) pin = cache.Insert(1, offset, MakeBlock(1, offset, 1000));
        wrong += !Is(pin, 1, offset);
        if (held) wrong += !Is(held, 1, held_offset);
        if (random.OneIn(3)) {
          held = std::move(pin);
          held_offset = offset;
        }
        if (random.OneIn(1000)) cache.SetCapacity(random.Below(400'000));
        if (random.OneIn(100)) (void)cache.Trim(32);
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(wrong, 0);
}

}  // namespace
}  // namespace lsm
