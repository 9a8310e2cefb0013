#include "lsm/wal/batch_assembler.h"

#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "lsm/wal/segment_builder.h"

namespace lsm {
namespace {

class BatchAssemblerTest : public testing::Test {
 protected:
  BatchAssemblerTest()
      : apply_([this](Sequence sequence, std::string_view batch) {
          batches_.emplace_back(sequence, batch);
          return base::Status::Ok();
        }),
        assembler_(/*flushed=*/10, apply_) {}

  bool Add(uint16_t flags, Sequence prev_last, Sequence last,
           std::string_view payload) {
    FrameHeader header;
    header.flags = flags;
    header.prev_last = prev_last;
    header.last = last;
    return assembler_.Add(header, payload).ok();
  }
  static std::string Batch(Sequence sequence, std::string_view text) {
    return SegmentBuilder::BatchBytes(sequence, text);
  }

  static constexpr uint16_t kWhole = kFrameFirst | kFrameLast;
  std::vector<std::pair<Sequence, std::string>> batches_;
  BatchAssembler::Apply apply_;
  BatchAssembler assembler_;
};

TEST_F(BatchAssemblerTest, LeavesOutWhatTheTablesHold) {
  EXPECT_TRUE(Add(kWhole, 5, 11, Batch(10, "old") + Batch(11, "")));
  ASSERT_EQ(batches_.size(), 1u);
  EXPECT_EQ(batches_[0].first, 11u);
}

TEST_F(BatchAssemblerTest, GivesNothingBeforeTheLastFragment) {
  const std::string whole = Batch(20, "in pieces");
  EXPECT_TRUE(Add(kFrameFirst, 10, 10, whole.substr(0, 13)));
  EXPECT_TRUE(Add(0, 10, 10, whole.substr(13, 4)));
  EXPECT_TRUE(assembler_.inside());
  EXPECT_TRUE(batches_.empty());
  EXPECT_TRUE(Add(kFrameLast, 10, 20, whole.substr(17)));
  EXPECT_FALSE(assembler_.inside());
  ASSERT_EQ(batches_.size(), 1u);
  EXPECT_EQ(batches_[0].second, "in pieces");
}

TEST_F(BatchAssemblerTest, RefusesFragmentsOfTheWrongSize) {
  const std::string whole = Batch(20, "in pieces");
  EXPECT_TRUE(Add(kFrameFirst, 10, 10, whole.substr(0, 13)));
  EXPECT_FALSE(Add(kFrameLast, 10, 20, whole.substr(13) + "!"));
  assembler_.Drop();
  EXPECT_TRUE(Add(kFrameFirst, 10, 10, whole.substr(0, 13)));
  EXPECT_FALSE(Add(kFrameLast, 10, 20, whole.substr(14)));
  assembler_.Drop();
  EXPECT_FALSE(Add(kFrameFirst, 10, 10, whole.substr(0, 11)));
}

TEST_F(BatchAssemblerTest, RefusesABatchWithinABatch) {
  EXPECT_TRUE(Add(kFrameFirst, 10, 10, Batch(20, "in pieces").substr(0, 13)));
  EXPECT_FALSE(Add(kWhole, 10, 20, Batch(20, "whole")));
}

TEST_F(BatchAssemblerTest, RefusesTheRestOfABatchThatNobodyHas) {
  EXPECT_FALSE(Add(kFrameLast, 10, 20, "rest"));
  EXPECT_TRUE(Add(kFrameLast, 8, 9, "rest"));
}

}  // namespace
}  // namespace lsm
