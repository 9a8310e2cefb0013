// ReplayLog with skip_damage: everything whole is handed on, and what is
// missing is named by file and sequences.

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "lsm/wal/recovery.h"
#include "lsm/wal/segment_builder.h"

namespace lsm {
namespace {

class SkipDamageTest : public testing::Test {
 protected:
  SkipDamageTest() {
    EXPECT_TRUE(fs_.CreateDirectory("db").ok());
    EXPECT_TRUE(fs_.SyncDirectory("/").ok());
    request_.fs = &fs_;
    request_.directory = "db";
    request_.skip_damage = true;
  }

  LogEnd Replay() {
    batches_.clear();
    auto end = ReplayLog(request_, [this](Sequence sequence, std::string_view) {
      batches_.push_back(sequence);
      return base::Status::Ok();
    });
    EXPECT_TRUE(end.ok()) << end.status().ToString();
    return std::move(end).value();
  }

  using Sequences = std::vector<Sequence>;

  support::CrashFileSystem fs_;
  ReplayRequest request_;
  Sequences batches_;
};

TEST_F(SkipDamageTest, FindsNothingMissingInASoundLog) {
  SegmentBuilder one(1);
  one.Open({}, 0, 0).Batches({10}, 0).Batches({20}, 10).Witness(20).Put(&fs_);
  request_.segments = {1};
  const LogEnd end = Replay();
  EXPECT_EQ(batches_, (Sequences{10, 20}));
  EXPECT_TRUE(end.gaps.empty());
  EXPECT_TRUE(end.damaged_files.empty());
}

TEST_F(SkipDamageTest, GoesOnBehindTheDamagedFrame) {
  SegmentBuilder one(1);
  one.Open({}, 0, 0).Batches({10}, 0).Batches({20, 21}, 10).Damage(-20);
  one.Batches({30}, 21).Batches({40}, 30).Damage(-20).Batches({50}, 40);
  one.Put(&fs_);
  request_.segments = {1};
  const LogEnd end = Replay();
  EXPECT_EQ(batches_, (Sequences{10, 30, 50}));
  EXPECT_EQ(end.last, 50u);
  ASSERT_EQ(end.gaps.size(), 2u);
  EXPECT_EQ(end.gaps[0].after, 10u);
  EXPECT_EQ(end.gaps[0].upto, 21u);
  EXPECT_NE(end.gaps[0].what.find(SegmentName(1)), std::string::npos);
  EXPECT_EQ(end.gaps[1].after, 30u);
  EXPECT_EQ(end.gaps[1].upto, 40u);
}

TEST_F(SkipDamageTest, StillTakesATornTailForTheEnd) {
  SegmentBuilder one(1);
  one.Open({}, 0, 0).Batches({10}, 0).Batches({20}, 10).Damage(-20);
  one.Batches({30}, 10).Put(&fs_);
  request_.segments = {1};
  const LogEnd end = Replay();
  EXPECT_EQ(batches_, Sequences{10});
  EXPECT_TRUE(end.gaps.empty());
}

TEST_F(SkipDamageTest, SaysHowFarThePromiseWentWhenNothingFollows) {
  SegmentBuilder one(1);
  one.Open({}, 0, 0).Batches({10}, 0).Batches({20}, 10).Damage(-20);
  one.Witness(20).Damage(-4).Put(&fs_);
  request_.segments = {1};
  const LogEnd end = Replay();
  EXPECT_EQ(batches_, Sequences{10});
  ASSERT_EQ(end.gaps.size(), 1u);
  EXPECT_EQ(end.gaps[0].after, 10u);
  EXPECT_EQ(end.gaps[0].upto, 20u);
}

TEST_F(SkipDamageTest, DoesWithoutASegmentInTheMiddle) {
  SegmentBuilder one(1);
  one.Open({}, 0, 0).Batches({10}, 0).Put(&fs_);
  SegmentBuilder two(2);
  two.Open(one.Link(), 10, 10).Batches({20}, 10);
  SegmentBuilder three(3);
  three.Open(two.Link(), 20, 20).Batches({30}, 20).Put(&fs_);
  request_.segments = {1, 2, 3};
  const LogEnd end = Replay();
  EXPECT_EQ(batches_, (Sequences{10, 30}));
  ASSERT_EQ(end.damaged_files.size(), 1u);
  EXPECT_NE(end.damaged_files[0].find(SegmentName(2)), std::string::npos);
  ASSERT_EQ(end.gaps.size(), 1u);
  EXPECT_EQ(end.gaps[0].after, 10u);
  EXPECT_EQ(end.gaps[0].upto, 20u);
}

TEST_F(SkipDamageTest, DoesNotKnowWhatAMissingLastSegmentHeld) {
  SegmentBuilder one(1);
  one.Open({}, 0, 0).Batches({10}, 0).Put(&fs_);
  request_.segments = {1, 2};
  const LogEnd end = Replay();
  EXPECT_EQ(batches_, Sequences{10});
  ASSERT_EQ(end.gaps.size(), 1u);
  EXPECT_EQ(end.gaps[0].after, 10u);
  EXPECT_EQ(end.gaps[0].upto, 0u);
}

// Wherever the file was cut: what it promised went with the same bytes.
TEST_F(SkipDamageTest, DoesNotKnowWhatTheLostEndOfASegmentHeld) {
  SegmentBuilder one(1);
  one.Open({}, 0, 0).Batches({10}, 0);
  const uint64_t second = one.end();
  one.Batches({20}, 10);
  const uint64_t third = one.end();
  one.Witness(20);
  const uint64_t end_of_log = one.end();
  one.Put(&fs_);
  request_.segments = {1};
  const std::string path = base::JoinPath("db", SegmentName(1));
  for (uint64_t size = end_of_log + 100; size >= second; --size) {
    ASSERT_TRUE(fs_.Truncate(path, size).ok());
    const LogEnd end = Replay();
    EXPECT_EQ(end.damaged_files.size(), 1u);
    // Beyond the log's end there is room in which a frame would be seen.
    const bool whole = size >= end_of_log + kFrameHeaderBytes;
    ASSERT_EQ(end.gaps.size(), whole ? 0u : 1u) << size;
    if (whole) continue;
    EXPECT_EQ(end.gaps[0].after, size >= third ? 20u : 10u) << size;
    EXPECT_EQ(end.gaps[0].upto, 0u);
    EXPECT_NE(end.gaps[0].what.find(path), std::string::npos);
  }
}

TEST_F(SkipDamageTest, ReadsASegmentWhoseFirstBlockIsDamaged) {
  SegmentBuilder one(1);
  one.Open({}, 0, 0).Batches({10}, 0).Damage(44).Put(&fs_);
  request_.segments = {1};
  const LogEnd end = Replay();
  EXPECT_EQ(batches_, Sequences{10});
  EXPECT_EQ(end.damaged_files.size(), 1u);
  EXPECT_TRUE(end.gaps.empty());
}

TEST_F(SkipDamageTest, NeverReadsBetweenACutAndTheSegmentItNames) {
  SegmentBuilder one(1);
  one.Open({}, 0, 0).Batches({10}, 0);
  const uint64_t cut = one.end();
  one.Batches({15}, 0).Batches({16}, 15).Put(&fs_);
  SegmentBuilder two(2);
  two.Open({1, cut, 0}, 10, 10).Batches({20}, 10).Damage(-20);
  two.Batches({30}, 20).Put(&fs_);
  request_.segments = {1, 2};
  request_.cuts = {
      {1, cut, 2}
  };
  const LogEnd end = Replay();
  EXPECT_EQ(batches_, (Sequences{10, 30}));
  ASSERT_EQ(end.gaps.size(), 1u);
  EXPECT_EQ(end.gaps[0].upto, 20u);
}

TEST_F(SkipDamageTest, DoesNotBeginInTheMiddleOfABatch) {
  const std::string whole =
      SegmentBuilder::BatchBytes(20, "a long batch, cut in pieces");
  SegmentBuilder one(1);
  one.Open({}, 0, 0).Batches({10}, 0);
  one.Fragment(20, kFrameFirst, whole.substr(0, 15), 10).Damage(-20);
  one.Fragment(20, kFrameLast, whole.substr(15), 10);
  one.Batches({30}, 20).Put(&fs_);
  request_.segments = {1};
  const LogEnd end = Replay();
  EXPECT_EQ(batches_, (Sequences{10, 30}));
  ASSERT_EQ(end.gaps.size(), 1u);
  EXPECT_EQ(end.gaps[0].upto, 20u);
}

}  // namespace
}  // namespace lsm
