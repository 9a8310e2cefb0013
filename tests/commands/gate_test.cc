// No reply may leave that shows a write which a crash could take back. Each
// test lets the log stand still, does something, and asks what a reply that
// saw it must wait for.

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "commands/house.h"

namespace commands {
namespace {

class Gates : public testing::Test {
 protected:
  // Runs a command whose effect is not released; its sequence.
  types::Sequence Write(std::string_view line) {
    house_.Run(line);
    EXPECT_EQ(house_.done().gate, house_.engine().applied());
    EXPECT_GT(house_.done().gate, house_.engine().released());
    return house_.done().gate;
  }
  types::Sequence GateOf(std::string_view line) {
    house_.Run(other_, line);
    return house_.done().gate;
  }
  void Release() {
    while (house_.engine().open_bytes() > 0) house_.engine().Submit();
    house_.engine().Tick();
    ASSERT_EQ(house_.engine().released(), house_.engine().applied());
  }

  House house_;
  Session& other_ = house_.Connect();
};

TEST_F(Gates, AReplyWaitsForTheRecordThatItSaw) {
  const types::Sequence write = Write("SET k v");
  for (const char* line : {"GET k", "STRLEN k", "TTL k", "TYPE k", "EXISTS k",
                           "GETRANGE k 0 1", "OBJECT ENCODING k", "MGET a k"}) {
    EXPECT_EQ(GateOf(line), write) << line;
  }
}

TEST_F(Gates, AReplyWaitsForNothingElse) {
  Write("SET a v");
  Release();
  const types::Sequence b = Write("SET b v");
  EXPECT_LE(GateOf("GET a"), house_.engine().released());
  EXPECT_EQ(GateOf("GET b"), b);
  EXPECT_LE(GateOf("GET none"), house_.engine().released());
  Release();
  EXPECT_LE(GateOf("GET b"), house_.engine().released());
}

TEST_F(Gates, NilWaitsForTheDeletionThatItSaw) {
  Write("SET k v");
  Release();
  for (const char* line : {"DEL k", "GETDEL l", "RENAME m n", "MOVE n 1"}) {
    house_.Run("MSET k v l v m v");
    Release();
    const types::Sequence write = Write(line);
    const std::string key(
        std::string_view(line).substr(std::string_view(line).find(' ') + 1, 1));
    EXPECT_EQ(GateOf("GET " + key), write) << line;
    EXPECT_EQ(GateOf("EXISTS " + key), write) << line;
  }
}

TEST_F(Gates, BothNamesOfARenamedKeyWait) {
  Write("SET a v");
  Release();
  const types::Sequence write = Write("RENAME a b");
  EXPECT_EQ(GateOf("GET a"), write);
  EXPECT_EQ(GateOf("GET b"), write);
}

TEST_F(Gates, ANewTimeOfDeathIsAWriteLikeAnother) {
  Write("SET k v");
  Release();
  const types::Sequence write = Write("EXPIRE k 100");
  EXPECT_EQ(GateOf("TTL k"), write);
  EXPECT_EQ(GateOf("GET k"), write);
  const types::Sequence gone = Write("EXPIRE k -1");
  EXPECT_EQ(GateOf("GET k"), gone);
}

// After a FLUSHDB no record of the key is touched any more.
TEST_F(Gates, NilWaitsForTheDatabaseMapThatHidesTheKey) {
  Write("SET k v");
  Release();
  const types::Sequence flush = Write("FLUSHDB");
  EXPECT_GE(GateOf("GET k"), flush);
  EXPECT_GE(GateOf("DBSIZE"), flush);
  Write("SET k w");
  Release();
  const types::Sequence all = Write("FLUSHALL");
  EXPECT_GE(GateOf("GET k"), all);
  Write("SET k v");
  Release();
  const types::Sequence swap = Write("SWAPDB 0 1");
  EXPECT_GE(GateOf("GET k"), swap);
  EXPECT_GE(GateOf("EXISTS none"), swap);
  Release();
  EXPECT_LE(GateOf("GET k"), house_.engine().released());
}

TEST_F(Gates, ErrorsWaitAsAnswersDo) {
  const types::Sequence write = Write("SET k abc");
  EXPECT_EQ(house_.Run(other_, "INCR k"),
            "-ERR value is not an integer or out of range\r\n");
  EXPECT_EQ(house_.done().gate, write);
  EXPECT_EQ(GateOf("RENAME none k"), 0u);
}

TEST_F(Gates, RefusalsWaitForWhatRefusedThem) {
  const types::Sequence write = Write("SET k v");
  EXPECT_EQ(GateOf("SETNX k w"), write);
  EXPECT_EQ(GateOf("SET k w NX"), write);
  EXPECT_EQ(GateOf("RENAMENX k k"), write);
  EXPECT_EQ(GateOf("MSETNX a 1 k 2"), write);
  EXPECT_EQ(GateOf("EXPIRE k 10 XX"), write);
}

TEST_F(Gates, WhatLooksAtAllKeysWaitsForAllWrites) {
  Write("SET k v");
  Release();
  const types::Sequence write = Write("DEL k");
  for (const char* line : {"DBSIZE", "KEYS *", "SCAN 0", "RANDOMKEY"}) {
    EXPECT_EQ(GateOf(line), write) << line;
  }
}

TEST_F(Gates, AStoppedExecTellsOfAWriteAndWaitsForIt) {
  house_.Run(other_, "WATCH k");
  house_.Run(other_, "MULTI");
  const types::Sequence write = Write("SET k v");
  EXPECT_EQ(house_.Run(other_, "EXEC"), "*-1\r\n");
  EXPECT_EQ(house_.done().gate, write);
}

TEST_F(Gates, ATransactionWaitsForAllThatItSawAndWrote) {
  const types::Sequence write = Write("SET k v");
  for (const char* line : {"MULTI", "GET none", "GET k"}) {
    house_.Run(other_, line);
    EXPECT_EQ(house_.done().gate, 0u);
  }
  EXPECT_EQ(GateOf("EXEC"), write);
  for (const char* line : {"MULTI", "SET x 1", "SET y 1"}) {
    house_.Run(other_, line);
  }
  const types::Sequence exec = GateOf("EXEC");
  EXPECT_EQ(exec, house_.engine().applied());
}

TEST_F(Gates, WhatTouchesNoKeyWaitsForNothing) {
  Write("SET k v");
  for (const char* line :
       {"SELECT 0", "MULTI", "DISCARD", "UNWATCH", "BOGUS", "GET"}) {
    EXPECT_EQ(GateOf(line), 0u) << line;
  }
}

}  // namespace
}  // namespace commands
