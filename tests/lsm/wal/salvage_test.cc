#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "lsm/wal/recovery.h"
#include "lsm/wal/segment_builder.h"

namespace lsm {
namespace {

class SalvageTest : public testing::Test {
 protected:
  SalvageTest() {
    EXPECT_TRUE(fs_.CreateDirectory("db").ok());
    one_.Open({}, 0, 0).Batches({10}, 0);
    two_.Open(one_.Link(), 10, 10).Batches({20}, 10);
    cut_ = two_.end();
    two_.Batches({30}, 20);
    link_ = two_.Link();
    three_.Open(link_, 30, 30).Batches({40}, 30);
    request_.fs = &fs_;
    request_.directory = "db";
    request_.segments = {1, 2, 3};
  }
  void PutAll() {
    one_.Put(&fs_);
    two_.Put(&fs_);
    three_.Put(&fs_);
  }
  std::string Bytes(const std::string& path) {
    auto bytes = base::ReadWholeFile(&fs_, path);
    EXPECT_TRUE(bytes.ok());
    return std::move(bytes).value();
  }

  support::CrashFileSystem fs_;
  ReplayRequest request_;
  SegmentBuilder one_{1};
  SegmentBuilder two_{2};
  SegmentBuilder three_{3};
  SegmentLink link_;
  uint64_t cut_ = 0;
};

TEST_F(SalvageTest, DoesNothingToASoundLog) {
  PutAll();
  const auto salvage = SalvageLog(request_);
  ASSERT_TRUE(salvage.ok());
  EXPECT_EQ(salvage.value().directory, "");
  EXPECT_EQ(fs_.List("db").value().size(), 3u);
}

TEST_F(SalvageTest, CopiesTheDamagedSegmentsAndSaysWhereToCut) {
  two_.Damage(-10);
  PutAll();
  const auto salvage = SalvageLog(request_);
  ASSERT_TRUE(salvage.ok());
  EXPECT_EQ(salvage.value().directory, "db/salvage-1");
  EXPECT_EQ(salvage.value().end.last, 20u);
  EXPECT_EQ(salvage.value().end.cut->segment, 2u);
  EXPECT_EQ(salvage.value().end.cut->offset, cut_);
  EXPECT_FALSE(fs_.Exists("db/salvage-1/" + SegmentName(1)).value());
  for (const uint64_t number : {2, 3}) {
    EXPECT_EQ(Bytes("db/salvage-1/" + SegmentName(number)),
              Bytes("db/" + SegmentName(number)));
  }
  request_.cut_at_corruption = true;
  std::vector<Sequence> batches;
  const auto end = ReplayLog(request_, [&](Sequence s, std::string_view) {
    batches.push_back(s);
    return base::Status::Ok();
  });
  ASSERT_TRUE(end.ok());
  EXPECT_EQ(batches, (std::vector<Sequence>{10, 20}));
  EXPECT_GE(end.value().highest_seen, 40u);
}

TEST_F(SalvageTest, KeepsTheCopiesOfAnEarlierSalvage) {
  two_.Damage(-10);
  PutAll();
  ASSERT_TRUE(SalvageLog(request_).ok());
  EXPECT_EQ(SalvageLog(request_).value().directory, "db/salvage-2");
}

TEST_F(SalvageTest, EndsTheLogBeforeAMissingSegment) {
  one_.Put(&fs_);
  three_.Put(&fs_);
  const auto salvage = SalvageLog(request_);
  ASSERT_TRUE(salvage.ok());
  EXPECT_NE(salvage.value().reason, "");
  EXPECT_EQ(salvage.value().end.last, 10u);
  EXPECT_EQ(salvage.value().end.segments, std::vector<uint64_t>{1});
  EXPECT_TRUE(fs_.Exists("db/salvage-1/" + SegmentName(3)).value());
}

TEST_F(SalvageTest, LeavesAnEmptyLogWhenTheFirstSegmentIsMissing) {
  two_.Put(&fs_);
  three_.Put(&fs_);
  const auto salvage = SalvageLog(request_);
  ASSERT_TRUE(salvage.ok());
  EXPECT_FALSE(salvage.value().end.cut);
  EXPECT_TRUE(salvage.value().end.segments.empty());
}

}  // namespace
}  // namespace lsm
