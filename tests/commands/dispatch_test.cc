#include "commands/dispatch.h"

#include <gtest/gtest.h>

#include <set>
#include <string>
#include <vector>

#include "base/quoting.h"
#include "base/strings.h"
#include "commands/house.h"

namespace commands {
namespace {

using base::Status;

// A family of our own, for what no real command does on request.
int runs = 0;
int effects = 0;

Status Flaky(Call& call) {
  ++runs;
  call.txn.After([] { ++effects; });
  call.reply.Simple("half a reply");
  const types::RowKey row = call.txn.HeadKeyOf(0, call.words[1]);
  TRY(call.txn.Put(row, "12", "x"));
  return runs < 3 ? Status::Miss() : Status::Invalid("CODE said no");
}

Status Broken(Call&) { return Status::Io("cannot read table 7"); }

Status Blocks(Call& call) {
  call.txn.After([&session = call.session] { session.Block(); });
  return Status::Ok();
}

// Whoever was asked answers before the command has ended.
Status AnswersAtOnce(Call& call) {
  call.txn.After([&server = call.server, &session = call.session] {
    session.Block();
    server.sessions.Unblock(session.id, 42,
                            [](resp::Writer& reply) { reply.Integer(7); });
  });
  return Status::Ok();
}

Status Closes(Call& call) {
  call.txn.After(
      [&session = call.session] { session.close_after_reply = true; });
  call.reply.Ok();
  return Status::Ok();
}

Status Mode(Call& call) {
  const std::string_view word = call.words[1];
  call.txn.After([&mode = call.session.reply_mode, word] {
    if (word == "on") mode = ReplyMode::kOn;
    if (word == "off") mode = ReplyMode::kOff;
    if (word == "skip") mode = ReplyMode::kSkipNext;
  });
  if (word == "on") call.reply.Ok();
  return Status::Ok();
}

Status Fine(Call& call) {
  call.reply.Ok();
  return Status::Ok();
}

constexpr CommandSpec kSubcommands[] = {
    {"alone", Fine, 2, Keys::None(), 0, 0, "1"},
    {"with",  Fine, 3, Keys::None(), 0, 0, "1"},
};
constexpr CommandSpec kTestCommands[] = {
    {"t.blocks",  Blocks,        1, Keys::None(),   0,          0, "1"},
    {"t.broken",  Broken,        1, Keys::None(),   0,          0, "1"},
    {"t.closes",  Closes,        1, Keys::None(),   0,          0, "1"},
    {"t.debug",   Fine,          1, Keys::None(),   kProtected, 0, "1"},
    {"t.flaky",   Flaky,         2, Keys::One(kRW), kWrite,     0, "1"},
    {"t.mode",    Mode,          2, Keys::None(),   0,          0, "1"},
    {"t.noauth",  Fine,          1, Keys::None(),   kNoAuth,    0, "1"},
    {"t.nomulti", Fine,          1, Keys::None(),   kNoMulti,   0, "1"},
    {"t.quick",   AnswersAtOnce, 1, Keys::None(),   0,          0, "1"},
};
constexpr CommandSpec kParents[] = {
    {"t.parent", nullptr, -2, Keys::None(), 0, 0, "1", "", kSubcommands},
};

Families TestFamilies() {
  static const std::span<const CommandSpec> kFamilies[] = {
      kTestCommands,    kParents,       StringCommands(),
      KeyCommands(),    ScanCommands(), TransactionCommands(),
      ExpiryCommands(),
  };
  return kFamilies;
}

class DispatchTest : public testing::Test {
 protected:
  DispatchTest() {
    runs = 0;
    effects = 0;
  }
  std::string Run(std::string_view line) { return house_.Run(line); }
  const CommandStatistics& StatisticsOf(std::string_view name) {
    return house_.table().FindFullName(name)->statistics;
  }
  House house_{TestFamilies()};
};

TEST_F(DispatchTest, LeavesNothingOfARunThatMissedOrFailed) {
  EXPECT_EQ(Run("t.flaky k"), "-CODE said no\r\n");
  EXPECT_EQ(runs, 3);
  EXPECT_EQ(effects, 0);
  EXPECT_EQ(Run("EXISTS k"), ":0\r\n");
  EXPECT_EQ(house_.statistics().reruns, 2u);
  EXPECT_EQ(StatisticsOf("t.flaky").calls, 1u);
  EXPECT_EQ(StatisticsOf("t.flaky").failed_calls, 1u);
  EXPECT_EQ(house_.statistics().errors.at("CODE"), 1u);
}

TEST_F(DispatchTest, NamesTroubleOfTheWorldInItsReply) {
  EXPECT_EQ(Run("t.broken"), "-ERR cannot read table 7\r\n");
}

TEST_F(DispatchTest, FindsSubcommandsAndChecksTheirArity) {
  EXPECT_EQ(Run("T.PARENT Alone"), "+OK\r\n");
  EXPECT_EQ(Run("t.parent with x"), "+OK\r\n");
  EXPECT_EQ(Run("t.parent with"),
            "-ERR wrong number of arguments for 't.parent|with' command\r\n");
  EXPECT_EQ(Run("t.parent other"),
            "-ERR unknown subcommand 'other'. Try T.PARENT HELP.\r\n");
  EXPECT_EQ(Run("t.parent"),
            "-ERR wrong number of arguments for 't.parent' command\r\n");
  EXPECT_EQ(house_.client().last_command->full_name, "t.parent");
  EXPECT_EQ(StatisticsOf("t.parent|with").calls, 1u);
  EXPECT_EQ(StatisticsOf("t.parent|with").rejected_calls, 1u);
}

TEST_F(DispatchTest, AsksForAPasswordFirst) {
  house_.client().authenticated = false;
  EXPECT_EQ(Run("GET k"), "-NOAUTH Authentication required.\r\n");
  EXPECT_EQ(Run("t.noauth"), "+OK\r\n");
  // But a mistake in the request is told before that.
  EXPECT_EQ(Run("GET"), "-ERR wrong number of arguments for 'get' command\r\n");
}

TEST_F(DispatchTest, KeepsProtectedCommandsFromStrangers) {
  EXPECT_TRUE(Run("t.debug").starts_with("-ERR T.DEBUG command not allowed."));
  house_.rules().debug_commands = Permit::kLocal;
  EXPECT_EQ(Run("t.debug"), "+OK\r\n");
  house_.rules().debug_commands = Permit::kYes;
  EXPECT_EQ(Run("t.debug"), "+OK\r\n");
}

TEST_F(DispatchTest, RefusesInMultiWhatMustNotBeQueued) {
  Run("MULTI");
  EXPECT_EQ(Run("t.nomulti"),
            "-ERR Command not allowed inside a transaction\r\n");
  EXPECT_TRUE(Run("EXEC").starts_with("-EXECABORT"));
  EXPECT_EQ(StatisticsOf("exec").failed_calls, 1u);
  EXPECT_EQ(Run("EXEC"), "-ERR EXEC without MULTI\r\n");
}

TEST_F(DispatchTest, ClosesWhoQueuesTooMuch) {
  house_.rules().queue_bytes_max = 1000;
  Run("MULTI");
  EXPECT_EQ(Run("SET k v"), "+QUEUED\r\n");
  Run("SET k " + std::string(1000, 'x'));
  EXPECT_EQ(house_.done().outcome, Outcome::kClose);
}

TEST_F(DispatchTest, BlocksAndLetsOthersAnswer) {
  Run("t.blocks");
  EXPECT_EQ(house_.done().outcome, Outcome::kBlocked);
  EXPECT_TRUE(house_.client().blocked());
  house_.sessions().Unblock(house_.client().id, 0, [](resp::Writer&) {});
  EXPECT_FALSE(house_.client().blocked());

  EXPECT_EQ(Run("t.quick"), ":7\r\n");
  EXPECT_EQ(house_.done().outcome, Outcome::kReplied);
  EXPECT_EQ(house_.done().gate, 42u);
}

TEST_F(DispatchTest, ClosesAfterTheReply) {
  EXPECT_EQ(Run("t.closes"), "+OK\r\n");
  EXPECT_EQ(house_.done().outcome, Outcome::kClose);
}

TEST_F(DispatchTest, SwallowsRepliesOnRequest) {
  EXPECT_EQ(Run("t.mode off"), "");
  EXPECT_EQ(Run("SET k v"), "");
  EXPECT_EQ(Run("BOGUS"), "");
  EXPECT_EQ(Run("t.mode on"), "+OK\r\n");
  EXPECT_EQ(Run("GET k"), "$1\r\nv\r\n");
  EXPECT_EQ(Run("t.mode skip"), "");
  EXPECT_EQ(Run("GET k"), "");
  EXPECT_EQ(Run("GET k"), "$1\r\nv\r\n");
}

TEST_F(DispatchTest, KeepsRequestsWhilePaused) {
  const int64_t now_ms = house_.clock().WallMillis();
  house_.sessions().SetPause(Sessions::Pause::kWrites, now_ms + 500, now_ms);
  EXPECT_EQ(Run("SET k v"), "");
  EXPECT_EQ(house_.done().outcome, Outcome::kRetryLater);
  EXPECT_EQ(Run("GET k"), "$-1\r\n");
  Run("MULTI");
  EXPECT_EQ(Run("GET k"), "+QUEUED\r\n");
  EXPECT_EQ(Run("EXEC"), "*1\r\n$-1\r\n");
  house_.sessions().SetPause(Sessions::Pause::kAll, now_ms + 100, now_ms);
  Run("GET k");
  EXPECT_EQ(house_.done().outcome, Outcome::kRetryLater);
  house_.clock().Advance(500'000);
  EXPECT_EQ(Run("SET k v"), "+OK\r\n");
}

TEST_F(DispatchTest, RefusesWritesAndServesReadsAfterTheLogHasFailed) {
  Run("SET k v");
  house_.fs().CutPower();
  house_.engine().Submit();
  EXPECT_TRUE(Run("SET k w").starts_with("-MISCONF Errors writing to the log"));
  EXPECT_TRUE(Run("DEL k").starts_with("-MISCONF"));
  EXPECT_EQ(Run("GET k"), "$1\r\nv\r\n");
  EXPECT_EQ(StatisticsOf("set").failed_calls, 1u);
  EXPECT_EQ(StatisticsOf("del").rejected_calls, 1u);
  // Nothing that writes is even queued any more.
  Run("MULTI");
  EXPECT_EQ(Run("GET k"), "+QUEUED\r\n");
  EXPECT_TRUE(Run("SET k w").starts_with("-MISCONF"));
  EXPECT_TRUE(Run("EXEC").starts_with("-EXECABORT"));
}

TEST_F(DispatchTest, TakesBackATransactionThatCannotBeLogged) {
  Run("SET k v");
  Run("MULTI");
  Run("SET k w");
  house_.fs().CutPower();
  house_.engine().Submit();
  EXPECT_TRUE(
      Run("EXEC").starts_with("-EXECABORT Transaction discarded "
                              "because of: MISCONF Errors"));
  EXPECT_EQ(Run("EXEC"), "-ERR EXEC without MULTI\r\n");
  EXPECT_EQ(Run("GET k"), "$1\r\nv\r\n");
}

TEST_F(DispatchTest, CountsHitsAndMisses) {
  Run("SET k v");
  Run("GET k");
  Run("MGET k none");
  Run("EXISTS none");
  EXPECT_EQ(house_.statistics().keyspace_hits, 2u);
  EXPECT_EQ(house_.statistics().keyspace_misses, 2u);
}

TEST_F(DispatchTest, CountsTheCommandsOfATransaction) {
  Run("MULTI");
  Run("SET k v");
  Run("INCR k");
  Run("EXEC");
  EXPECT_EQ(StatisticsOf("set").calls, 1u);
  EXPECT_EQ(StatisticsOf("incr").calls, 1u);
  EXPECT_EQ(StatisticsOf("incr").failed_calls, 1u);
  EXPECT_EQ(StatisticsOf("exec").calls, 1u);
}

TEST_F(DispatchTest, WritesATransactionAsOneBatch) {
  const types::Sequence before = house_.engine().applied();
  Run("MULTI");
  Run("MSET a 1 b 2");
  Run("SET c 3");
  Run("DEL a");
  Run("INCR c");
  Run("EXEC");
  EXPECT_NE(house_.engine().applied(), before);
  // b and c, and the number of keys.
  EXPECT_EQ(house_.dispatcher().txn().batch().size(), 3u);
}

TEST_F(DispatchTest, DeletesTheDeadRightAfterTheirReader) {
  Run("SET k v PX 10");
  Run("SET other v");
  house_.clock().Advance(20'000);
  EXPECT_EQ(Run("GET k"), "$-1\r\n");
  EXPECT_LT(house_.done().gate, house_.engine().applied());
  EXPECT_EQ(house_.data().Keys(0), 1);
  EXPECT_EQ(house_.data().expiry().expired_keys(), 1u);
}

TEST_F(DispatchTest, ForgetsAClientThatHasLeft) {
  Session& session = house_.Connect();
  house_.Run(session, "WATCH k");
  house_.Run(session, "SET k v");
  house_.Run(session, "SET l v");
  house_.Run(session, "SCAN 0 COUNT 1");
  const uint64_t id = session.id;
  house_.dispatcher().Remove(session);
  EXPECT_EQ(house_.sessions().Find(id), nullptr);
  EXPECT_TRUE(house_.sessions().watches().empty());
}

TEST_F(DispatchTest, PrefetchesAnythingWithoutHarm) {
  const std::string long_line = "GET " + std::string(1000, 'k');
  for (const std::string& line :
       std::vector<std::string>{"GET k", "GET", "BOGUS", "MULTI", long_line}) {
    const auto split = base::SplitWords(line);
    const std::vector<std::string_view> words(split->begin(), split->end());
    Dispatcher& dispatcher = house_.dispatcher();
    dispatcher.PrefetchRow(dispatcher.Prefetch(house_.client(), words));
  }
}

TEST_F(DispatchTest, ClosesWithoutAWordOnWhatLooksLikeHttp) {
  for (const std::string line : {"POST / HTTP/1.1", "host: here"}) {
    EXPECT_EQ(Run(line), "");
    EXPECT_EQ(house_.done().outcome, Outcome::kClose);
  }
  EXPECT_NE(Run("GET / HTTP/1.1"), "");
}

TEST_F(DispatchTest, ScansEveryKeyThoughOthersComeAndGo) {
  for (int i = 0; i < 100; ++i) Run(base::StrCat("SET stays", i, " v"));
  std::set<std::string> seen;
  std::string cursor = "0";
  int pages = 0;
  do {
    Run(base::StrCat("SET new", pages, " v"));
    Run(base::StrCat("DEL new", pages - 2));
    const std::string shown = house_.Show("SCAN " + cursor + " COUNT 7");
    cursor = shown.substr(4, shown.find('"', 4) - 4);
    for (int i = 0; i < 100; ++i) {
      const std::string key = base::StrCat("\"stays", i, "\"");
      if (shown.find(key) != std::string::npos) seen.insert(key);
    }
    ASSERT_LT(++pages, 100);
  } while (cursor != "0");
  EXPECT_EQ(seen.size(), 100u);
}

TEST_F(DispatchTest, StartsAScanOverWhoseCursorNobodyKnows) {
  Run("MSET a 1 b 2");
  const std::string first = house_.Show("SCAN 0");
  EXPECT_EQ(house_.Show("SCAN 12345"), first);
  EXPECT_EQ(house_.Show("SCAN -1"), first);
  EXPECT_EQ(house_.statistics().lost_cursors, 2u);
}

}  // namespace
}  // namespace commands
