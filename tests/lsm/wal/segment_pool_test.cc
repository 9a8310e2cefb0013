#include "lsm/wal/segment_pool.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <vector>

#include "support/crash_file_system.h"

namespace lsm {
namespace {

using support::CrashFileSystem;

class SegmentPoolTest : public testing::Test {
 protected:
  SegmentPoolTest() {
    EXPECT_TRUE(fs_.CreateDirectory("db").ok());
    EXPECT_TRUE(fs_.SyncDirectory("/").ok());
    options_.fs = &fs_;
    options_.directory = "db";
    options_.segment_bytes = 65536;
    options_.list_segment = [this](uint64_t number) {
      if (!list_status_.ok()) return list_status_;
      listed_.push_back(number);
      return base::Status::Ok();
    };
  }

  std::vector<std::string> Names(base::FileSystem* fs) {
    auto names = fs->List("db");
    EXPECT_TRUE(names.ok());
    std::vector<std::string> sorted = std::move(names).value();
    std::sort(sorted.begin(), sorted.end());
    return sorted;
  }

  CrashFileSystem fs_;
  SegmentPoolOptions options_;
  std::vector<uint64_t> listed_;
  base::Status list_status_;
};

TEST_F(SegmentPoolTest, MakesASegmentThatSurvivesWithItsName) {
  SegmentPool pool(options_, 5);
  const auto segment = pool.Make(/*aligned=*/true);
  ASSERT_TRUE(segment.ok());
  EXPECT_EQ(segment.value()->number, 5u);
  EXPECT_EQ(segment.value()->alignment, 4096u);
  const auto disk = fs_.Crash(1, support::Fate::kOld);
  EXPECT_EQ(Names(disk.get()), std::vector<std::string>{SegmentName(5)});
  EXPECT_EQ(disk->FileSize(base::JoinPath("db", SegmentName(5))).value(),
            65536u);
}

TEST_F(SegmentPoolTest, WritesBufferedWhereDirectIsRefused) {
  fs_.SetDirect(false);
  SegmentPool pool(options_, 1);
  const auto segment = pool.Make(/*aligned=*/true);
  ASSERT_TRUE(segment.ok());
  EXPECT_EQ(segment.value()->alignment, 8u);
  EXPECT_FALSE(pool.direct_works());
}

TEST_F(SegmentPoolTest, ListsTheNextSegmentBeforeItGivesItOut) {
  SegmentPool pool(options_, 1);
  list_status_ = base::Status::Io("no MANIFEST today");
  pool.PrepareNext(true);
  EXPECT_FALSE(pool.HasNext());
  EXPECT_FALSE(pool.spare_status().ok());
  // The number may be listed for all we know: it is the same one again.
  list_status_ = base::Status::Ok();
  pool.PrepareNext(true);
  ASSERT_TRUE(pool.HasNext());
  EXPECT_TRUE(pool.spare_status().ok());
  EXPECT_EQ(listed_, std::vector<uint64_t>{1});
  EXPECT_EQ(pool.TakeNext()->number, 1u);
}

TEST_F(SegmentPoolTest, MakesNoSpareWhileTheSpaceIsForSomethingElse) {
  SegmentPool pool(options_, 1);
  pool.HoldSpares(true);
  pool.KeepSpares();
  EXPECT_EQ(pool.spare_status().code(), base::Code::kNoRoom);
  // The segment that frames wait for is made all the same.
  pool.PrepareNext(true);
  EXPECT_TRUE(pool.HasNext());
  pool.HoldSpares(false);
  pool.KeepSpares();
  EXPECT_TRUE(pool.spare_status().ok());
}

TEST_F(SegmentPoolTest, KeepsFewSparesWhileTheSpaceIsForSomethingElse) {
  SegmentPool pool(options_, 1);
  std::vector<uint64_t> numbers;
  for (int i = 0; i < 3; ++i) {
    numbers.push_back(pool.Make(true).value()->number);
  }
  pool.GiveUp(numbers);
  pool.Recycle();
  EXPECT_EQ(Names(&fs_).size(), 3u);
  pool.HoldSpares(true);
  EXPECT_TRUE(pool.LacksSpares());
  pool.KeepSpares();
  EXPECT_EQ(Names(&fs_).size(), 1u);
  EXPECT_FALSE(pool.LacksSpares());
}

TEST_F(SegmentPoolTest, RecyclesWhatIsGivenUp) {
  SegmentPool pool(options_, 1);
  ASSERT_TRUE(pool.Make(true).ok());
  pool.GiveUp({1});
  EXPECT_TRUE(pool.LacksSpares());
  pool.Recycle();
  EXPECT_FALSE(pool.LacksSpares());
  EXPECT_EQ(Names(&fs_), std::vector<std::string>{SpareName(2)});
  const uint64_t ops = fs_.ops();
  ASSERT_TRUE(pool.Make(true).ok());
  // Block 0 written and synced, renamed, directory synced; nothing created.
  EXPECT_EQ(fs_.ops() - ops, 4u);
  EXPECT_EQ(Names(&fs_), std::vector<std::string>{SegmentName(2)});
}

TEST_F(SegmentPoolTest, NeverUsesASaltTwice) {
  SegmentPool pool(options_, 1);
  const auto first = pool.Make(true);
  ASSERT_TRUE(first.ok());
  pool.GiveUp({1});
  pool.Recycle();
  const auto second = pool.Make(true);
  ASSERT_TRUE(second.ok());
  EXPECT_NE(first.value()->salt, second.value()->salt);
}

TEST_F(SegmentPoolTest, FindsTheSparesOfAnEarlierProcess) {
  {
    SegmentPool pool(options_, 1);
    pool.KeepSpares();
  }
  // One that a crash has left half-made.
  ASSERT_TRUE(fs_.CreateLog(base::JoinPath("db", SpareName(9)), 4096).ok());
  SegmentPool pool(options_, 2);
  ASSERT_TRUE(pool.FindSpares().ok());
  ASSERT_TRUE(pool.Make(true).ok());
  EXPECT_EQ(Names(&fs_), std::vector<std::string>{SegmentName(2)});
}

TEST_F(SegmentPoolTest, SaysWhenASpareCannotBeMade) {
  SegmentPool pool(options_, 1);
  pool.KeepSpares();
  EXPECT_EQ(pool.bytes_left(), 65536u);
  fs_.SetFreeBytes(1000);
  pool.PrepareNext(true);
  pool.KeepSpares();
  EXPECT_TRUE(pool.HasNext());
  EXPECT_EQ(pool.spare_status().code(), base::Code::kNoRoom);
  EXPECT_TRUE(pool.LacksSpares());
  fs_.SetFreeBytes(1 << 20);
  pool.KeepSpares();
  EXPECT_TRUE(pool.spare_status().ok());
  EXPECT_EQ(pool.bytes_left(), 2 * 65536u);
}

TEST_F(SegmentPoolTest, LooksForSpaceWhereNothingIsSetAside) {
  options_.preallocate = false;
  SegmentPool pool(options_, 1);
  fs_.SetFreeBytes(1000);
  pool.PrepareNext(true);
  EXPECT_EQ(pool.spare_status().code(), base::Code::kNoRoom);
  fs_.SetFreeBytes(1 << 20);
  pool.PrepareNext(true);
  EXPECT_TRUE(pool.HasNext());
}

TEST_F(SegmentPoolTest, DoesNotUseTheNumberOfAFailedSegmentAgain) {
  SegmentPool pool(options_, 1);
  fs_.FailOnce(CrashFileSystem::Op::kSyncDirectory, "db");
  EXPECT_FALSE(pool.Make(true).ok());
  EXPECT_TRUE(Names(&fs_).empty());
  const auto segment = pool.Make(true);
  ASSERT_TRUE(segment.ok());
  EXPECT_EQ(segment.value()->number, 2u);
}

}  // namespace
}  // namespace lsm
