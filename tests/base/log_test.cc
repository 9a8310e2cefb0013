#include "base/log.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <regex>
#include <thread>
#include <vector>

#include "base/file_system.h"
#include "support/temporary_directory.h"

namespace base {
namespace {

class Log : public testing::Test {
 protected:
  ~Log() override {
    EXPECT_TRUE(OpenLog("", LogLevel::kWarning).ok());
    SetLogRole('M');
  }
  std::string Text() { return ReadWholeFile(PosixFileSystem(), path_).value(); }

  const support::TemporaryDirectory directory_;
  const std::string path_ = directory_.Path("log");
};

TEST_F(Log, WritesALineAsRedisDoes) {
  ASSERT_TRUE(OpenLog(path_, LogLevel::kNotice).ok());
  LogNotice("took ", 12, " ms");
  const std::regex line(std::to_string(getpid()) +
                        ":M [0-9]{2} [A-Z][a-z]{2} [0-9]{4} "
                        "[0-9]{2}:[0-9]{2}:[0-9]{2}\\.[0-9]{3} "
                        "\\* took 12 ms\n");
  EXPECT_TRUE(std::regex_match(Text(), line)) << Text();
}

TEST_F(Log, MarksTheLevelAndTheRole) {
  ASSERT_TRUE(OpenLog(path_, LogLevel::kDebug).ok());
  SetLogRole('S');
  LogDebug("a");
  LogVerbose("b");
  LogNotice("c");
  LogWarning("d");
  for (const char* end : {" . a\n", " - b\n", " * c\n", " # d\n"}) {
    EXPECT_NE(Text().find(end), std::string::npos) << end;
  }
  EXPECT_NE(Text().find(":S "), std::string::npos);
}

TEST_F(Log, LeavesOutWhatIsBelowItsLevel) {
  ASSERT_TRUE(OpenLog(path_, LogLevel::kWarning).ok());
  LogNotice("quiet");
  EXPECT_EQ(Text(), "");
  SetLogLevel(LogLevel::kNotice);
  LogNotice("loud");
  EXPECT_NE(Text().find("loud"), std::string::npos);
}

TEST_F(Log, LetsNoTextForgeALine) {
  ASSERT_TRUE(OpenLog(path_, LogLevel::kNotice).ok());
  LogNotice("name\n1:M forged \x1b[31m {} %v");
  EXPECT_NE(Text().find("name\\n1:M forged \\x1b[31m {} %v\n"),
            std::string::npos)
      << Text();
}

TEST_F(Log, GoesOnInANewFileAfterTheOldOneWasMovedAway) {
  ASSERT_TRUE(OpenLog(path_, LogLevel::kNotice).ok());
  LogNotice("one");
  ASSERT_TRUE(PosixFileSystem()->Rename(path_, path_ + ".1").ok());
  ASSERT_TRUE(ReopenLog().ok());
  LogNotice("two");
  EXPECT_EQ(Text().find("one"), std::string::npos);
  EXPECT_NE(Text().find("two"), std::string::npos);
}

TEST_F(Log, StaysWhereItWasWhenTheNewFileCannotBeOpened) {
  ASSERT_TRUE(OpenLog(path_, LogLevel::kNotice).ok());
  // A file cannot be a directory.
  const Status status = OpenLog(path_ + "/x", LogLevel::kNotice);
  EXPECT_EQ(status.code(), Code::kIo);
  EXPECT_NE(status.message().find(path_ + "/x"), std::string::npos);
  LogNotice("still here");
  EXPECT_NE(Text().find("still here"), std::string::npos);
}

TEST_F(Log, KeepsLinesOfSeveralThreadsWhole) {
  ASSERT_TRUE(OpenLog(path_, LogLevel::kNotice).ok());
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([] {
      for (int n = 0; n < 50; ++n) LogNotice("abcdefghij");
    });
  }
  for (std::thread& thread : threads) thread.join();
  const std::string text = Text();
  size_t lines = 0;
  for (size_t at = 0; at < text.size(); ++lines) {
    const size_t end = text.find('\n', at);
    EXPECT_EQ(text.substr(end - 10, 10), "abcdefghij");
    at = end + 1;
  }
  EXPECT_EQ(lines, 200u);
}

}  // namespace
}  // namespace base
