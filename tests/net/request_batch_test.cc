#include "net/request_batch.h"

#include <gtest/gtest.h>

#include <string>

#include "base/strings.h"

namespace net {
namespace {

using resp::Parser;

class RequestBatchTest : public ::testing::Test {
 protected:
  std::string Word(size_t request, size_t word) {
    return std::string(batch_.words(request)[word]);
  }

  resp::ParserLimits limits_;
  Parser parser_{&limits_};
  RequestBatch batch_;
};

TEST_F(RequestBatchTest, ReadsSeveralRequestsAhead) {
  const std::string input =
      "*2\r\n$3\r\nGET\r\n$1\r\na\r\n*2\r\n$3\r\nGET\r\n$1\r\nb\r\n*1\r\n";
  batch_.Fill(&parser_, input, 16);
  ASSERT_EQ(batch_.size(), 2u);
  EXPECT_EQ(batch_.outcome(), Parser::Outcome::kMore);
  EXPECT_EQ(Word(0, 1), "a");
  EXPECT_EQ(Word(1, 1), "b");
  EXPECT_EQ(batch_.end(0), 20u);
  EXPECT_EQ(batch_.end(1), 40u);
  EXPECT_EQ(batch_.consumed(), 40u);
}

TEST_F(RequestBatchTest, EndsWhenItIsFull) {
  const std::string input =
      "*1\r\n$1\r\nA\r\n*1\r\n$1\r\nB\r\n*1\r\n$1\r\nC\r\n";
  batch_.Fill(&parser_, input, 2);
  EXPECT_EQ(batch_.size(), 2u);
  EXPECT_EQ(batch_.outcome(), Parser::Outcome::kRequest);
  batch_.Fill(&parser_, std::string_view(input).substr(batch_.consumed()), 2);
  ASSERT_EQ(batch_.size(), 1u);
  EXPECT_EQ(Word(0, 0), "C");
}

TEST_F(RequestBatchTest, EndsBehindAnInlineRequest) {
  batch_.Fill(&parser_, "*1\r\n$1\r\nA\r\nB 'x y'\r\nC\r\n", 16);
  ASSERT_EQ(batch_.size(), 2u);
  EXPECT_EQ(Word(0, 0), "A");
  EXPECT_EQ(Word(1, 1), "x y");
}

TEST_F(RequestBatchTest, DoesNotCopyLongRequests) {
  std::string input = "*1\r\n$1\r\nA\r\n*1000\r\n";
  for (int i = 0; i < 1000; ++i) input += "$1\r\nw\r\n";
  input += "B\r\n";
  batch_.Fill(&parser_, input, 16);
  ASSERT_EQ(batch_.size(), 2u);
  EXPECT_EQ(batch_.words(1).size(), 1000u);
  EXPECT_EQ(batch_.words(1).data(), parser_.words().data());
}

TEST_F(RequestBatchTest, CountsSkippedRequestsAsConsumed) {
  batch_.Fill(&parser_, "*1\r\n$1\r\nA\r\n\r\n*0\r\n", 16);
  EXPECT_EQ(batch_.size(), 1u);
  EXPECT_EQ(batch_.end(0), 11u);
  EXPECT_EQ(batch_.consumed(), 17u);
}

TEST_F(RequestBatchTest, HoldsWhatCameBeforeAnError) {
  batch_.Fill(&parser_, "*1\r\n$1\r\nA\r\n*x\r\n", 16);
  EXPECT_EQ(batch_.size(), 1u);
  EXPECT_EQ(batch_.outcome(), Parser::Outcome::kError);
}

}  // namespace
}  // namespace net
