#include "resp/parser.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "base/random.h"
#include "base/strings.h"

namespace resp {
namespace {

using Request = std::vector<std::string>;

// What came out of a stream: its requests, then the error, if there was one.
struct Heard {
  std::vector<Request> requests;
  std::string error;
  size_t left = 0;  // Bytes neither understood nor refused.

  bool operator==(const Heard&) const = default;
};

// Lets the parser see `stream` as a socket would deliver it: in pieces of the
// sizes that `next_size` returns, in a buffer that moves every time.
template <typename NextSize>
Heard Feed(std::string_view stream, NextSize next_size,
           bool authenticated = true) {
  const ParserLimits limits;
  Parser parser(&limits);
  parser.set_authenticated(authenticated);
  Heard heard;
  std::string unread;
  while (!stream.empty()) {
    const size_t size = std::min<size_t>(next_size(), stream.size());
    std::string moved = unread + std::string(stream.substr(0, size));
    stream.remove_prefix(size);
    std::string_view view = moved;
    while (true) {
      const Parser::Outcome outcome = parser.Next(view);
      if (outcome == Parser::Outcome::kRequest) {
        heard.requests.emplace_back(parser.words().begin(),
                                    parser.words().end());
      }
      view.remove_prefix(parser.consumed());
      if (outcome == Parser::Outcome::kRequest) continue;
      if (outcome == Parser::Outcome::kError) {
        heard.error = parser.error();
        return heard;
      }
      EXPECT_GT(parser.bytes_wanted(), view.size());
      break;
    }
    unread = view;
  }
  heard.left = unread.size();
  return heard;
}

Heard FeedWhole(std::string_view stream) {
  return Feed(stream, [&] { return stream.size(); });
}
Heard FeedBytes(std::string_view stream) {
  return Feed(stream, [] { return 1; });
}

std::string Encode(const Request& request) {
  std::string out = base::StrCat("*", request.size(), "\r\n");
  for (const std::string& word : request) {
    out += base::StrCat("$", word.size(), "\r\n", word, "\r\n");
  }
  return out;
}

std::string ErrorOf(std::string_view stream) {
  const Heard whole = FeedWhole(stream);
  EXPECT_EQ(whole, FeedBytes(stream)) << stream.substr(0, 100);
  return whole.error;
}

std::vector<Request> RequestsOf(std::string_view stream) {
  const Heard whole = FeedWhole(stream);
  EXPECT_EQ(whole, FeedBytes(stream)) << stream.substr(0, 100);
  EXPECT_EQ(whole.error, "");
  return whole.requests;
}

TEST(RespParser, ReadsAnArrayOfBulkStrings) {
  EXPECT_EQ(RequestsOf("*2\r\n$4\r\nECHO\r\n$4\r\na\r\nb\r\n"
                       "*1\r\n$4\r\nPING\r\n"),
            std::vector<Request>({
                {"ECHO", "a\r\nb"},
                {"PING"     }
  }));
}

TEST(RespParser, WordsAreViewsIntoTheInput) {
  const ParserLimits limits;
  Parser parser(&limits);
  const std::string input = "*2\r\n$3\r\nGET\r\n$1\r\nk\r\n*1";
  ASSERT_EQ(parser.Next(input), Parser::Outcome::kRequest);
  ASSERT_EQ(parser.words().size(), 2u);
  EXPECT_EQ(parser.words()[1].data(), input.data() + 17);
  EXPECT_EQ(parser.consumed(), input.size() - 2);
}

TEST(RespParser, KeepsEmptyAndBinaryWords) {
  const Request request = {"", std::string("\0\r\n\xff", 4), "*1\r\n"};
  EXPECT_EQ(RequestsOf(Encode(request)), std::vector<Request>({request}));
}

TEST(RespParser, SkipsRequestsWithoutWords) {
  EXPECT_EQ(RequestsOf("\r\n\n  \r\n*0\r\n*-1\r\n*-12\r\nPING\r\n*0\r\n"),
            std::vector<Request>({{"PING"}}));
}

TEST(RespParser, AcceptsAnyByteAfterCarriageReturn) {
  EXPECT_EQ(RequestsOf("*1\rx$4\rxPINGxx"), std::vector<Request>({{"PING"}}));
}

TEST(RespParser, WaitsForTheByteAfterCarriageReturn) {
  EXPECT_EQ(FeedWhole("*1\r").left, 3u);
  EXPECT_EQ(FeedWhole("*1\r\n$4\r").left, 7u);
  EXPECT_EQ(FeedWhole("*1\r\n$4\r\nPING\r").left, 13u);
}

TEST(RespParser, RefusesBadCounts) {
  const std::string text = "ERR Protocol error: invalid multibulk length";
  for (const char* line :
       {"*", "*01", "*-0", "*+1", "* 1", "*1 ", "*x", "*1x", "*2147483648",
        "*9223372036854775808", "*99999999999999999999999999"}) {
    EXPECT_EQ(ErrorOf(base::StrCat(line, "\r\n")), text) << line;
  }
}

TEST(RespParser, RefusesBadSizes) {
  const std::string text = "ERR Protocol error: invalid bulk length";
  for (const char* line : {"$", "$-1", "$01", "$+1", "$1 ", "$536870913",
                           "$9223372036854775808", "$18446744073709551615"}) {
    EXPECT_EQ(ErrorOf(base::StrCat("*1\r\n", line, "\r\n")), text) << line;
  }
}

TEST(RespParser, NamesTheByteThatShouldHaveBeenADollar) {
  EXPECT_EQ(ErrorOf("*1\r\n:3\r\n"),
            "ERR Protocol error: expected '$', got ':'");
  EXPECT_EQ(ErrorOf("*1\r\n\r\n"),
            "ERR Protocol error: expected '$', got '\r'");
  EXPECT_EQ(ErrorOf("*1\r\n\r5\r\n"),
            "ERR Protocol error: expected '$', got '\r'");
  EXPECT_EQ(ErrorOf("*3\r\n$4\r\nECHO\r\n\xff\r\n"),
            "ERR Protocol error: expected '$', got '\xff'");
}

TEST(RespParser, AnswersEverythingBeforeAnError) {
  const Heard heard = FeedBytes("PING\r\n*1\r\n$4\r\nPING\r\n*1\r\n:\r\nPING");
  EXPECT_EQ(heard.requests, std::vector<Request>({{"PING"}, {"PING"}}));
  EXPECT_EQ(heard.error, "ERR Protocol error: expected '$', got ':'");
}

TEST(RespParser, RefusesLinesThatDoNotEnd) {
  const std::string digits(64 * 1024 + 1, '1');
  EXPECT_EQ(ErrorOf("*" + digits),
            "ERR Protocol error: too big mbulk count string");
  EXPECT_EQ(ErrorOf("*1\r\n$" + digits),
            "ERR Protocol error: too big bulk count string");
  EXPECT_EQ(ErrorOf(digits), "ERR Protocol error: too big inline request");
  // As soon as it is too long, whatever comes after.
  EXPECT_EQ(ErrorOf(digits + "\r\n"),
            "ERR Protocol error: too big inline request");
  EXPECT_EQ(RequestsOf(digits.substr(2) + "\r\n").size(), 1u);
}

TEST(RespParser, RefusesUnbalancedQuotes) {
  for (const char* line : {"set \"a", "echo \"a\"b", "echo 'a", "echo 'a'b"}) {
    EXPECT_EQ(ErrorOf(base::StrCat(line, "\r\n")),
              "ERR Protocol error: unbalanced quotes in request")
        << line;
  }
}

TEST(RespParser, HoldsStrangersToSmallLimits) {
  const auto error = [](std::string_view stream, bool authenticated) {
    return Feed(
               stream, [] { return size_t{1} << 20; }, authenticated)
        .error;
  };
  EXPECT_EQ(error("*11\r\n", false),
            "ERR Protocol error: unauthenticated multibulk length");
  EXPECT_EQ(error("*1\r\n$16385\r\n", false),
            "ERR Protocol error: unauthenticated bulk length");
  EXPECT_EQ(error("*10\r\n$16384\r\n", false), "");
  EXPECT_EQ(error("*11\r\n$16385\r\n", true), "");
}

TEST(RespParser, TakesMemoryForWhatWasReceivedOnly) {
  const ParserLimits limits;
  Parser parser(&limits);
  EXPECT_EQ(parser.Next("*2147483647\r\n$536870912\r\nabc"),
            Parser::Outcome::kMore);
  EXPECT_LT(parser.memory_bytes(), 1024u);
  EXPECT_EQ(parser.bytes_wanted(), 13u + 12u + 536870912u + 2u);
}

TEST(RespParser, GivesMemoryBackAfterAHugeRequest) {
  const ParserLimits limits;
  Parser parser(&limits);
  const std::string huge = Encode(Request(100000, "w"));
  ASSERT_EQ(parser.Next(huge), Parser::Outcome::kRequest);
  EXPECT_EQ(parser.words().size(), 100000u);
  ASSERT_EQ(parser.Next("PING\r\n"), Parser::Outcome::kRequest);
  EXPECT_LT(parser.memory_bytes(), 1024u);
}

TEST(RespParser, ReadsAgainAfterARestart) {
  const ParserLimits limits;
  Parser parser(&limits);
  const std::string cut = "PING\r\n*2\r\n$4\r\nECHO\r\n$10\r\nabc";
  ASSERT_EQ(parser.Next(cut), Parser::Outcome::kRequest);
  ASSERT_EQ(parser.Next(cut.substr(6)), Parser::Outcome::kMore);
  parser.Restart();
  ASSERT_EQ(parser.Next(cut), Parser::Outcome::kRequest);
  EXPECT_EQ(parser.words()[0], "PING");

  const std::string wrong = "*1\r\n:\r\n";
  ASSERT_EQ(parser.Next(wrong), Parser::Outcome::kError);
  parser.Restart();
  ASSERT_EQ(parser.Next(wrong), Parser::Outcome::kError);
  EXPECT_EQ(parser.error(), "ERR Protocol error: expected '$', got ':'");
}

TEST(RespParser, TellsWordsOfTheInputFromItsOwn) {
  const ParserLimits limits;
  Parser parser(&limits);
  ASSERT_EQ(parser.Next("echo 'a b'\r\n"), Parser::Outcome::kRequest);
  EXPECT_FALSE(parser.words_in_input());
  EXPECT_EQ(parser.words()[1], "a b");
  ASSERT_EQ(parser.Next("*1\r\n$4\r\nPING\r\n"), Parser::Outcome::kRequest);
  EXPECT_TRUE(parser.words_in_input());
}

TEST(RespParser, UnquotesInlineWords) {
  EXPECT_EQ(RequestsOf("set \"a\\x41\\n\" 'it\\'s' plain \"\"\r\n"),
            std::vector<Request>({
                {"set", "aA\n", "it's", "plain", ""}
  }));
}

TEST(RespParser, IsNotTroubledByHowAStreamIsCut) {
  for (uint64_t seed = 1; seed <= 200; ++seed) {
    SCOPED_TRACE(base::StrCat("seed ", seed));
    base::Random random(seed);
    std::string stream;
    for (uint64_t n = random.Below(20); n > 0; --n) {
      switch (random.Below(8)) {
        case 0:
          stream += "set \"a b\" 'c'  plain\r\n";
          break;
        case 1:
          stream += "*0\r\n";
          break;
        case 2:
          // Damage: one wrong byte somewhere in what came before.
          if (!stream.empty() && random.OneIn(3)) {
            stream[random.Below(stream.size())] =
                static_cast<char>(random.Next());
          }
          break;
        default: {
          Request request;
          for (uint64_t words = 1 + random.Below(5); words > 0; --words) {
            request.emplace_back(random.Below(300), 'x');
          }
          stream += Encode(request);
        }
      }
    }
    const Heard whole = FeedWhole(stream);
    EXPECT_EQ(whole, FeedBytes(stream));
    EXPECT_EQ(whole, Feed(stream, [&] { return 1 + random.Below(100); }));
  }
}

}  // namespace
}  // namespace resp
