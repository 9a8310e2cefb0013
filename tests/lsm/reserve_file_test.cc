#include "lsm/reserve_file.h"

#include <gtest/gtest.h>

#include <cerrno>

#include "support/crash_file_system.h"

namespace lsm {
namespace {

using Op = support::CrashFileSystem::Op;

class ReserveFileTest : public testing::Test {
 protected:
  ReserveFileTest() { EXPECT_TRUE(fs_.CreateDirectory("db").ok()); }

  uint64_t Free() { return fs_.FreeBytes("db").value(); }

  support::CrashFileSystem fs_;
  ReserveFile reserve_ = ReserveFile(&fs_, "db");
};

TEST_F(ReserveFileTest, TakesItsSpaceAndGivesItBack) {
  fs_.SetFreeBytes(100'000);
  ASSERT_TRUE(reserve_.Make(60'000, 0).ok());
  EXPECT_EQ(reserve_.bytes(), 60'000u);
  EXPECT_EQ(Free(), 40'000u);
  EXPECT_TRUE(reserve_.Release());
  EXPECT_EQ(reserve_.bytes(), 0u);
  EXPECT_EQ(Free(), 100'000u);
  EXPECT_FALSE(reserve_.Release());
}

TEST_F(ReserveFileTest, IsFoundByTheNextProcess) {
  ASSERT_TRUE(reserve_.Make(60'000, 0).ok());
  ReserveFile next(&fs_, "db");
  ASSERT_TRUE(next.Find().ok());
  EXPECT_EQ(next.bytes(), 60'000u);
  EXPECT_TRUE(next.Release());
  ASSERT_TRUE(next.Find().ok());
  EXPECT_EQ(next.bytes(), 0u);
}

TEST_F(ReserveFileTest, IsMadeAnewInAnotherSize) {
  fs_.SetFreeBytes(100'000);
  ASSERT_TRUE(reserve_.Make(60'000, 0).ok());
  // Its own space counts as free.
  ASSERT_TRUE(reserve_.Make(90'000, 0).ok());
  EXPECT_EQ(reserve_.bytes(), 90'000u);
  ASSERT_TRUE(reserve_.Make(0, 0).ok());
  EXPECT_EQ(reserve_.bytes(), 0u);
  EXPECT_EQ(Free(), 100'000u);
}

TEST_F(ReserveFileTest, LeavesToOthersWhatTheyNeed) {
  fs_.SetFreeBytes(100'000);
  ASSERT_TRUE(reserve_.Make(60'000, 40'001).ok());
  EXPECT_EQ(reserve_.bytes(), 0u);
  ASSERT_TRUE(reserve_.Make(60'000, 40'000).ok());
  EXPECT_EQ(reserve_.bytes(), 60'000u);
}

TEST_F(ReserveFileTest, IsWholeOrNotThere) {
  fs_.SetFreeBytes(50'000);
  EXPECT_EQ(reserve_.Make(60'000, 0).code(), base::Code::kNoRoom);
  fs_.SetFreeBytes(100'000);
  fs_.FailOnce(Op::kCreate, "RESERVE", ENOSPC);
  EXPECT_EQ(reserve_.Make(60'000, 0).code(), base::Code::kNoRoom);
  EXPECT_EQ(reserve_.bytes(), 0u);
  EXPECT_EQ(Free(), 100'000u);
}

}  // namespace
}  // namespace lsm
