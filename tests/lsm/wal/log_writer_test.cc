// The log with its threads.

#include "lsm/wal/log_writer.h"

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "base/random.h"
#include "base/strings.h"
#include "lsm/wal/log.h"
#include "lsm/wal/recovery.h"
#include "support/crash_file_system.h"

namespace lsm {
namespace {

using support::CrashFileSystem;

class LogWriterTest : public testing::Test {
 protected:
  LogWriterTest() {
    EXPECT_TRUE(fs_.CreateDirectory("db").ok());
    EXPECT_TRUE(fs_.SyncDirectory("/").ok());
    options_.fs = &fs_;
    options_.clock = base::SystemClock();
    options_.directory = "db";
    options_.segment_bytes = kSegmentBytesMin;
    options_.list_segment = [this](uint64_t number) {
      base::MutexLock lock(mutex_);
      listed_.push_back(number);
      return base::Status::Ok();
    };
  }

  void Open() {
    {
      base::MutexLock lock(mutex_);
      listed_.push_back(1);
    }
    auto log = Log::Open(options_, {});
    ASSERT_TRUE(log.ok());
    log_ = std::move(log).value();
  }

  // Batches 1 to `count`, submitted as slots come free, the last one synced.
  void WriteMany(Sequence count, uint64_t seed) {
    SCOPED_TRACE(base::StrCat("seed ", seed));
    base::Random random(seed);
    for (Sequence sequence = 1; sequence <= count; ++sequence) {
      log_->Append(sequence, std::string(random.Below(400), 'b'));
      if (random.OneIn(3)) log_->Submit();
      if (random.OneIn(500)) {
        ASSERT_TRUE(
            log_->SetPolicy(static_cast<SyncPolicy>(random.Below(3))).ok());
      }
    }
    while (log_->open_bytes() > 0 && !log_->Submit()) std::this_thread::yield();
    ASSERT_TRUE(log_->Sync(count).ok());
  }

  std::vector<uint64_t> Listed() {
    base::MutexLock lock(mutex_);
    return listed_;
  }

  // What is found with these segments listed.
  Sequence CountRecovered(base::FileSystem* fs,
                          const std::vector<uint64_t>& listed) {
    ReplayRequest request;
    request.fs = fs;
    request.directory = "db";
    request.segments = listed;
    Sequence count = 0;
    const auto end =
        ReplayLog(request, [&count](Sequence sequence, std::string_view) {
          EXPECT_EQ(sequence, ++count);
          return base::Status::Ok();
        });
    EXPECT_TRUE(end.ok()) << end.status().ToString();
    return count;
  }

  CrashFileSystem fs_;
  LogOptions options_;
  base::Mutex mutex_;
  std::vector<uint64_t> listed_ GUARDED_BY(mutex_);
  std::unique_ptr<Log> log_;
};

TEST_F(LogWriterTest, KeepsTheOrderWithThreeFramesInFlight) {
  options_.depth = 3;
  Open();
  WriteMany(4000, 1);
  // First: the janitor may list another one while the disk is copied.
  const std::vector<uint64_t> listed = Listed();
  const auto disk = fs_.Crash(1);
  EXPECT_TRUE(log_->Close().ok());
  EXPECT_EQ(CountRecovered(disk.get(), listed), 4000u);
  EXPECT_EQ(CountRecovered(&fs_, Listed()), 4000u);
}

TEST_F(LogWriterTest, KeepsTheOrderThroughThePageCache) {
  options_.policy = SyncPolicy::kEverySecond;
  Open();
  WriteMany(4000, 2);
  EXPECT_TRUE(log_->Close().ok());
  EXPECT_EQ(CountRecovered(&fs_, Listed()), 4000u);
}

TEST_F(LogWriterTest, SyncsForAWaiterWhateverThePolicy) {
  options_.policy = SyncPolicy::kNo;
  Open();
  log_->Append(1, "one");
  ASSERT_TRUE(log_->Submit());
  EXPECT_TRUE(log_->Sync(1).ok());
  EXPECT_GE(log_->synced(), 1u);
}

// Nothing is in flight then that could tell the janitor when it ends.
TEST_F(LogWriterTest, AsksForASegmentWhenAFrameDoesNotFit) {
  options_.policy = SyncPolicy::kNo;
  Open();
  for (Sequence sequence = 1; sequence <= 20; ++sequence) {
    log_->Append(sequence,
                 std::string(sequence % 2 == 0 ? 45'000 : 25'000, 'b'));
    ASSERT_TRUE(log_->Submit());
    while (log_->released() < sequence) std::this_thread::yield();
  }
}

TEST_F(LogWriterTest, HasAsManyFramesInFlightAsItIsDeep) {
  options_.depth = 2;
  Open();
  fs_.HoldLogWrites();
  log_->Append(1, "one");
  EXPECT_TRUE(log_->Submit());
  log_->Append(2, "two");
  EXPECT_TRUE(log_->Submit());
  log_->Append(3, "three");
  EXPECT_FALSE(log_->Submit());
  fs_.WaitForHeldLogWrites(2);
  EXPECT_EQ(log_->in_flight(), 2);
  EXPECT_EQ(log_->released(), 0u);
  // Any of the two may be there, but never the second without the first.
  for (uint64_t seed = 1; seed <= 50; ++seed) {
    const std::vector<uint64_t> listed = Listed();
    EXPECT_LE(CountRecovered(fs_.Crash(seed).get(), listed), 2u);
  }
  fs_.ReleaseLogWrites();
  EXPECT_TRUE(log_->Sync(2).ok());
  EXPECT_TRUE(log_->Close().ok());
  EXPECT_EQ(CountRecovered(&fs_, Listed()), 3u);
}

TEST_F(LogWriterTest, TellsWaitersOfTheFailure) {
  Open();
  fs_.FailOnce(CrashFileSystem::Op::kWrite, "wal-");
  log_->Append(1, "one");
  ASSERT_TRUE(log_->Submit());
  EXPECT_EQ(log_->Sync(1).code(), base::Code::kIo);
  EXPECT_EQ(log_->synced(), 0u);
}

TEST_F(LogWriterTest, RecyclesUnderLoad) {
  Open();
  Sequence sequence = 0;
  for (int round = 0; round < 30; ++round) {
    for (int i = 0; i < 20; ++i) {
      log_->Append(++sequence, std::string(1500, 'b'));
      log_->Submit();
    }
    while (log_->open_bytes() > 0 && !log_->Submit()) std::this_thread::yield();
    ASSERT_TRUE(log_->Sync(sequence).ok());
    log_->GiveUp(log_->SegmentsUpTo(log_->synced()));
  }
  EXPECT_TRUE(log_->Close().ok());
  EXPECT_TRUE(log_->error().ok());
  EXPECT_LT(fs_.List("db").value().size(), 12u);
}

}  // namespace
}  // namespace lsm
