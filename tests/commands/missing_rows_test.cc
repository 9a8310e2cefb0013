// Requests whose rows are on the disk. The engine reads when the test says so.

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "commands/dispatch.h"
#include "commands/house.h"

namespace commands {
namespace {

class MissingRowsTest : public testing::Test {
 protected:
  MissingRowsTest() : me_(house_.client()), other_(house_.Connect()) {
    house_.rules().debug_commands = Permit::kYes;
    for (int i = 0; i < 8; ++i) {
      const std::string digit = std::to_string(i);
      house_.Run("SET cold" + digit + " value" + digit);
    }
    house_.PutOnDisk();
  }

  // It misses, and leaves nothing behind.
  void Park(Session& session, std::string_view line) {
    const int resumes = house_.wire(session).resumes();
    EXPECT_EQ(house_.Once(session, line), "");
    ASSERT_EQ(outcome(), Outcome::kWaitsForRows);
    house_.engine().Tick();
    EXPECT_EQ(house_.wire(session).resumes(), resumes);
  }
  uint64_t in_flight() { return house_.engine().stats().reads_in_flight; }

  Outcome outcome() const { return house_.done().outcome; }

  House house_;
  Session& me_;
  Session& other_;
};

TEST_F(MissingRowsTest, AreReadWhileOthersGoOn) {
  Park(me_, "GET cold1");
  EXPECT_EQ(house_.Once(other_, "SET hot v"), "+OK\r\n");
  EXPECT_EQ(house_.Once(other_, "GET hot"), "$1\r\nv\r\n");
  house_.ReadRows();
  EXPECT_EQ(house_.wire(me_).resumes(), 1);
  EXPECT_EQ(house_.wire(other_).resumes(), 0);
  EXPECT_EQ(house_.Once(me_, "GET cold1"), "$6\r\nvalue1\r\n");
}

TEST_F(MissingRowsTest, CountAsOneRequest) {
  const CommandStatistics& statistics =
      house_.table().FindFullName("get")->statistics;
  const uint64_t calls = statistics.calls;
  const uint64_t commands = house_.statistics().commands;
  house_.server().slow_log.SetLimits(0, 128);
  Park(me_, "GET cold1");
  house_.clock().Advance(3'000'000);
  house_.ReadRows();
  EXPECT_EQ(house_.Once(me_, "GET cold1"), "$6\r\nvalue1\r\n");
  EXPECT_EQ(statistics.calls, calls + 1);
  EXPECT_EQ(house_.statistics().commands, commands + 1);
  EXPECT_EQ(house_.statistics().keyspace_hits, 1u);
  EXPECT_EQ(house_.statistics().keyspace_misses, 0u);
  EXPECT_EQ(house_.statistics().reruns, 1u);
  // The clock stood still while it ran.
  EXPECT_EQ(statistics.micros, 0u);
  EXPECT_EQ(house_.server().slow_log.entries().size(), 1u);
}

TEST_F(MissingRowsTest, OfOneRequestAreReadTogether) {
  Park(me_, "MGET cold0 cold1 cold2 cold3 nobody");
  EXPECT_EQ(in_flight(), 4u);
  house_.ReadRows();
  EXPECT_EQ(house_.Once(me_, "MGET cold0 cold1 cold2 cold3 nobody"),
            "*5\r\n$6\r\nvalue0\r\n$6\r\nvalue1\r\n$6\r\nvalue2\r\n"
            "$6\r\nvalue3\r\n$-1\r\n");
}

TEST_F(MissingRowsTest, AreReadOnceForAllClients) {
  Park(me_, "GET cold1");
  Park(other_, "STRLEN cold1");
  EXPECT_EQ(in_flight(), 1u);
  house_.ReadRows();
  EXPECT_EQ(house_.Once(me_, "GET cold1"), "$6\r\nvalue1\r\n");
  EXPECT_EQ(house_.Once(other_, "STRLEN cold1"), ":6\r\n");
}

TEST_F(MissingRowsTest, AreSeenAsTheyAreWhenTheRequestRunsAgain) {
  Park(me_, "APPEND cold1 x");
  EXPECT_EQ(house_.Once(other_, "SET cold1 new"), "+OK\r\n");
  house_.ReadRows();
  EXPECT_EQ(house_.Once(me_, "APPEND cold1 x"), ":4\r\n");
  EXPECT_EQ(house_.Once(other_, "GET cold1"), "$4\r\nnewx\r\n");
}

TEST_F(MissingRowsTest, DoNotMoveTheClockOfTheirRequest) {
  const int64_t first_ms = house_.clock().WallMillis();
  Park(me_, "EXPIRE cold1 100");
  house_.clock().Advance(2'000'000);
  house_.ReadRows();
  EXPECT_EQ(house_.Once(me_, "EXPIRE cold1 100"), ":1\r\n");
  EXPECT_EQ(house_.Once(other_, "PEXPIRETIME cold1"),
            ":" + std::to_string(first_ms + 100'000) + "\r\n");
}

TEST_F(MissingRowsTest, OfATransactionAreReadTogether) {
  for (const char* line : {"MULTI", "GET cold1", "APPEND cold2 x"}) {
    house_.Once(me_, line);
  }
  Park(me_, "EXEC");
  EXPECT_EQ(in_flight(), 2u);
  house_.ReadRows();
  EXPECT_EQ(house_.Once(me_, "EXEC"), "*2\r\n$6\r\nvalue1\r\n:7\r\n");
  EXPECT_FALSE(me_.in_multi);
}

TEST_F(MissingRowsTest, OfATransactionInAnotherDatabaseAreReadTogether) {
  EXPECT_EQ(house_.Run("SELECT 3"), "+OK\r\n");
  house_.Run("SET there1 one");
  house_.Run("SET there2 two");
  house_.Run("SELECT 0");
  house_.PutOnDisk();
  for (const char* line :
       {"MULTI", "GET cold1", "SELECT 3", "MGET there1 there2", "EXEC"}) {
    house_.Once(me_, line);
  }
  ASSERT_EQ(outcome(), Outcome::kWaitsForRows);
  EXPECT_EQ(in_flight(), 3u);
  house_.ReadRows();
  EXPECT_EQ(house_.Once(me_, "EXEC"),
            "*3\r\n$6\r\nvalue1\r\n+OK\r\n*2\r\n$3\r\none\r\n$3\r\ntwo\r\n");
  EXPECT_EQ(me_.db, 3);
}

TEST_F(MissingRowsTest, LeaveATransactionOpenForWatches) {
  EXPECT_EQ(house_.Once(other_, "SET hot v"), "+OK\r\n");
  for (const char* line : {"WATCH hot", "MULTI", "GET cold1"}) {
    EXPECT_NE(house_.Once(me_, line), "") << line;
  }
  Park(me_, "EXEC");
  EXPECT_EQ(house_.Once(other_, "SET hot touched"), "+OK\r\n");
  house_.ReadRows();
  EXPECT_EQ(house_.Once(me_, "EXEC"), "*-1\r\n");
}

TEST_F(MissingRowsTest, ThatComeDuringAPauseWaitForItsEnd) {
  Park(me_, "APPEND cold1 x");
  const int64_t now_ms = house_.clock().WallMillis();
  house_.sessions().SetPause(Sessions::Pause::kWrites, now_ms + 500, now_ms);
  // The end of a pause does not wake who waits for rows.
  house_.sessions().EndPause();
  EXPECT_EQ(house_.wire(me_).resumes(), 0);
  EXPECT_EQ(house_.wire(other_).resumes(), 1);
  house_.sessions().SetPause(Sessions::Pause::kWrites, now_ms + 500, now_ms);
  house_.ReadRows();
  EXPECT_EQ(house_.wire(me_).resumes(), 1);
  EXPECT_EQ(house_.Once(me_, "APPEND cold1 x"), "");
  EXPECT_EQ(outcome(), Outcome::kRetryLater);
  house_.sessions().EndPause();
  EXPECT_EQ(house_.wire(me_).resumes(), 2);
  EXPECT_EQ(house_.Once(me_, "APPEND cold1 x"), ":7\r\n");
}

TEST_F(MissingRowsTest, OfAClientThatHasLeftAreNobodys) {
  Wire& wire = house_.wire(other_);
  Park(other_, "GET cold1");
  house_.sessions().MarkDying(other_);
  house_.dispatcher().Remove(other_);
  house_.ReadRows();
  EXPECT_EQ(wire.resumes(), 0);
  EXPECT_EQ(house_.Once(me_, "GET cold1"), "$6\r\nvalue1\r\n");
}

TEST_F(MissingRowsTest, AreAskedOfTheNextEngineWhenOneIsClosed) {
  Park(me_, "GET cold1");
  EXPECT_EQ(house_.Once(other_, "DEBUG RELOAD"), "+OK\r\n");
  EXPECT_EQ(house_.wire(me_).resumes(), 1);
  Park(me_, "GET cold1");
  house_.ReadRows();
  EXPECT_EQ(house_.Once(me_, "GET cold1"), "$6\r\nvalue1\r\n");
}

TEST_F(MissingRowsTest, ThatCannotBeReadAreAnErrorThatNamesTheFile) {
  std::string table;
  for (const std::string& name : house_.fs().List("/data").value()) {
    if (name.ends_with(".sst")) table = name;
  }
  house_.fs().FailReads("/data/" + table, 0, 4096);
  Park(me_, "GET cold1");
  house_.ReadRows();
  const std::string reply = house_.Once(me_, "GET cold1");
  EXPECT_TRUE(reply.starts_with("-ERR ")) << reply;
  EXPECT_NE(reply.find(table), std::string::npos) << reply;
  EXPECT_EQ(house_.table().FindFullName("get")->statistics.failed_calls, 1u);
  // It is over with the request.
  house_.fs().HealReads();
  Park(me_, "GET cold1");
  house_.ReadRows();
  EXPECT_EQ(house_.Once(me_, "GET cold1"), "$6\r\nvalue1\r\n");
}

TEST_F(MissingRowsTest, ThatNeverStayAreWaitedForInTheEnd) {
  int rounds = 0;
  std::string reply;
  while ((reply = house_.Once(me_, "GET cold1")).empty() && rounds < 100) {
    ++rounds;
    house_.ReadRows();
    house_.PutOnDisk();
  }
  EXPECT_EQ(reply, "$6\r\nvalue1\r\n");
  EXPECT_EQ(rounds, 4);
  // The next request begins anew.
  house_.PutOnDisk();
  Park(me_, "GET cold1");
}

TEST_F(MissingRowsTest, OfASessionWithoutATransportAreWaitedFor) {
  Session& session = *house_.sessions().Add(nullptr, 0);
  EXPECT_EQ(house_.Once(session, "GET cold1"), "$6\r\nvalue1\r\n");
}

TEST_F(MissingRowsTest, OfWhatFollowsAreReadAtTheSameTime) {
  Park(me_, "GET cold0");
  const std::vector<std::vector<std::string_view>> requests = {
      {"GET",    "cold1"},
      {"nonsense",        "cold2"},
      {"SET"},
      {"MGET",    "cold3", "cold4", "cold3"},
      {"APPEND",   "cold0", "x"},
      {"PING"}
  };
  const std::vector<resp::Words> words(requests.begin(), requests.end());
  house_.dispatcher().FetchAhead(me_, words);
  EXPECT_EQ(in_flight(), 4u);
  house_.ReadRows();
  EXPECT_EQ(house_.wire(me_).resumes(), 1);
  EXPECT_EQ(house_.Once(me_, "GET cold0"), "$6\r\nvalue0\r\n");
  EXPECT_EQ(house_.Once(me_, "GET cold1"), "$6\r\nvalue1\r\n");
  EXPECT_EQ(house_.Once(me_, "STRLEN cold4"), ":6\r\n");
  EXPECT_EQ(house_.statistics().reruns, 1u);
}

TEST_F(MissingRowsTest, OfDeadKeysAreReadBeforeTheyAreDeleted) {
  house_.Run("SET dead v PX 1000");
  house_.Run("SET dying v PX 1100");
  house_.PutOnDisk();
  house_.clock().Advance(1'050'000);
  house_.dispatcher().ExpireDue(100);
  house_.clock().Advance(300'000);
  house_.dispatcher().ExpireDue(100);
  EXPECT_GT(in_flight(), 0u);
  EXPECT_EQ(house_.data().Keys(0), 10);
  house_.ReadRows();
  EXPECT_EQ(house_.data().Keys(0), 8);
  EXPECT_EQ(house_.data().expiry().expired_keys(), 2u);
  EXPECT_EQ(house_.Once(me_, "EXISTS dead dying"), ":0\r\n");
}

TEST_F(MissingRowsTest, OfManyDeadKeysFollowOneAnother) {
  constexpr int kDead = 1000;
  for (int i = 0; i < kDead; ++i) {
    house_.Run(base::StrCat("SET dead", i, " v PX 1000"));
  }
  house_.PutOnDisk();
  for (int step = 0; step < 20; ++step) {
    house_.clock().Advance(100'000);
    house_.dispatcher().ExpireDue(/*budget=*/0);  // turns the wheel
  }
  house_.dispatcher().ExpireDue(100);
  EXPECT_EQ(in_flight(), 100u);
  // While these are read, the server need not ask for more.
  EXPECT_FALSE(house_.dispatcher().ExpireDue(100));
  EXPECT_EQ(in_flight(), 100u);
  house_.ReadRows();
  EXPECT_EQ(house_.data().Keys(0), 8);
  EXPECT_EQ(house_.data().expiry().expired_keys(), uint64_t{kDead});
}

// --- Ranges.

class MissingRangesTest : public MissingRowsTest {
 protected:
  static constexpr int kKeys = 1500;

  // 500 to 1999, and cold0 to cold7: nothing of them is cached either.
  MissingRangesTest() {
    for (int i = 0; i < kKeys; ++i) {
      house_.Run("SET " + std::to_string(500 + i) + " " + std::string(90, '.'));
    }
    Empty();
  }
  void Empty() {
    house_.PutOnDisk();
    EXPECT_EQ(house_.Run("DEBUG RELOAD"), "+OK\r\n");
  }
  // The reply once it is complete; how often it waited is in rounds_.
  std::string Wait(Session& session, std::string_view line) {
    std::string reply;
    for (rounds_ = 0; (reply = house_.Once(session, line)).empty(); ++rounds_) {
      EXPECT_EQ(outcome(), Outcome::kWaitsForRows);
      house_.ReadRows();
    }
    return reply;
  }
  int rounds_ = 0;
};

TEST_F(MissingRangesTest, AreReadWhileOthersGoOn) {
  Park(me_, "KEYS cold*");
  EXPECT_EQ(house_.Once(other_, "SET hot v"), "+OK\r\n");
  EXPECT_EQ(house_.Once(other_, "SET coldest v"), "+OK\r\n");
  house_.ReadRows();
  EXPECT_EQ(house_.wire(me_).resumes(), 1);
  EXPECT_TRUE(house_.Once(me_, "KEYS cold*").starts_with("*9\r\n"));
  EXPECT_EQ(house_.table().FindFullName("keys")->statistics.calls, 1u);
}

TEST_F(MissingRangesTest, OfAScanAreWhatItLooksAt) {
  const std::string first = Wait(me_, "SCAN 0 COUNT 600");
  EXPECT_EQ(rounds_, 1);
  EXPECT_NE(first.find("*600\r\n"), std::string::npos);
  const std::string cursor = first.substr(first.find("\r\n", 6) + 2);
  const std::string next = Wait(
      me_, "SCAN " + cursor.substr(0, cursor.find("\r\n")) + " COUNT 1000");
  EXPECT_EQ(rounds_, 1);
  EXPECT_TRUE(next.starts_with("*2\r\n$1\r\n0\r\n*908\r\n"));
}

TEST_F(MissingRangesTest, CostFewRoundsHoweverLongTheyAre) {
  EXPECT_TRUE(Wait(me_, "KEYS *").starts_with("*1508\r\n"));
  EXPECT_EQ(rounds_, 1);
  Empty();
  EXPECT_TRUE(Wait(me_, "KEYS 1*").starts_with("*1000\r\n"));
  EXPECT_GT(rounds_, 1);
  EXPECT_LT(rounds_, 8);
}

// A random key is drawn from rows of which the values were not read.
TEST_F(MissingRangesTest, OfATransactionTellAsMuchAsEachCommandWants) {
  for (const char* line : {"MULTI", "RANDOMKEY", "SCAN 0 COUNT 3000"}) {
    house_.Once(me_, line);
  }
  EXPECT_NE(Wait(me_, "EXEC").find("*1508\r\n"), std::string::npos);
}

TEST_F(MissingRangesTest, OfATransactionShowOneState) {
  for (const char* line : {"MULTI", "DEL cold1", "KEYS cold*", "APPEND cold2 x",
                           "SCAN 0 COUNT 10", "KEYS cold1*"}) {
    house_.Once(me_, line);
  }
  Park(me_, "EXEC");
  EXPECT_EQ(house_.Once(other_, "SET cold11 v"), "+OK\r\n");
  house_.ReadRows();
  const std::string reply = Wait(me_, "EXEC");
  EXPECT_TRUE(reply.starts_with("*5\r\n:1\r\n*8\r\n")) << reply;
  EXPECT_TRUE(reply.ends_with("*1\r\n$6\r\ncold11\r\n")) << reply;
}

TEST_F(MissingRangesTest, YieldARandomKey) {
  for (int i = 0; i < 20; ++i) {
    const std::string reply = Wait(me_, "RANDOMKEY");
    EXPECT_TRUE(reply.starts_with("$")) << reply;
    EXPECT_NE(reply, "$-1\r\n");
  }
}

TEST_F(MissingRangesTest, HideKeysWhoseTimeIsUp) {
  house_.Run("SET cold-dying v PX 1000");
  Empty();
  Park(me_, "KEYS cold*");
  house_.clock().Advance(2'000'000);
  house_.ReadRows();
  // The clock of its first run counts.
  EXPECT_TRUE(house_.Once(me_, "KEYS cold*").starts_with("*9\r\n"));
  EXPECT_TRUE(Wait(other_, "KEYS cold*").starts_with("*8\r\n"));
}

TEST_F(MissingRangesTest, OfADatabaseThatWasFlushedAreNotShown) {
  Park(me_, "KEYS *");
  EXPECT_EQ(house_.Once(other_, "FLUSHALL"), "+OK\r\n");
  EXPECT_EQ(house_.Once(other_, "SET a v"), "+OK\r\n");
  house_.ReadRows();
  EXPECT_EQ(Wait(me_, "KEYS *"), "*1\r\n$1\r\na\r\n");
}

TEST_F(MissingRangesTest, AreAskedOfTheNextEngineWhenOneIsClosed) {
  Park(me_, "KEYS cold*");
  EXPECT_EQ(house_.Once(other_, "DEBUG RELOAD"), "+OK\r\n");
  EXPECT_EQ(house_.wire(me_).resumes(), 1);
  EXPECT_TRUE(Wait(me_, "KEYS cold*").starts_with("*8\r\n"));
  // Also by one who has not yet come back.
  Empty();
  Park(me_, "KEYS cold*");
  house_.ReadRows();
  EXPECT_EQ(house_.Once(other_, "SET cold8 v"), "+OK\r\n");
  EXPECT_EQ(house_.Once(other_, "DEBUG RELOAD"), "+OK\r\n");
  EXPECT_TRUE(Wait(me_, "KEYS cold*").starts_with("*9\r\n"));
}

TEST_F(MissingRangesTest, OfAClientThatHasLeftAreNobodys) {
  Wire& wire = house_.wire(other_);
  Park(other_, "KEYS *");
  house_.sessions().MarkDying(other_);
  house_.dispatcher().Remove(other_);
  house_.ReadRows();
  EXPECT_EQ(wire.resumes(), 0);
  EXPECT_TRUE(Wait(me_, "KEYS cold*").starts_with("*8\r\n"));
}

TEST_F(MissingRangesTest, ThatCannotBeReadAreAnErrorThatNamesTheFile) {
  for (const std::string& name : house_.fs().List("/data").value()) {
    if (name.ends_with(".sst")) {
      house_.fs().FailReads("/data/" + name, 0, 1 << 20);
    }
  }
  for (const char* line : {"KEYS *", "SCAN 0", "RANDOMKEY"}) {
    Park(me_, line);
    house_.ReadRows();
    const std::string reply = house_.Once(me_, line);
    EXPECT_TRUE(reply.starts_with("-ERR ")) << reply;
    EXPECT_NE(reply.find(".sst"), std::string::npos) << reply;
  }
  house_.fs().HealReads();
  EXPECT_TRUE(Wait(me_, "KEYS cold*").starts_with("*8\r\n"));
}

TEST_F(MissingRangesTest, OfASessionWithoutATransportAreWaitedFor) {
  Session& session = *house_.sessions().Add(nullptr, 0);
  EXPECT_TRUE(house_.Once(session, "KEYS cold*").starts_with("*8\r\n"));
}

}  // namespace
}  // namespace commands
