#include "commands/arg_reader.h"

#include <gtest/gtest.h>

#include <vector>

namespace commands {
namespace {

using Text = std::vector<std::string_view>;

TEST(ArgReader, TakesWordsInAnyCase) {
  const Text words = {"nx", "rest"};
  ArgReader args(words, "set");
  std::optional<int> slot;
  EXPECT_FALSE(args.Take("XX", slot, 2));
  EXPECT_TRUE(args.Take("NX", slot, 1));
  EXPECT_EQ(slot, 1);
  EXPECT_EQ(args.Peek(), "rest");
  EXPECT_TRUE(args.status().ok());
}

TEST(ArgReader, TakesTheSameTwiceButNotTwoThings) {
  const Text words = {"NX", "NX", "XX", "more"};
  ArgReader args(words, "set");
  std::optional<int> slot;
  EXPECT_TRUE(args.Take("NX", slot, 1));
  EXPECT_TRUE(args.Take("NX", slot, 1));
  EXPECT_TRUE(args.status().ok());
  EXPECT_TRUE(args.Take("XX", slot, 2));
  EXPECT_EQ(args.status().message(), "ERR syntax error");
  EXPECT_FALSE(args.More());
}

TEST(ArgReader, KeepsTheFirstMistake) {
  const Text words = {"abc", "def"};
  ArgReader args(words, "set");
  EXPECT_EQ(args.NextInt(), 0);
  args.Fail("ERR second");
  EXPECT_EQ(args.Next(), "");
  EXPECT_EQ(args.status().message(),
            "ERR value is not an integer or out of range");
}

TEST(ArgReader, FailsWhereWordsAreMissing) {
  ArgReader args({}, "set");
  EXPECT_EQ(args.Next(), "");
  EXPECT_EQ(args.status().message(), "ERR syntax error");
}

TEST(ArgReader, KeepsNumbersWithinTheirBounds) {
  const Text words = {"5", "11"};
  ArgReader args(words, "set");
  EXPECT_EQ(args.NextIntBetween(1, 10), 5);
  EXPECT_EQ(args.NextIntBetween(1, 10), 0);
  EXPECT_EQ(args.status().message(),
            "ERR value is out of range, value must between 1 and 10");
}

TEST(ArgReader, ReadsTimesAfterTheWholeRequest) {
  const Text words = {"EX", "100", "PXAT", "5"};
  ArgReader args(words, "getex");
  std::optional<ExpiryArg> expiry;
  ASSERT_TRUE(args.TakeExpiry(expiry));
  EXPECT_EQ(args.ExpiresMs(*expiry, 7).value(), 100'007);
  EXPECT_TRUE(args.TakeExpiry(expiry));
  EXPECT_EQ(args.status().message(), "ERR syntax error");

  const auto message = [&](ExpiryArg arg) {
    return std::string(args.ExpiresMs(arg, 1000).status().message());
  };
  const std::string kInvalid = "ERR invalid expire time in 'getex' command";
  EXPECT_EQ(message({"0", true, false}), kInvalid);
  EXPECT_EQ(message({"-1", false, true}), kInvalid);
  EXPECT_EQ(message({"9223372036854775807", true, true}), kInvalid);
  EXPECT_EQ(message({"9223372036854775807", false, false}), kInvalid);
  EXPECT_EQ(message({"x", false, false}),
            "ERR value is not an integer or out of range");
  EXPECT_EQ(args.ExpiresMs({"9223372036854775807", false, true}, 1000).value(),
            INT64_MAX);
}

}  // namespace
}  // namespace commands
