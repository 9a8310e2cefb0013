// The recovery rule, sentence by sentence.

#include "lsm/wal/recovery.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "lsm/wal/segment_builder.h"

namespace lsm {
namespace {

using base::Code;

class RecoveryTest : public testing::Test {
 protected:
  RecoveryTest() {
    EXPECT_TRUE(fs_.CreateDirectory("db").ok());
    EXPECT_TRUE(fs_.SyncDirectory("/").ok());
    request_.fs = &fs_;
    request_.directory = "db";
  }

  base::Result<LogEnd> Replay() {
    batches_.clear();
    return ReplayLog(request_,
                     [this](Sequence sequence, std::string_view batch) {
                       if (batch.size() < 20) {
                         EXPECT_EQ(batch, std::to_string(sequence));
                       }
                       batches_.push_back(sequence);
                       return base::Status::Ok();
                     });
  }
  Code Refusal() { return Replay().status().code(); }

  using Sequences = std::vector<Sequence>;

  support::CrashFileSystem fs_;
  ReplayRequest request_;
  Sequences batches_;
};

// --- What is accepted.

TEST_F(RecoveryTest, OfNoSegmentsIsAnEmptyLog) {
  const auto end = Replay();
  ASSERT_TRUE(end.ok());
  EXPECT_EQ(end.value().last, 0u);
  EXPECT_FALSE(end.value().cut);
}

TEST_F(RecoveryTest, HandsOnWhatIsNewerThanTheTables) {
  SegmentBuilder one(1);
  one.Open({}, 0, 0).Batches({10, 12}, 0).Batches({20}, 12);
  const size_t end_of_log = one.end();
  one.Put(&fs_);
  request_.segments = {1};
  request_.flushed = 10;
  const auto end = Replay();
  ASSERT_TRUE(end.ok());
  EXPECT_EQ(batches_, (Sequences{12, 20}));
  EXPECT_EQ(end.value().last, 20u);
  EXPECT_EQ(end.value().highest_seen, 20u);
  EXPECT_EQ(end.value().cut->segment, 1u);
  EXPECT_EQ(end.value().cut->offset, end_of_log);
  EXPECT_EQ(end.value().link.chain, one.Link().chain);
}

TEST_F(RecoveryTest, GoesOnInTheSegmentThatLinksToTheEnd) {
  SegmentBuilder one(1);
  one.Open({}, 0, 0).Batches({10}, 0);
  SegmentBuilder two(2);
  two.Open(one.Link(), 10, 10).Batches({20}, 10);
  one.Put(&fs_);
  two.Put(&fs_);
  request_.segments = {1, 2};
  const auto end = Replay();
  ASSERT_TRUE(end.ok());
  EXPECT_EQ(batches_, (Sequences{10, 20}));
  EXPECT_EQ(end.value().cut->segment, 2u);
  EXPECT_EQ(end.value().segments, (std::vector<uint64_t>{1, 2}));
}

TEST_F(RecoveryTest, TakesAnEarlyMadeSegmentForTheEnd) {
  SegmentBuilder one(1);
  one.Open({}, 0, 0).Batches({10}, 0).Put(&fs_);
  SegmentBuilder(2).Put(&fs_);
  request_.segments = {1, 2};
  const auto end = Replay();
  ASSERT_TRUE(end.ok());
  EXPECT_EQ(end.value().segments, std::vector<uint64_t>{1});
}

TEST_F(RecoveryTest, IgnoresWhatIsNotListed) {
  SegmentBuilder one(1);
  one.Open({}, 0, 0).Batches({10}, 0);
  SegmentBuilder two(2);
  two.Open(one.Link(), 10, 10).Batches({20}, 10).Put(&fs_);
  one.Put(&fs_);
  request_.segments = {1};
  const auto end = Replay();
  ASSERT_TRUE(end.ok());
  EXPECT_EQ(batches_, Sequences{10});
  EXPECT_EQ(end.value().highest_seen, 10u);
}

TEST_F(RecoveryTest, PutsABatchTogetherAcrossSegments) {
  const std::string whole = SegmentBuilder::BatchBytes(20,
                                                       "a long batch, cut"
                                                       " in three pieces");
  SegmentBuilder one(1);
  one.Open({}, 0, 0).Batches({10}, 0);
  one.Fragment(20, kFrameFirst, whole.substr(0, 15), 10);
  SegmentBuilder two(2);
  two.Open(one.Link(), 10, 10, /*inside_a_batch=*/true);
  two.Fragment(20, 0, whole.substr(15, 9), 10);
  two.Fragment(20, kFrameLast, whole.substr(24), 10);
  one.Put(&fs_);
  two.Put(&fs_);
  request_.segments = {1, 2};
  const auto end = Replay();
  ASSERT_TRUE(end.ok());
  EXPECT_EQ(batches_, (Sequences{10, 20}));
}

// --- (4) The torn tail.

TEST_F(RecoveryTest, CutsBeforeTheFirstFragmentOfABatchThatNeverEnded) {
  const std::string whole = SegmentBuilder::BatchBytes(20,
                                                       "a long batch, cut"
                                                       " in three pieces");
  SegmentBuilder one(1);
  one.Open({}, 0, 0).Batches({10}, 0);
  const SegmentLink before = one.Link();
  one.Fragment(20, kFrameFirst, whole.substr(0, 15), 10);
  SegmentBuilder two(2);
  two.Open(one.Link(), 10, 10, /*inside_a_batch=*/true);
  two.Fragment(20, 0, whole.substr(15, 9), 10);
  one.Put(&fs_);
  two.Put(&fs_);
  request_.segments = {1, 2};
  const auto end = Replay();
  ASSERT_TRUE(end.ok());
  EXPECT_EQ(batches_, Sequences{10});
  EXPECT_EQ(end.value().last, 10u);
  EXPECT_EQ(end.value().highest_seen, 20u);
  EXPECT_EQ(end.value().cut->segment, 1u);
  EXPECT_EQ(end.value().cut->offset, before.end);
  EXPECT_EQ(end.value().link.chain, before.chain);
  EXPECT_EQ(end.value().segments, std::vector<uint64_t>{1});
}

TEST_F(RecoveryTest, StopsQuietlyAtATornTail) {
  SegmentBuilder one(1);
  one.Open({}, 0, 0).Batches({10}, 0);
  const size_t cut = one.end();
  one.Batches({20}, 10).Damage(-10);
  // In flight at the same time, and whole; nobody was told of either.
  one.Batches({30}, 10).Put(&fs_);
  request_.segments = {1};
  const auto end = Replay();
  ASSERT_TRUE(end.ok());
  EXPECT_EQ(batches_, Sequences{10});
  EXPECT_EQ(end.value().cut->offset, cut);
  EXPECT_EQ(end.value().highest_seen, 30u);
  EXPECT_TRUE(end.value().warnings.empty());
}

TEST_F(RecoveryTest, DoesNotTakeFramesInAnotherOrder) {
  SegmentBuilder one(1);
  one.Open({}, 0, 0);
  const size_t a = one.end();
  one.Batches({10}, 0);
  const size_t b = one.end();
  one.Batches({20}, 0);
  std::string* const bytes = one.bytes();
  const std::string first = bytes->substr(a, b - a);
  bytes->replace(a, b - a, bytes->substr(b, b - a));
  bytes->replace(b, b - a, first);
  one.Put(&fs_);
  request_.segments = {1};
  ASSERT_TRUE(Replay().ok());
  EXPECT_TRUE(batches_.empty());
  request_.faults.ignore_chain = true;
  (void)Replay().ok();
  EXPECT_FALSE(batches_.empty()) << "the fault goes unnoticed";
}

// --- (3) Corruption.

TEST_F(RecoveryTest, RefusesWhenALaterFrameSaysThatTheBadOneWasSynced) {
  SegmentBuilder one(1);
  one.Open({}, 0, 0).Batches({10}, 0);
  one.Batches({20}, 10).Damage(-10);
  one.Witness(20).Put(&fs_);
  request_.segments = {1};
  const auto end = Replay();
  EXPECT_EQ(end.status().code(), Code::kCorruption);
  EXPECT_NE(end.status().message().find(SegmentName(1)), std::string::npos);
}

TEST_F(RecoveryTest, RefusesOnEvidenceInALaterSegment) {
  SegmentBuilder one(1);
  one.Open({}, 0, 0).Batches({10}, 0);
  one.Batches({20}, 10);
  const SegmentLink link = one.Link();
  one.Damage(-10).Put(&fs_);
  // Only the header of its opening frame is whole.
  SegmentBuilder two(2);
  two.Open(link, 20, 20).Damage(-10).Put(&fs_);
  request_.segments = {1, 2};
  EXPECT_EQ(Refusal(), Code::kCorruption);
}

TEST_F(RecoveryTest, RefusesAMissingShortOrForeignSegment) {
  request_.segments = {1};
  EXPECT_EQ(Refusal(), Code::kCorruption);
  SegmentBuilder(1).Open({}, 0, 0).Put(&fs_);
  ASSERT_TRUE(Replay().ok());
  request_.db_uuid.bytes[0] = 1;
  EXPECT_EQ(Refusal(), Code::kCorruption);
  request_.db_uuid.bytes[0] = 0;
  const std::string path = base::JoinPath("db", SegmentName(1));
  ASSERT_TRUE(fs_.Truncate(path, 8191).ok());
  EXPECT_EQ(Refusal(), Code::kCorruption);
  ASSERT_TRUE(fs_.Truncate(path, 100).ok());
  EXPECT_EQ(Refusal(), Code::kCorruption);
}

TEST_F(RecoveryTest, RefusesASegmentUnderAnotherNumber) {
  SegmentBuilder(1).Open({}, 0, 0).Put(&fs_);
  ASSERT_TRUE(fs_.Rename(base::JoinPath("db", SegmentName(1)),
                         base::JoinPath("db", SegmentName(2)))
                  .ok());
  request_.segments = {2};
  EXPECT_EQ(Refusal(), Code::kCorruption);
}

TEST_F(RecoveryTest, RefusesASequenceBeyondTheYear2200) {
  SegmentBuilder one(1);
  one.Open({}, 0, 0).Batches({kSequenceMax + 1}, 0).Put(&fs_);
  request_.segments = {1};
  EXPECT_EQ(Refusal(), Code::kCorruption);
}

TEST_F(RecoveryTest, RefusesBatchesThatMakeNoSense) {
  FrameHeader header;
  header.first = header.last = 10;
  for (const std::string& payload :
       {std::string("short"), SegmentBuilder::BatchBytes(11, "x"),
        SegmentBuilder::BatchBytes(10, "x").substr(0, 12),
        SegmentBuilder::BatchBytes(10, "10") + "y", std::string()}) {
    SegmentBuilder(1).Open({}, 0, 0).Add(header, payload).Put(&fs_);
    request_.segments = {1};
    EXPECT_EQ(Refusal(), Code::kCorruption) << payload;
  }
}

// --- (1) Read errors.

TEST_F(RecoveryTest, NeverTakesAReadErrorForTheEnd) {
  SegmentBuilder one(1);
  one.Open({}, 0, 0).Batches({10}, 0).Put(&fs_);
  request_.segments = {1};
  fs_.FailReads(base::JoinPath("db", SegmentName(1)), 4096, 1);
  EXPECT_EQ(Refusal(), Code::kIo);
  request_.cut_at_corruption = true;
  EXPECT_EQ(Refusal(), Code::kIo);
}

TEST_F(RecoveryTest, RefusesWhenTheSyncBeforeReadingFails) {
  SegmentBuilder(1).Open({}, 0, 0).Put(&fs_);
  request_.segments = {1};
  fs_.FailOnce(support::CrashFileSystem::Op::kSync, "wal-");
  EXPECT_EQ(Refusal(), Code::kIo);
}

// --- (2) Damage that the tables make good.

TEST_F(RecoveryTest, StepsOverDamageToAFrameWhollyBelow) {
  SegmentBuilder one(1);
  one.Open({}, 0, 0).Batches({10}, 0).Damage(-10);
  one.Batches({20}, 10).Batches({30}, 20).Witness(30).Put(&fs_);
  request_.segments = {1};
  request_.flushed = 20;
  const auto end = Replay();
  ASSERT_TRUE(end.ok());
  EXPECT_EQ(batches_, Sequences{30});
  EXPECT_EQ(end.value().warnings.size(), 1u);
}

TEST_F(RecoveryTest, StepsOverDamageToTheFrameThatSpansTheTables) {
  SegmentBuilder one(1);
  one.Open({}, 0, 0).Batches({10}, 0).Damage(-10);
  one.Batches({20, 21, 22}, 10).Witness(22).Put(&fs_);
  request_.segments = {1};
  request_.flushed = 21;
  const auto end = Replay();
  ASSERT_TRUE(end.ok());
  EXPECT_EQ(batches_, Sequences{22});
}

TEST_F(RecoveryTest, DoesNotStepIntoTheMiddleOfABatch) {
  const std::string whole = SegmentBuilder::BatchBytes(30,
                                                       "a long batch, cut"
                                                       " in two pieces!!");
  SegmentBuilder one(1);
  one.Open({}, 0, 0).Batches({20}, 0);
  one.Fragment(30, kFrameFirst, whole.substr(0, 15), 20);
  const SegmentLink link = one.Link();
  one.Damage(static_cast<int64_t>(kFileHeaderBlock) + 90).Damage(-10);
  SegmentBuilder two(2);
  two.Open(link, 20, 20, /*inside_a_batch=*/true);
  two.Fragment(30, kFrameLast, whole.substr(15), 20).Witness(30);
  one.Put(&fs_);
  two.Put(&fs_);
  request_.segments = {1, 2};
  request_.flushed = 20;
  EXPECT_EQ(Refusal(), Code::kCorruption);
}

TEST_F(RecoveryTest, GoesOnWithoutTheFirstOpeningFrameBelowTheTables) {
  SegmentBuilder one(1);
  one.Open({}, 5, 5).Damage(-10).Batches({10}, 5).Batches({20}, 10).Put(&fs_);
  request_.segments = {1};
  request_.flushed = 10;
  const auto end = Replay();
  ASSERT_TRUE(end.ok());
  EXPECT_EQ(batches_, Sequences{20});
}

TEST_F(RecoveryTest, RefusesAFirstSegmentThatBeginsBeyondTheTables) {
  SegmentBuilder one(1);
  one.Open({}, 50, 50).Batches({60}, 50).Put(&fs_);
  request_.segments = {1};
  request_.flushed = 40;
  EXPECT_EQ(Refusal(), Code::kCorruption);
}

TEST_F(RecoveryTest, AcceptsTheRestOfABatchThatTheTablesHold) {
  // Its beginning was in a segment that has been given up.
  SegmentBuilder two(2);
  two.Open({1, 5000, 77}, 10, 10, /*inside_a_batch=*/true);
  two.Fragment(20, kFrameLast, "rest of it", 10).Batches({30}, 20).Put(&fs_);
  request_.segments = {2};
  request_.flushed = 20;
  const auto end = Replay();
  ASSERT_TRUE(end.ok());
  EXPECT_EQ(batches_, Sequences{30});
}

// --- Recorded cuts.

class RecordedCutTest : public RecoveryTest {
 protected:
  RecordedCutTest() {
    one_.Open({}, 0, 0).Batches({10}, 0);
    cut_ = one_.end();
    // What an earlier recovery has cut off, and the dead segment behind it.
    one_.Batches({20}, 10);
    dead_.Open(one_.Link(), 20, 10).Batches({25}, 10);
    three_.Open({1, cut_, 0}, 10, 10).Batches({30}, 10);
    request_.segments = {1, 2, 3};
    request_.cuts = {
        {1, cut_, 3}
    };
  }
  void PutAll() {
    one_.Put(&fs_);
    dead_.Put(&fs_);
    three_.Put(&fs_);
  }

