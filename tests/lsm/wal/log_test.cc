// What the owner of a log sees of it; without threads, so that every step is
// the test's.

#include "lsm/wal/log.h"

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "lsm/wal/recovery.h"
#include "support/crash_file_system.h"
#include "support/manual_clock.h"

namespace lsm {
namespace {

using support::CrashFileSystem;

class LogTest : public testing::Test {
 protected:
  LogTest() {
    EXPECT_TRUE(fs_.CreateDirectory("db").ok());
    EXPECT_TRUE(fs_.SyncDirectory("/").ok());
    options_.fs = &fs_;
    options_.clock = &clock_;
    options_.directory = "db";
    options_.segment_bytes = kSegmentBytesMin;
    options_.threads = false;
    options_.list_segment = [this](uint64_t number) {
      if (list_status_.ok()) listed_.push_back(number);
      return list_status_;
    };
    options_.on_progress = [this] { ++progress_; };
  }

  void Open(const LogStart& start = {}) {
    auto log = Log::Open(options_, start);
    ASSERT_TRUE(log.ok()) << log.status().ToString();
    log_ = std::move(log).value();
    listed_.push_back(start.number);
  }
  // Appends `bytes` as one batch, and submits it.
  Sequence Write(size_t bytes = 100) {
    log_->Append(++sequence_, std::string(bytes, 'b'));
    log_->Submit();
    return sequence_;
  }
  // Until the log is in a segment of this ordinal.
  void FillSegments(uint64_t begun) {
    while (log_->stats().segments < begun) Write(10'000);
  }
  std::vector<Sequence> Recovered(base::FileSystem* fs) {
    ReplayRequest request;
    request.fs = fs;
    request.directory = "db";
    request.segments = listed_;
    std::vector<Sequence> sequences;
    const auto end =
        ReplayLog(request, [&](Sequence sequence, std::string_view) {
          sequences.push_back(sequence);
          return base::Status::Ok();
        });
    EXPECT_TRUE(end.ok()) << end.status().ToString();
    return sequences;
  }

  CrashFileSystem fs_;
  support::ManualClock clock_;
  LogOptions options_;
  base::Status list_status_;
  std::vector<uint64_t> listed_;
  int progress_ = 0;
  std::unique_ptr<Log> log_;
  Sequence sequence_ = 0;
};

TEST_F(LogTest, BeginsWhereTheLastOneEnded) {
  LogStart start;
  start.number = 7;
  start.last = 500;
  Open(start);
  EXPECT_EQ(log_->released(), 500u);
  EXPECT_EQ(log_->synced(), 500u);
  EXPECT_TRUE(fs_.Exists("db/" + SegmentName(7)).value());
}

TEST_F(LogTest, SyncsWhatIsSubmitted) {
  Open();
  log_->Append(10, "ten");
  log_->Append(11, "eleven");
  EXPECT_EQ(log_->synced(), 0u);
  EXPECT_EQ(log_->unreleased_bytes(), 2 * 12 + 9u);
  EXPECT_TRUE(log_->Submit());
  EXPECT_FALSE(log_->Submit());
  EXPECT_EQ(log_->synced(), 11u);
  EXPECT_EQ(log_->released(), 11u);
  EXPECT_EQ(log_->unreleased_bytes(), 0u);
  EXPECT_GT(progress_, 0);
  EXPECT_EQ(log_->stats().frames, 1u);
  EXPECT_EQ(log_->stats().batches, 2u);
  const auto disk = fs_.Crash(1, support::Fate::kOld);
  EXPECT_EQ(Recovered(disk.get()), (std::vector<Sequence>{10, 11}));
}

TEST_F(LogTest, WritesALoneClientsFrameInline) {
  Open();
  EXPECT_FALSE(log_->SubmitInline());
  log_->Append(10, "ten");
  EXPECT_TRUE(log_->SubmitInline());
  EXPECT_EQ(log_->synced(), 10u);
  EXPECT_EQ(log_->stats().inlined, 1u);
  EXPECT_EQ(progress_, 0);
}

TEST_F(LogTest, WritesInlineOnlyWhatIsSmallAndDurable) {
  options_.segment_bytes = 1 << 20;
  Open();
  log_->Append(10, std::string(kInlineBytesMax + 1, 'b'));
  EXPECT_FALSE(log_->SubmitInline());
  EXPECT_TRUE(log_->Submit());
  ASSERT_TRUE(log_->SetPolicy(SyncPolicy::kEverySecond).ok());
  log_->Append(11, "eleven");
  EXPECT_FALSE(log_->SubmitInline());
}

TEST_F(LogTest, ReleasesBeforeItSyncsUnderEverySecond) {
  options_.policy = SyncPolicy::kEverySecond;
  Open();
  clock_.Advance(2'000'000);
  Write();
  // The first second is over at once; the next is not.
  EXPECT_EQ(log_->synced(), 1u);
  Write();
  EXPECT_EQ(log_->released(), 2u);
  EXPECT_EQ(log_->synced(), 1u);
  clock_.Advance(1'000'000);
  log_->Step();
  EXPECT_EQ(log_->synced(), 2u);
}

TEST_F(LogTest, SyncsOnlyWhenAskedUnderNo) {
  options_.policy = SyncPolicy::kNo;
  Open();
  Write();
  clock_.Advance(60'000'000);
  log_->Step();
  EXPECT_EQ(log_->released(), 1u);
  EXPECT_EQ(log_->synced(), 0u);
  EXPECT_TRUE(log_->Sync(1).ok());
  EXPECT_EQ(log_->synced(), 1u);
}

TEST_F(LogTest, SyncsAFullSegmentUnderNo) {
  options_.policy = SyncPolicy::kNo;
  Open();
  FillSegments(2);
  EXPECT_GT(log_->synced(), 0u);
}

TEST_F(LogTest, SyncsEverythingWrittenWhenSwitchingToAlways) {
  options_.policy = SyncPolicy::kNo;
  Open();
  Write();
  EXPECT_EQ(log_->synced(), 0u);
  ASSERT_TRUE(log_->SetPolicy(SyncPolicy::kAlways).ok());
  EXPECT_EQ(log_->synced(), 1u);
  Write();
  EXPECT_EQ(log_->synced(), sequence_);
}

TEST_F(LogTest, MovesToADirectSegmentWhenSwitchingToAlways) {
  options_.policy = SyncPolicy::kNo;
  Open();
  Write();
  ASSERT_TRUE(log_->SetPolicy(SyncPolicy::kAlways).ok());
  Write();
  EXPECT_EQ(log_->stats().segments, 2u);
  EXPECT_EQ(Recovered(&fs_), (std::vector<Sequence>{1, 2}));
}

TEST_F(LogTest, GivesAnIdleLogOneWitness) {
  Open();
  log_->Step();
  EXPECT_EQ(log_->stats().witnesses, 0u);
  Write();
  clock_.Advance(49'000);
  log_->Step();
  EXPECT_EQ(log_->stats().witnesses, 0u);
  clock_.Advance(1'000);
  log_->Step();
  EXPECT_EQ(log_->stats().witnesses, 1u);
  clock_.Advance(10'000'000);
  log_->Step();
  EXPECT_EQ(log_->stats().witnesses, 1u);
}

TEST_F(LogTest, WritesAWitnessWhenItCloses) {
  Open();
  Write();
  EXPECT_TRUE(log_->Close().ok());
  EXPECT_EQ(log_->stats().witnesses, 1u);
}

TEST_F(LogTest, SyncsWhatIsOpenWhenItCloses) {
  options_.policy = SyncPolicy::kNo;
  Open();
  log_->Append(5, "five");
  EXPECT_TRUE(log_->Close().ok());
  const auto disk = fs_.Crash(1, support::Fate::kOld);
  EXPECT_EQ(Recovered(disk.get()), std::vector<Sequence>{5});
}

TEST_F(LogTest, CarriesABatchOfAnySize) {
  options_.frame_bytes_max = 8192;
  Open();
  log_->Append(1, "small");
  log_->Append(2, std::string(300'000, 'b'));
  log_->Append(3, std::string(8192 - kFrameOverhead - 12 + 1, 'c'));
  log_->Append(4, std::string(8192 - kFrameOverhead - 12, 'd'));
  EXPECT_TRUE(log_->Submit());
  EXPECT_EQ(log_->synced(), 4u);
  EXPECT_GT(log_->stats().segments, 4u);
  EXPECT_EQ(Recovered(&fs_), (std::vector<Sequence>{1, 2, 3, 4}));
}

TEST_F(LogTest, NamesSegmentsWhoseBatchesAreAllFlushed) {
  options_.frame_bytes_max = 8192;
  Open();
  Write();
  EXPECT_TRUE(log_->SegmentsUpTo(100).empty()) << "the current one stays";
  // Begins in segment 1 and ends in segment 3.
  const Sequence large = Write(120'000);
  ASSERT_EQ(log_->stats().segments, 3u);
  EXPECT_TRUE(log_->SegmentsUpTo(large - 1).empty());
  EXPECT_EQ(log_->SegmentsUpTo(large), (std::vector<uint64_t>{1, 2}));
  const uint64_t retained = log_->bytes_retained();
  log_->GiveUp({1, 2});
  EXPECT_TRUE(log_->SegmentsUpTo(large).empty());
  EXPECT_LT(log_->bytes_retained(), retained);
  EXPECT_FALSE(fs_.Exists("db/" + SegmentName(1)).value());
}

TEST_F(LogTest, NamesTheSegmentsOfAnEarlierLifeToo) {
  LogStart start;
  start.number = 4;
  start.last = 50;
  start.older = {2, 3};
  Open(start);
  EXPECT_TRUE(log_->SegmentsUpTo(49).empty());
  EXPECT_EQ(log_->SegmentsUpTo(50), (std::vector<uint64_t>{2, 3}));
}

TEST_F(LogTest, WaitsForTheNumberOfASegmentToBeListed) {
  Open();
  list_status_ = base::Status::Io("no MANIFEST today");
  Sequence last = 0;
  while (log_->in_flight() == 0) last = Write(10'000);
  EXPECT_LT(log_->synced(), last);
  EXPECT_TRUE(log_->error().ok());
  list_status_ = base::Status::Ok();
  clock_.Advance(1'000'000);
  log_->Step();
  EXPECT_EQ(log_->synced(), last);
}

TEST_F(LogTest, SyncsWhatItHasWrittenBeforeItIsAbandoned) {
  options_.policy = SyncPolicy::kEverySecond;
  Open();
  clock_.Advance(2'000'000);
  Write();  // Its second is over.
  const Sequence written = Write(40'000);
  list_status_ = base::Status::Io("no more");
  Write(40'000);
  ASSERT_TRUE(log_->starved());
  ASSERT_EQ(log_->released(), written);
  ASSERT_LT(log_->synced(), written);
  const int before = progress_;
  log_->Abandon(list_status_);
  EXPECT_TRUE(log_->failed());
  EXPECT_GT(progress_, before);
  EXPECT_NE(log_->error().message().find("no more"), std::string_view::npos);
  EXPECT_EQ(log_->synced(), written);
  EXPECT_FALSE(log_->starved());
}

TEST_F(LogTest, SaysThatSpaceIsShortBeforeACommitCanFail) {
  Open();
  Write();
  fs_.SetFreeBytes(0);
  FillSegments(2);
  EXPECT_TRUE(log_->out_of_space());
  EXPECT_EQ(log_->spare_status().code(), base::Code::kNoRoom);
  EXPECT_GT(log_->bytes_left(), 0u);
  // What exists can still be written.
  Write();
  EXPECT_EQ(log_->synced(), sequence_);
  Sequence last = 0;
  while (log_->in_flight() == 0) last = Write(10'000);
  EXPECT_TRUE(log_->error().ok());
  EXPECT_LT(log_->synced(), last);
  // A flush gives a segment up; the frame that waits gets it.
  const std::vector<uint64_t> numbers = log_->SegmentsUpTo(log_->synced());
  ASSERT_FALSE(numbers.empty());
  log_->GiveUp(numbers);
  EXPECT_EQ(log_->synced(), last);
  fs_.SetFreeBytes(10 << 20);
  clock_.Advance(1'000'000);
  log_->Step();
  EXPECT_FALSE(log_->out_of_space());
}

TEST_F(LogTest, StopsForGoodAtTheFirstFailedWrite) {
  Open();
  Write();
  fs_.FailOnce(CrashFileSystem::Op::kWrite, "wal-");
  Write();
  EXPECT_EQ(log_->error().code(), base::Code::kIo);
  EXPECT_EQ(log_->synced(), 1u);
  const uint64_t ops = fs_.ops();
  log_->Append(++sequence_, "late");
  EXPECT_FALSE(log_->Submit());
  EXPECT_FALSE(log_->SubmitInline());
  EXPECT_EQ(log_->Sync(3).code(), base::Code::kIo);
  EXPECT_EQ(log_->SetPolicy(SyncPolicy::kNo).code(), base::Code::kIo);
  clock_.Advance(10'000'000);
  log_->Step();
  EXPECT_EQ(log_->Close().code(), base::Code::kIo);
  EXPECT_EQ(log_->released(), 1u);
  EXPECT_EQ(fs_.ops(), ops) << "nothing is tried again";
}

TEST_F(LogTest, StopsForGoodAtTheFirstFailedSync) {
  options_.policy = SyncPolicy::kNo;
  Open();
  Write();
  fs_.FailOnce(CrashFileSystem::Op::kSync, "wal-");
  EXPECT_EQ(log_->Sync(1).code(), base::Code::kIo);
  EXPECT_EQ(log_->Sync(1).code(), base::Code::kIo);
  EXPECT_EQ(log_->synced(), 0u);
  EXPECT_EQ(log_->released(), 1u);
}

TEST_F(LogTest, RemovesInsteadOfRecyclingWithoutPreallocation) {
  options_.preallocate = false;
  Open();
  FillSegments(3);
  log_->GiveUp(log_->SegmentsUpTo(log_->synced()));
  EXPECT_EQ(fs_.List("db").value().size(), 1u);
  Write();
  EXPECT_EQ(log_->synced(), sequence_);
}

}  // namespace
}  // namespace lsm
