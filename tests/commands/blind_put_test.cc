// SET of keys that are only on the disk: it waits for no read, and DBSIZE is
// exact all the same.

#include <gtest/gtest.h>

#include <string>

#include "commands/dispatch.h"
#include "commands/house.h"

namespace commands {
namespace {

class BlindPutTest : public testing::Test {
 protected:
  BlindPutTest() : me_(house_.client()), other_(house_.Connect()) {
    for (int i = 0; i < 8; ++i) {
      const std::string digit = std::to_string(i);
      house_.Run("SET cold" + digit + " value" + digit);
    }
    house_.Run("PEXPIRE cold7 100000");
    house_.PutOnDisk();
  }

  uint64_t reads() { return house_.engine().stats().fetches; }

  Outcome outcome() const { return house_.done().outcome; }

  House house_;
  Session& me_;
  Session& other_;
};

TEST_F(BlindPutTest, WaitsForNoRead) {
  const uint64_t before = reads();
  EXPECT_EQ(house_.Once(me_, "SET cold0 new"), "+OK\r\n");
  EXPECT_EQ(house_.Once(me_, "SETEX cold1 100 new"), "+OK\r\n");
  EXPECT_EQ(house_.Once(me_, "MSET cold2 new nobody new"), "+OK\r\n");
  EXPECT_EQ(reads(), before);
  EXPECT_EQ(house_.Once(me_, "MGET cold0 cold1 cold2"),
            "*3\r\n$3\r\nnew\r\n$3\r\nnew\r\n$3\r\nnew\r\n");
}

TEST_F(BlindPutTest, WaitsWhereTheOldStateMatters) {
  for (const char* line :
       {"SET cold0 new NX", "SET cold0 new XX", "SET cold0 new GET",
        "SET cold0 new KEEPTTL", "SETNX cold0 new", "GETSET cold0 new"}) {
    Session& client = house_.Connect();
    house_.Once(client, line);
    EXPECT_EQ(outcome(), Outcome::kWaitsForRows) << line;
  }
}

TEST_F(BlindPutTest, IsCountedOnce) {
  house_.Once(me_, "SET cold0 new");
  house_.Once(me_, "SET cold7 new");
  house_.Once(me_, "SETEX cold1 100 new");
  EXPECT_EQ(house_.Once(me_, "DBSIZE"), "");
  EXPECT_EQ(outcome(), Outcome::kWaitsForRows);
  house_.ReadRows();
  EXPECT_EQ(house_.wire(me_).resumes(), 1);
  EXPECT_EQ(house_.Once(me_, "DBSIZE"), ":8\r\n");
  EXPECT_EQ(house_.data().Expires(0), 1);
}

TEST_F(BlindPutTest, OthersLookFirstWhileSomebodyCounts) {
  house_.Once(me_, "SET cold0 new");
  house_.Once(me_, "DBSIZE");
  house_.Once(other_, "SET cold1 new");
  EXPECT_EQ(outcome(), Outcome::kWaitsForRows);
  house_.ReadRows();
  // Who counts has not run again yet.
  Session& third = house_.Connect();
  house_.Once(third, "SET cold2 new");
  EXPECT_EQ(outcome(), Outcome::kWaitsForRows);
  EXPECT_EQ(house_.Once(me_, "DBSIZE"), ":8\r\n");
  EXPECT_EQ(house_.Once(house_.Connect(), "SET cold3 new"), "+OK\r\n");
}

TEST_F(BlindPutTest, WhoCountsAndLeavesKeepsNobodyWaiting) {
  house_.Once(me_, "SET cold0 new");
  Session& third = house_.Connect();
  house_.Once(third, "DBSIZE");
  house_.dispatcher().Remove(third);
  EXPECT_EQ(house_.Once(me_, "SET cold1 new"), "+OK\r\n");
  house_.ReadRows();
}

TEST_F(BlindPutTest, InATransactionIsCountedExactly) {
  for (const char* line : {"MULTI", "SET cold0 new", "SET fresh x", "DBSIZE",
                           "DEL cold0", "DBSIZE"}) {
    house_.Once(me_, line);
  }
  EXPECT_EQ(house_.Run(me_, "EXEC"), "*5\r\n+OK\r\n+OK\r\n:9\r\n:1\r\n:8\r\n");
  EXPECT_EQ(house_.Run("DBSIZE"), ":8\r\n");
}

TEST_F(BlindPutTest, IsOverwrittenDeletedAndExpiredLikeAnyOther) {
  house_.Once(me_, "SET cold0 new");
  EXPECT_EQ(house_.Once(me_, "DEL cold0"), ":1\r\n");
  house_.Once(me_, "SET cold1 new");
  EXPECT_EQ(house_.Once(me_, "APPEND cold1 er"), ":5\r\n");
  house_.Once(me_, "SET cold2 new PX 50");
  house_.clock().Advance(100'000);
  EXPECT_EQ(house_.Once(me_, "GET cold2"), "$-1\r\n");
  EXPECT_EQ(house_.Run("DBSIZE"), ":6\r\n");
}

TEST_F(BlindPutTest, GoesWithItsDatabase) {
  house_.Once(me_, "SET cold0 new");
  EXPECT_EQ(house_.Once(me_, "FLUSHDB"), "+OK\r\n");
  house_.Once(me_, "SET cold0 newer");
  house_.ReadRows();
  EXPECT_EQ(house_.Run("DBSIZE"), ":1\r\n");
  EXPECT_EQ(house_.Run("KEYS *"), "*1\r\n$5\r\ncold0\r\n");
}

TEST_F(BlindPutTest, IsNotWrittenWhereItsDatabaseIsFlushedAtOnce) {
  for (const char* line : {"MULTI", "SET cold0 new", "FLUSHDB", "DBSIZE"}) {
    house_.Once(me_, line);
  }
  EXPECT_EQ(house_.Once(me_, "EXEC"), "*3\r\n+OK\r\n+OK\r\n:0\r\n");
  EXPECT_EQ(house_.batch().find("cold0"), std::string_view::npos);
  EXPECT_EQ(house_.engine().unsettled(), 0u);
}

TEST_F(BlindPutTest, OutlivesARestart) {
  house_.Once(me_, "SET cold0 new");
  house_.rules().debug_commands = Permit::kYes;
  EXPECT_EQ(house_.Run("DEBUG RELOAD"), "+OK\r\n");
  EXPECT_EQ(house_.Run("DBSIZE"), ":8\r\n");
  EXPECT_EQ(house_.Run("GET cold0"), "$3\r\nnew\r\n");
}

}  // namespace
}  // namespace commands
