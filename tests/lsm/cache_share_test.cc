#include "lsm/cache_share.h"

#include <gtest/gtest.h>

namespace lsm {
namespace {

constexpr uint64_t kBudget = 1 << 30;
constexpr uint64_t kRecordBytes = 512 << 20;

class CacheShareTest : public testing::Test {
 protected:
  CacheShareTest() { share_.SetBudget(kBudget); }

  // So many more ghosts of each kind were met, a hundred times.
  void Meet(uint64_t blocks, uint64_t records) {
    for (int i = 0; i < 100; ++i) {
      block_ghosts_ += blocks;
      record_ghosts_ += records;
      share_.Update(block_ghosts_, record_ghosts_, kRecordBytes);
    }
  }

  CacheShare share_{/*adapts=*/true};
  uint64_t block_ghosts_ = 0;
  uint64_t record_ghosts_ = 0;
};

TEST_F(CacheShareTest, BeginsWithAnEighth) {
  EXPECT_EQ(share_.bytes(), kBudget / 8);
}

TEST_F(CacheShareTest, RangesTakeHalfAndKeysTakeItBack) {
  Meet(/*blocks=*/64, /*records=*/0);
  EXPECT_EQ(share_.bytes(), kBudget / 2);
  Meet(0, 64);
  EXPECT_EQ(share_.bytes(), kBudget / 8);
}

TEST_F(CacheShareTest, GoesOnInSmallSteps) {
  EXPECT_FALSE(share_.Update(63, 0, kRecordBytes));
  EXPECT_TRUE(share_.Update(64, 0, kRecordBytes));
  EXPECT_EQ(share_.bytes(), kBudget / 8 + kBudget / 32);
  EXPECT_FALSE(share_.Update(64 + 63, 0, kRecordBytes));
}

TEST_F(CacheShareTest, SettlesWhereAByteGainsTheSame) {
  // Records gain as much as blocks that have 512 MiB * 64 / (4 * 43) = 190 MiB.
  Meet(/*blocks=*/64, /*records=*/43);
  EXPECT_GE(share_.bytes(), (190 << 20) - kBudget / 32);
  EXPECT_LE(share_.bytes(), (190 << 20) + kBudget / 32);
}

TEST_F(CacheShareTest, KeepsItsPartOfAnotherBudget) {
  Meet(64, 0);
  share_.SetBudget(kBudget / 4);
  EXPECT_EQ(share_.bytes(), kBudget / 8);
  share_.SetBudget(1 << 20);
  EXPECT_EQ(share_.bytes(), 1 << 19);
  EXPECT_EQ(share_.capacity(), 4 << 20);
}

TEST_F(CacheShareTest, StaysWhereItIsIfItMayNotAdapt) {
  CacheShare fixed(/*adapts=*/false);
  fixed.SetBudget(kBudget);
  EXPECT_FALSE(fixed.Update(1000, 0, kRecordBytes));
  EXPECT_EQ(fixed.bytes(), kBudget / 8);
}

}  // namespace
}  // namespace lsm
