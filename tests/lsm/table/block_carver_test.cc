#include "lsm/table/block_carver.h"

#include <gtest/gtest.h>

#include "lsm/table/table_lab.h"

namespace lsm {
namespace {

class BlockCarverTest : public testing::Test {
 protected:
  BlockCarverTest() {
    base::Random random(3);
    lab_.options_.block_bytes = 512;
    properties_ = lab_.Build(RandomRows(random, 400));
    Open();
  }
  void Open() {
    file_ =
        lab_.fs_.OpenReadable(lab_.path(), base::FileSystem::ReadMode::kCached)
            .value();
  }
  std::optional<Extent> At(uint64_t offset) {
    return FindBlockAt(file_.get(), offset, properties_.data_bytes,
                       properties_.data_bytes, seed_)
        .value();
  }
  std::optional<Extent> Behind(uint64_t from) {
    return FindBlockBehind(file_.get(), from, properties_.data_bytes, seed_)
        .value();
  }

  TableLab lab_;
  TableProperties properties_;
  const uint64_t seed_ = TableSeed(lab_.uuid_, TableLab::kNumber);
  std::unique_ptr<base::ReadableFile> file_;
};

TEST_F(BlockCarverTest, FindsBlockAfterBlock) {
  uint64_t blocks = 0;
  uint64_t at = 0;
  while (at < properties_.data_bytes) {
    const auto block = At(at);
    ASSERT_TRUE(block) << at;
    EXPECT_EQ(block->offset, at);
    at += block->size + kBlockTrailerBytes;
    ++blocks;
  }
  EXPECT_EQ(at, properties_.data_bytes);
  EXPECT_EQ(blocks, properties_.data_blocks);
}

TEST_F(BlockCarverTest, FindsNothingWhereNoWholeBlockBegins) {
  EXPECT_FALSE(At(1));
  const Extent first = *At(0);
  lab_.fs_.FlipBit(lab_.path(), first.size / 2, 1);
  Open();
  EXPECT_FALSE(At(0));
  EXPECT_EQ(Behind(1)->offset, first.size + kBlockTrailerBytes);
}

TEST_F(BlockCarverTest, KeepsWithinItsLimits) {
  const Extent first = *At(0);
  const uint64_t stored = first.size + kBlockTrailerBytes;
  EXPECT_FALSE(FindBlockAt(file_.get(), 0, stored - 1, stored, seed_).value());
  EXPECT_TRUE(FindBlockAt(file_.get(), 0, stored, stored, seed_).value());
  EXPECT_FALSE(FindBlockAt(file_.get(), 0, stored, stored - 1, seed_).value());
  EXPECT_FALSE(Behind(properties_.data_bytes));
  EXPECT_FALSE(Behind(properties_.data_bytes - 3));
}

TEST_F(BlockCarverTest, FindsABlockOfManyWindows) {
  base::Random random(4);
  std::string value;
  while (value.size() < (3 << 20)) {
    value.push_back(static_cast<char>(random.Below(256)));
  }
  lab_.options_.compression = Compression::kNone;
  properties_ = lab_.Build({Value("large", 5, value)});
  Open();
  const auto block = At(0);
  ASSERT_TRUE(block);
  EXPECT_EQ(block->size + kBlockTrailerBytes, properties_.data_bytes);
}

}  // namespace
}  // namespace lsm
