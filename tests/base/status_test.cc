#include "base/status.h"

#include <gtest/gtest.h>

#include <cerrno>
#include <memory>

namespace base {
namespace {

TEST(Status, IsOkUnlessItSaysOtherwise) {
  EXPECT_TRUE(Status().ok());
  EXPECT_TRUE(Status::Ok().ok());
  EXPECT_EQ(Status::Ok().message(), "");
  EXPECT_EQ(Status::Ok().ToString(), "Ok");
}

TEST(Status, CarriesCodeAndMessage) {
  const Status status = Status::Corruption("bad block in 7.sst");
  EXPECT_FALSE(status.ok());
  EXPECT_EQ(status.code(), Code::kCorruption);
  EXPECT_EQ(status.ToString(), "Corruption: bad block in 7.sst");
}

TEST(Status, TellsAFullDiskFromABrokenOne) {
  for (const int error : {ENOSPC, EDQUOT}) {
    EXPECT_EQ(Status::FromErrno("write", "/a", error).code(), Code::kNoRoom);
  }
  const Status broken = Status::FromErrno("write", "/a", EIO);
  EXPECT_EQ(broken.code(), Code::kIo);
  EXPECT_EQ(broken.error_number(), EIO);
  EXPECT_EQ(broken.message(), "write: /a: Input/output error");
}

TEST(Status, AddsContextInFront) {
  const Status status = Status::Io("read", "/a", EIO).With("flush");
  EXPECT_EQ(status.message(), "flush: read: /a: Input/output error");
  EXPECT_EQ(status.error_number(), EIO);
  EXPECT_TRUE(Status::Ok().With("flush").ok());
  EXPECT_TRUE(Status::Miss().With("flush").IsMiss());
}

TEST(Status, CopiesAndMoves) {
  const Status first = Status::Invalid("ERR syntax error");
  Status second = first;
  EXPECT_EQ(second.message(), first.message());
  Status third = std::move(second);
  EXPECT_EQ(third.message(), "ERR syntax error");
  third = Status::Miss();
  EXPECT_TRUE(third.IsMiss());
  EXPECT_EQ(third.code(), Code::kMiss);
}

Result<int> Half(int n) {
  if (n % 2 != 0) return Status::Invalid("odd");
  return n / 2;
}

Result<int> Quarter(int n) {
  TRY_ASSIGN(const int half, Half(n));
  return Half(half);
}

TEST(Result, HoldsAValueOrTheReasonWhyNot) {
  EXPECT_EQ(Quarter(8).value(), 2);
  EXPECT_EQ(Quarter(6).status().message(), "odd");
  EXPECT_EQ(Quarter(7).status().message(), "odd");
}

TEST(Result, MovesWhatCannotBeCopied) {
  Result<std::unique_ptr<int>> result = std::make_unique<int>(3);
  const std::unique_ptr<int> value = std::move(result).value();
  EXPECT_EQ(*value, 3);
}

TEST(ResultDeathTest, StopsWhoeverTakesAValueThatIsNotThere) {
  EXPECT_DEATH((void)Half(1).value(), "CHECK failed");
}

}  // namespace
}  // namespace base
