// Cold reads in a whole server: its reader threads, its loop and its log all
// run, which is what a thread sanitizer wants to see.

#include <gtest/gtest.h>

#include <string>

#include "base/strings.h"
#include "server/running_house.h"

namespace server {
namespace {

constexpr int kKeys = 400;

class ServerColdReads : public testing::Test {
 protected:
  // The keys are on the disk, and nothing is in memory.
  ServerColdReads() {
    for (int i = 0; i < kKeys; ++i) {
      writer_.Expect(base::StrCat("SET key", i, " ", ValueOf(i)), "+OK\r\n");
    }
    writer_.Expect("SAVE", "+OK\r\n");
    writer_.Expect("DEBUG RELOAD", "+OK\r\n");
  }

  static std::string ValueOf(int i) {
    return base::StrCat(i, std::string(200, '.'));
  }
  static std::string Get(int i) {
    return base::StrCat("*2\r\n$3\r\nGET\r\n$", 3 + base::StrCat(i).size(),
                        "\r\nkey", i, "\r\n");
  }
  static std::string Bulk(const std::string& value) {
    return base::StrCat("$", value.size(), "\r\n", value, "\r\n");
  }

  RunningHouse house_;
  Client writer_{house_.path()};
};

TEST_F(ServerColdReads, KeepTheOrderOfEveryClient) {
  Client up(house_.path());
  Client down(house_.path());
  std::string requests_up, replies_up, requests_down, replies_down;
  for (int i = 0; i < kKeys; ++i) {
    requests_up += Get(i);
    replies_up += Bulk(ValueOf(i));
    requests_down += Get(kKeys - 1 - i);
    replies_down += Bulk(ValueOf(kKeys - 1 - i));
  }
  up.Send(requests_up);
  down.Send(requests_down);
  EXPECT_EQ(up.Receive(replies_up.size()), replies_up);
  EXPECT_EQ(down.Receive(replies_down.size()), replies_down);
}

TEST_F(ServerColdReads, ShowWhatWasWrittenMeanwhile) {
  Client reader(house_.path());
  std::string requests;
  for (int i = 0; i < kKeys; ++i) requests += Get(i);
  reader.Send(requests);
  for (int i = 0; i < kKeys; i += 3) {
    writer_.Expect(base::StrCat("SET key", i, " new"), "+OK\r\n");
    writer_.Expect(base::StrCat("GET key", i), "$3\r\nnew\r\n");
  }
  for (int i = 0; i < kKeys; ++i) {
    // The old value or the new one, as it came.
    const std::string first = reader.Receive(4);
    if (first == "$3\r\n") {
      EXPECT_EQ(i % 3, 0);
      EXPECT_EQ(reader.Receive(5), "new\r\n");
    } else {
      const std::string old = Bulk(ValueOf(i));
      ASSERT_EQ(first + reader.Receive(old.size() - 4), old);
    }
  }
}

TEST_F(ServerColdReads, MayEndUnanswered) {
  Client leaver(house_.path());
  Client reader(house_.path());
  std::string requests;
  for (int i = 0; i < kKeys; ++i) requests += Get(i);
  leaver.Send(requests);
  reader.Send(requests);
  writer_.Expect("PING", "+PONG\r\n");
  // The server goes down with the house, whatever is under way.
}

}  // namespace
}  // namespace server
