// SET of keys that are only on the disk: it waits for no read, and DBSIZE is
// exact all the same.

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "base/quoting.h"
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

  // Executes it once; what was replied.
  std::string Once(Session& session, std::string_view line) {
    const auto split = base::SplitWords(line);
    const std::vector<std::string_view> words(split->begin(), split->end());
    std::string bytes;
    resp::Writer reply(&bytes, session.protocol);
    outcome_ = house_.dispatcher().Execute(session, words, reply).outcome;
    return bytes;
  }
  uint64_t reads() { return house_.engine().stats().fetches; }

  House house_;
  Session& me_;
  Session& other_;
  Outcome outcome_ = Outcome::kReplied;
};

TEST_F(BlindPutTest, WaitsForNoRead) {
  const uint64_t before = reads();
  EXPECT_EQ(Once(me_, "SET cold0 new"), "+OK\r\n");
  EXPECT_EQ(Once(me_, "SETEX cold1 100 new"), "+OK\r\n");
  EXPECT_EQ(Once(me_, "MSET cold2 new nobody new"), "+OK\r\n");
  EXPECT_EQ(reads(), before);
  EXPECT_EQ(Once(me_, "MGET cold0 cold1 cold2"),
            "*3\r\n$3\r\nnew\r\n$3\r\nnew\r\n$3\r\nnew\r\n");
}

TEST_F(BlindPutTest, WaitsWhereTheOldStateMatters) {
  for (const char* line :
       {"SET cold0 new NX", "SET cold0 new XX", "SET cold0 new GET",
        "SET cold0 new KEEPTTL", "SETNX cold0 new", "GETSET cold0 new"}) {
    Session& client = house_.Connect();
    Once(client, line);
    EXPECT_EQ(outcome_, Outcome::kWaitsForRows) << line;
  }
}

TEST_F(BlindPutTest, IsCountedOnce) {
  Once(me_, "SET cold0 new");
  Once(me_, "SET cold7 new");
  Once(me_, "SETEX cold1 100 new");
  EXPECT_EQ(Once(me_, "DBSIZE"), "");
  EXPECT_EQ(outcome_, Outcome::kWaitsForRows);
  house_.ReadRows();
  EXPECT_EQ(house_.wire(me_).resumes(), 1);
  EXPECT_EQ(Once(me_, "DBSIZE"), ":8\r\n");
  EXPECT_EQ(house_.data().Expires(0), 1);
}

TEST_F(BlindPutTest, OthersLookFirstWhileSomebodyCounts) {
  Once(me_, "SET cold0 new");
  Once(me_, "DBSIZE");
  Once(other_, "SET cold1 new");
  EXPECT_EQ(outcome_, Outcome::kWaitsForRows);
  house_.ReadRows();
  // Who counts has not run again yet.
  Session& third = house_.Connect();
  Once(third, "SET cold2 new");
  EXPECT_EQ(outcome_, Outcome::kWaitsForRows);
  EXPECT_EQ(Once(me_, "DBSIZE"), ":8\r\n");
  EXPECT_EQ(Once(house_.Connect(), "SET cold3 new"), "+OK\r\n");
}

TEST_F(BlindPutTest, WhoCountsAndLeavesKeepsNobodyWaiting) {
  Once(me_, "SET cold0 new");
  Session& third = house_.Connect();
  Once(third, "DBSIZE");
  house_.dispatcher().Remove(third);
  EXPECT_EQ(Once(me_, "SET cold1 new"), "+OK\r\n");
  house_.ReadRows();
}

TEST_F(BlindPutTest, InATransactionIsCountedExactly) {
  for (const char* line : {"MULTI", "SET cold0 new", "SET fresh x", "DBSIZE",
                           "DEL cold0", "DBSIZE"}) {
    Once(me_, line);
  }
  EXPECT_EQ(house_.Run(me_, "EXEC"), "*5\r\n+OK\r\n+OK\r\n:9\r\n:1\r\n:8\r\n");
  EXPECT_EQ(house_.Run("DBSIZE"), ":8\r\n");
}

TEST_F(BlindPutTest, IsOverwrittenDeletedAndExpiredLikeAnyOther) {
  Once(me_, "SET cold0 new");
  EXPECT_EQ(Once(me_, "DEL cold0"), ":1\r\n");
  Once(me_, "SET cold1 new");
  EXPECT_EQ(Once(me_, "APPEND cold1 er"), ":5\r\n");
  Once(me_, "SET cold2 new PX 50");
  house_.clock().Advance(100'000);
  EXPECT_EQ(Once(me_, "GET cold2"), "$-1\r\n");
  EXPECT_EQ(house_.Run("DBSIZE"), ":6\r\n");
}

TEST_F(BlindPutTest, GoesWithItsDatabase) {
  Once(me_, "SET cold0 new");
  EXPECT_EQ(Once(me_, "FLUSHDB"), "+OK\r\n");
  Once(me_, "SET cold0 newer");
  house_.ReadRows();
  EXPECT_EQ(house_.Run("DBSIZE"), ":1\r\n");
  EXPECT_EQ(house_.Run("KEYS *"), "*1\r\n$5\r\ncold0\r\n");
}

TEST_F(BlindPutTest, OutlivesARestart) {
  Once(me_, "SET cold0 new");
  house_.rules().debug_commands = Permit::kYes;
  EXPECT_EQ(house_.Run("DEBUG RELOAD"), "+OK\r\n");
  EXPECT_EQ(house_.Run("DBSIZE"), ":8\r\n");
  EXPECT_EQ(house_.Run("GET cold0"), "$3\r\nnew\r\n");
}

}  // namespace
}  // namespace commands
