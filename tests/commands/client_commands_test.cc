// What a transcript cannot see: connections that are closed, and replies that
// come later.

#include <gtest/gtest.h>

#include "base/strings.h"
#include "commands/house.h"

namespace commands {
namespace {

TEST(ClientKill, ClosesOthersAtOnceAndTheOneWhoAsksAfterTheReply) {
  House house;
  Session& other = house.Connect();
  Session& third = house.Connect();
  EXPECT_EQ(house.Run(base::StrCat("CLIENT KILL ID ", other.id)), ":1\r\n");
  EXPECT_TRUE(House::wire(other).closed());
  EXPECT_FALSE(House::wire(third).closed());
  EXPECT_EQ(house.done().outcome, Outcome::kReplied);
  EXPECT_EQ(
      house.Run(base::StrCat("CLIENT KILL ADDR ",
                             house.client().transport->peer(), " SKIPME NO")),
      ":1\r\n");
  EXPECT_EQ(house.done().outcome, Outcome::kClose);
  EXPECT_FALSE(House::wire(third).closed());
}

TEST(ClientKill, TakesAllButTheOneWhoAsks) {
  House house;
  Session& other = house.Connect();
  Session& third = house.Connect();
  EXPECT_EQ(house.Run("CLIENT KILL TYPE normal"), ":2\r\n");
  EXPECT_TRUE(House::wire(other).closed() && House::wire(third).closed());
  EXPECT_FALSE(House::wire(house.client()).closed());
}

TEST(ClientPause, HoldsBackWritesOrEverything) {
  House house;
  house.Run("CLIENT PAUSE 1000 WRITE");
  house.Run("SET k v");
  EXPECT_EQ(house.done().outcome, Outcome::kRetryLater);
  house.Run("GET k");
  EXPECT_EQ(house.done().outcome, Outcome::kReplied);
  house.Wait(1100);
  EXPECT_EQ(house.Run("SET k v"), "+OK\r\n");
  house.Run("CLIENT PAUSE 1000");
  house.Run("GET k");
  EXPECT_EQ(house.done().outcome, Outcome::kRetryLater);
}

TEST(Quit, ClosesAfterTheReply) {
  House house;
  EXPECT_EQ(house.Run("QUIT"), "+OK\r\n");
  EXPECT_EQ(house.done().outcome, Outcome::kClose);
}

TEST(Shutdown, SaysNothingAndTellsTheHost) {
  House house;
  EXPECT_EQ(house.Run("SHUTDOWN NOSAVE"), "");
  EXPECT_EQ(house.done().outcome, Outcome::kBlocked);
  EXPECT_TRUE(house.shut_down());
}

TEST(Wait, EndsAtItsDeadline) {
  House house;
  EXPECT_EQ(house.Run("WAIT 1 500"), "");
  EXPECT_EQ(house.done().outcome, Outcome::kBlocked);
  house.Wait(400);
  EXPECT_EQ(House::wire(house.client()).TakeDelivered(), "");
  house.Wait(200);
  EXPECT_EQ(House::wire(house.client()).TakeDelivered(), ":0\r\n");
  EXPECT_EQ(house.Run("PING"), "+PONG\r\n");
}

TEST(WaitAof, SaysAtItsDeadlineWhatIsSafeHere) {
  House house;
  house.Run("SET k v");
  EXPECT_EQ(house.Run("WAITAOF 1 1 500"), "");
  house.Wait(600);
  EXPECT_EQ(House::wire(house.client()).TakeDelivered(), "*2\r\n:1\r\n:0\r\n");
}

TEST(SlowLog, NotesWhatWasSlowButNoSecrets) {
  House house;
  house.Run("CONFIG SET slowlog-log-slower-than 0");
  house.Run("SLOWLOG RESET");
  house.Run("AUTH default secret");
  house.Run("CONFIG SET requirepass secret");
  house.Run("MULTI");
  house.Run("SET k v");
  house.Run("EXEC");
  house.Run("CONFIG SET slowlog-log-slower-than -1");
  std::string words;
  for (const SlowLog::Entry& entry : house.server().slow_log.entries()) {
    for (const std::string& word : entry.words) words += word + " ";
    words += "| ";
    EXPECT_EQ(entry.peer, "127.0.0.1:50000");
  }
  EXPECT_EQ(words,
            "SET k v | MULTI | CONFIG SET (redacted) (redacted) | AUTH "
            "(redacted) (redacted) | SLOWLOG RESET | ");
}

}  // namespace
}  // namespace commands
