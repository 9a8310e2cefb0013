// KEYS of a database that is too large to be gone through on the loop.

#include <gtest/gtest.h>

#include <string>

#include "base/strings.h"
#include "commands/dispatch.h"
#include "commands/house.h"

namespace commands {
namespace {

constexpr int kKeys = 6000;

class KeysTest : public testing::Test {
 protected:
  KeysTest() : me_(house_.client()), other_(house_.Connect()) {
    for (int i = 0; i < kKeys; i += 100) {
      std::string line = "MSET";
      for (int j = i; j < i + 100; ++j) line += base::StrCat(" k", j, " v");
      house_.Run(line);
    }
    house_.Run("SET dead v PX 50");
    house_.Run("SET other v");
    house_.clock().Advance(100'000);
    house_.PutOnDisk();
  }

  std::string Delivered(Session& session) {
    house_.ReadRows();
    house_.engine().Tick();
    return house_.wire(session).TakeDelivered();
  }

  Outcome outcome() const { return house_.done().outcome; }

  House house_;
  Session& me_;
  Session& other_;
};

TEST_F(KeysTest, AreGatheredWhileOthersGoOn) {
  EXPECT_EQ(house_.Once(me_, "KEYS *"), "");
  EXPECT_EQ(outcome(), Outcome::kBlocked);
  EXPECT_EQ(house_.Once(other_, "SET later v"), "+OK\r\n");
  EXPECT_EQ(house_.Once(other_, "DEL k1"), "");  // Its row is on the disk.
  const std::string reply = Delivered(me_);
  EXPECT_TRUE(
      reply.starts_with(base::StrCat("*", kKeys + 1, "\r\n$2\r\nk0\r\n")));
  EXPECT_TRUE(reply.ends_with("$5\r\nother\r\n"));
  EXPECT_EQ(reply.find("later"), std::string::npos);
  EXPECT_EQ(reply.find("dead"), std::string::npos);
  EXPECT_FALSE(me_.blocked());
}

TEST_F(KeysTest, AreNotSentToAClientThatSkipsTheirReply) {
  EXPECT_EQ(house_.Once(me_, "CLIENT REPLY SKIP"), "");
  house_.Once(me_, "KEYS *");
  EXPECT_EQ(outcome(), Outcome::kBlocked);
  EXPECT_EQ(Delivered(me_), "");
  EXPECT_FALSE(me_.blocked());
  EXPECT_EQ(house_.Once(me_, "PING"), "+PONG\r\n");
}

TEST_F(KeysTest, AreHeldUntilAllThatTheyShowIsReleased) {
  house_.Once(other_, "SET newest v");
  const types::Sequence newest = house_.done().gate;
  ASSERT_LT(house_.engine().released(), newest);
  house_.Once(me_, "KEYS new*");
  EXPECT_EQ(Delivered(me_), "*1\r\n$6\r\nnewest\r\n");
  EXPECT_GE(house_.wire(me_).gate(), newest);
}

TEST_F(KeysTest, OfAPatternCostWhatItsPrefixMatches) {
  house_.Once(me_, "KEYS k59?9");
  EXPECT_EQ(Delivered(me_),
            "*10\r\n$5\r\nk5909\r\n$5\r\nk5919\r\n$5\r\nk5929\r\n$5\r\nk5939"
            "\r\n$5\r\nk5949\r\n$5\r\nk5959\r\n$5\r\nk5969\r\n$5\r\nk5979\r\n"
            "$5\r\nk5989\r\n$5\r\nk5999\r\n");
  house_.Once(me_, "KEYS nobody*");
  EXPECT_EQ(Delivered(me_), "*0\r\n");
}

TEST_F(KeysTest, InATransactionAreGatheredAtOnce) {
  for (const char* line : {"MULTI", "SET k-mine v", "KEYS k-*"}) {
    house_.Once(me_, line);
  }
  EXPECT_EQ(house_.Run(me_, "EXEC"), "*2\r\n+OK\r\n*1\r\n$6\r\nk-mine\r\n");
}

TEST_F(KeysTest, AreForNobodyOnceTheClientIsGone) {
  std::string line = "MSET";
  for (int i = 0; i < kKeys; ++i) line += base::StrCat(" l", i, " v");
  house_.Run(line);
  house_.PutOnDisk();
  while (house_.engine().RunBackground()) {
  }
  Session& gone = house_.Connect();
  house_.Once(gone, "KEYS *");
  house_.dispatcher().Remove(gone);
  // One page is read; it would take two.
  house_.engine().RunBackground();
  EXPECT_EQ(house_.engine().stats().reads_in_flight, 0u);
  EXPECT_EQ(house_.Once(me_, "GET later"), "$-1\r\n");
}

TEST_F(KeysTest, NameTheFileThatCannotBeRead) {
  const auto names = house_.fs().List("/data");
  ASSERT_TRUE(names.ok());
  for (const std::string& name : names.value()) {
    if (!name.ends_with(".sst")) continue;
    house_.fs().FailReads("/data/" + name, 0, 1 << 20);
  }
  house_.Once(me_, "KEYS *");
  const std::string reply = Delivered(me_);
  EXPECT_TRUE(reply.starts_with("-ERR ")) << reply.substr(0, 100);
  EXPECT_NE(reply.find(".sst"), std::string::npos);
  EXPECT_EQ(house_.statistics().errors.at("ERR"), 1u);
}

}  // namespace
}  // namespace commands