  SegmentBuilder one_{1};
  SegmentBuilder dead_{2};
  SegmentBuilder three_{3};
  uint64_t cut_ = 0;
};

TEST_F(RecordedCutTest, IsWhereTheNamedSegmentGoesOn) {
  PutAll();
  const auto end = Replay();
  ASSERT_TRUE(end.ok());
  EXPECT_EQ(batches_, (Sequences{10, 30}));
  EXPECT_EQ(end.value().segments, (std::vector<uint64_t>{1, 3}));
}

TEST_F(RecordedCutTest, HoldsWhenItsSegmentIsGone) {
  PutAll();
  request_.segments = {2, 3};
  request_.flushed = 10;
  const auto end = Replay();
  ASSERT_TRUE(end.ok());
  EXPECT_EQ(batches_, Sequences{30});
  EXPECT_EQ(end.value().segments, std::vector<uint64_t>{3});
}

TEST_F(RecordedCutTest, DoesNotHideDamageBeforeIt) {
  one_.Damage(static_cast<int64_t>(kFileHeaderBlock) + 90 + 70);
  PutAll();
  EXPECT_EQ(Refusal(), Code::kCorruption);
}

TEST_F(RecordedCutTest, LeadsOnWhenDamageBeforeItIsBelowTheTables) {
  one_.Damage(static_cast<int64_t>(kFileHeaderBlock) + 90 + 70);
  PutAll();
  request_.flushed = 10;
  const auto end = Replay();
  ASSERT_TRUE(end.ok());
  EXPECT_EQ(batches_, Sequences{30});
  EXPECT_EQ(end.value().warnings.size(), 1u);
}

TEST_F(RecordedCutTest, IsRefusedWhenTheNamedSegmentIsNotListed) {
  PutAll();
  request_.segments = {1, 2};
  EXPECT_EQ(Refusal(), Code::kCorruption);
}

TEST_F(RecordedCutTest, MayBeFollowedByAnotherInTheSameSegment) {
  // The segment that the first cut named never came to be listed for long:
  // a second recovery cut earlier still.
  SegmentBuilder four(4);
  four.Open({1, kFileHeaderBlock + 88, 0}, 0, 0).Batches({40}, 0).Put(&fs_);
  PutAll();
  request_.segments = {1, 4};
  request_.cuts = {
      {1, cut_,                  3},
      {1, kFileHeaderBlock + 88, 4}
  };
  const auto end = Replay();
  ASSERT_TRUE(end.ok());
  EXPECT_EQ(batches_, Sequences{40});
}

}  // namespace
}  // namespace lsm
