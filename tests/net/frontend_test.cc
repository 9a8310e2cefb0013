#include "net/frontend.h"

#include <gtest/gtest.h>

#include <string>

#include "net/fake_server.h"

namespace net {
namespace {

constexpr char kGone[] = "-MISCONF log is gone\r\n";

// --- Requests and replies.

TEST(Frontend, AnswersInOrder) {
  FakeServer server;
  Client client = server.Connect();
  client.Send("PING\r\n*2\r\n$4\r\nECHO\r\n$2\r\nhi\r\nPING\r\n");
  server.Turn();
  EXPECT_EQ(client.Receive(), "+PONG\r\n$2\r\nhi\r\n+PONG\r\n");
}

TEST(Frontend, HearsBytesOneByOne) {
  FakeServer server;
  Client client = server.Connect();
  const std::string stream =
      "*2\r\n$4\r\nECHO\r\n$3\r\nabc\r\nECHO 'a b'\r\nPING\r\n";
  std::string heard;
  for (const char c : stream) {
    client.Send(std::string_view(&c, 1));
    server.Turn(1);
    heard += client.Receive();
  }
  EXPECT_EQ(heard, "$3\r\nabc\r\n$3\r\na b\r\n+PONG\r\n");
}

TEST(Frontend, KeepsHalfARequestApartFromOtherClients) {
  FakeServer server;
  Client first = server.Connect();
  Client second = server.Connect();
  first.Send("PING\r\n*2\r\n$4\r\nECHO\r\n$6\r\nfi");
  second.Send("PING\r\n*2\r\n$4\r\nECHO\r\n$6\r\nsec");
  server.Turn();
  first.Send("rst!\r\n");
  second.Send("ond\r\n");
  server.Turn();
  EXPECT_EQ(first.Receive(), "+PONG\r\n$6\r\nfirst!\r\n");
  EXPECT_EQ(second.Receive(), "+PONG\r\n$6\r\nsecond\r\n");
}

TEST(Frontend, TakesPipelinesOfAnyDepth) {
  FakeServer server;
  Client client = server.Connect();
  constexpr size_t kDepth = 100000;
  const std::string stream = Repeat("*1\r\n$4\r\nPING\r\n", kDepth);
  std::string_view unsent = stream;
  std::string heard;
  while (heard.size() < kDepth * 7) {
    unsent.remove_prefix(client.Send(unsent));
    server.Turn(1);
    heard += client.Receive();
  }
  EXPECT_EQ(heard, Repeat("+PONG\r\n", kDepth));
  EXPECT_GT(server.executor.prefetches, 0);
}

TEST(Frontend, GivesOthersTheirTurnDuringALongPipeline) {
  FakeServer server;
  server.frontend.limits().requests_per_tick = 10;
  Client busy = server.Connect();
  Client other = server.Connect();
  busy.Send(Repeat("PING\r\n", 1000));
  server.Turn(1);
  other.Send("PING\r\n");
  server.Turn(1);
  EXPECT_EQ(other.Receive(), "+PONG\r\n");
  EXPECT_LT(server.executor.executed, 100);
  server.Turn(100);
  EXPECT_EQ(busy.Receive(), Repeat("+PONG\r\n", 1000));
}

TEST(Frontend, CarriesLargeValuesBothWays) {
  FakeServer server;
  Client client = server.Connect();
  const std::string value(5 << 20, 'v');
  const std::string request = base::StrCat("*2\r\n$4\r\nECHO\r\n$",
                                           value.size(), "\r\n", value, "\r\n");
  const std::string reply =
      base::StrCat("$", value.size(), "\r\n", value, "\r\n");
  std::string_view unsent = request;
  std::string heard;
  while (heard.size() < reply.size()) {
    unsent.remove_prefix(client.Send(unsent));
    server.Turn(1);
    heard += client.Receive();
  }
  EXPECT_TRUE(heard == reply);
  EXPECT_LT(server.frontend.memory_bytes(), size_t{1} << 20);
}

// --- Gates.

TEST(Frontend, HoldsAReplyUntilItsGateOpens) {
  FakeServer server;
  Client client = server.Connect();
  client.Send("SET\r\n");
  server.TurnUntilSubmitted();
  server.Turn();
  EXPECT_EQ(client.Receive(), "");
  server.log.Finish();
  server.Turn(1);
  EXPECT_EQ(client.Receive(), "+OK\r\n");
}

TEST(Frontend, NeverLetsRepliesOvertake) {
  FakeServer server;
  Client client = server.Connect();
  client.Send("PING\r\nSET\r\nPING\r\nSET\r\nPING\r\n");
  server.TurnUntilSubmitted();
  server.Turn();
  EXPECT_EQ(client.Receive(), "+PONG\r\n");
  client.Send("PING\r\n");
  server.Turn();
  EXPECT_EQ(client.Receive(), "");
  server.log.Finish();
  server.Turn();
  EXPECT_EQ(client.Receive(), "+OK\r\n+PONG\r\n+OK\r\n+PONG\r\n+PONG\r\n");
}

TEST(Frontend, HoldsWhatOthersSawOfAnUnreleasedWrite) {
  FakeServer server;
  Client writer = server.Connect();
  Client reader = server.Connect();
  Client stranger = server.Connect();
  writer.Send("SET\r\n");
  server.Turn(1);
  reader.Send("GET\r\n");
  stranger.Send("PING\r\n");
  server.TurnUntilSubmitted();
  server.Turn();
  EXPECT_EQ(reader.Receive(), "");
  EXPECT_EQ(stranger.Receive(), "+PONG\r\n");
  server.log.Finish();
  server.Turn();
  EXPECT_EQ(reader.Receive(), "$1\r\n1\r\n");
  EXPECT_EQ(writer.Receive(), "+OK\r\n");
}

TEST(Frontend, OpensGatesOneFrameAtATime) {
  FakeServer server;
  Client client = server.Connect();
  client.Send("SET\r\n");
  server.TurnUntilSubmitted();
  server.log.Finish();
  client.Send("SET\r\n");
  server.Turn(1);
  EXPECT_EQ(client.Receive(), "+OK\r\n");
  server.TurnUntilSubmitted();
  EXPECT_EQ(client.Receive(), "");
}

TEST(Frontend, TurnsEachHeldReplyIntoOneErrorWhenTheLogFails) {
  FakeServer server;
  Client client = server.Connect();
  client.Send("PING\r\nSET\r\nPING\r\nSET\r\nGET\r\n");
  server.TurnUntilSubmitted();
  server.log.Break();
  server.Turn();
  EXPECT_EQ(client.Receive(),
            base::StrCat("+PONG\r\n", kGone, "+PONG\r\n", kGone, kGone));
  // And what can never be released is refused at once.
  client.Send("GET\r\nPING\r\n");
  server.Turn();
  EXPECT_EQ(client.Receive(), base::StrCat(kGone, "+PONG\r\n"));
}

TEST(Frontend, StopsExecutingWhileTooMuchIsHeld) {
  FakeServer server;
  server.frontend.limits().held_bytes_max = 1000;
  Client client = server.Connect();
  client.Send(Repeat("SET\r\n", 2000));
  server.TurnUntilSubmitted();
  server.Turn(20);
  const int executed = server.executor.executed;
  EXPECT_LT(executed, 200);
  std::string heard;
  while (heard.size() < 2000 * 5) {
    server.log.Finish();
    server.Turn(1);
    heard += client.Receive();
  }
  EXPECT_EQ(heard, Repeat("+OK\r\n", 2000));
}

TEST(Frontend, DoesNotExecuteWritersWhileTheLogIsBehind) {
  FakeServer server;
  Client writer = server.Connect();
  Client reader = server.Connect();
  writer.Send("SET\r\n");
  server.TurnUntilSubmitted();
  server.log.set_unreleased(size_t{100} << 20);
  writer.Send("SET\r\n");
  reader.Send("PING\r\n");
  server.Turn();
  EXPECT_EQ(reader.Receive(), "+PONG\r\n");
  EXPECT_EQ(server.log.applied(), 1u);
  server.log.Finish();
  server.Turn();
  EXPECT_EQ(server.log.applied(), 2u);
}

// The log catches up between two looks at it.
TEST(Frontend, ForgetsNoWriterWhomTheLogStoppedForAMoment) {
  FakeServer server;
  Client writer = server.Connect();
  writer.Send("SET\r\n");
  server.TurnUntilSubmitted();
  server.log.set_behind_for(1);
  writer.Send("SET\r\nSET\r\n");
  server.Turn(5);
  EXPECT_EQ(server.log.applied(), 3u);
}

TEST(Frontend, HoldsWritersAtFullPressureAndNobodyElse) {
  FakeServer server;
  Client writer = server.Connect();
  Client reader = server.Connect();
  server.log.set_pressure(1);
  server.Turn();
  // What one has written is not taken back; what comes next waits.
  writer.Send("SET\r\nSET\r\nPING\r\n");
  server.TurnUntilSubmitted();
  server.log.Finish();
  server.Turn();
  EXPECT_EQ(writer.Receive(), "+OK\r\n");
  EXPECT_EQ(server.frontend.throttled_count(), 1u);
  for (int i = 0; i < 3; ++i) {
    reader.Send("GET\r\n");
    server.Turn();
    EXPECT_EQ(reader.Receive(), "$1\r\n1\r\n");
  }
  EXPECT_EQ(server.log.applied(), 1u);
  server.log.set_pressure(0.4);
  server.TurnUntilSubmitted();
  server.log.Finish();
  server.Turn();
  EXPECT_EQ(writer.Receive(), "+OK\r\n+PONG\r\n");
  EXPECT_EQ(server.frontend.throttled_count(), 0u);
  EXPECT_EQ(server.frontend.stats().delayed_writes, 1u);
  EXPECT_GE(server.frontend.stats().delayed_us, 0);
}

// Nothing happens meanwhile but time.
TEST(Frontend, LetsThrottledWritersGoOnInTime) {
  FakeServer server;
  Client writer = server.Connect();
  server.log.set_pressure(0.9);
  server.Turn();
  writer.Send(Repeat("SET\r\n", 100));
  while (server.log.applied() < 100) server.loop.RunOnce(/*may_wait=*/true);
  EXPECT_GT(server.frontend.stats().delayed_writes, 0u);
  std::string heard;
  while (heard.size() < 100 * 5) {
    server.log.Finish();
    server.Turn(1);
    heard += writer.Receive();
  }
  EXPECT_EQ(heard, Repeat("+OK\r\n", 100));
}

TEST(Frontend, EndsAThrottledClientThatHasGone) {
  FakeServer server;
  Client writer = server.Connect();
  server.log.set_pressure(1);
  server.Turn();
  writer.Send("SET\r\nSET\r\n");
  server.TurnUntilSubmitted();
  writer.HangUp();
  server.log.Break();  // So that nobody need wait for what it wrote.
  server.Turn();
  EXPECT_EQ(server.frontend.connection_count(), 0u);
  EXPECT_EQ(server.frontend.throttled_count(), 0u);
}

TEST(Frontend, WritesTheFrameOfALoneClientItself) {
  FakeServer server({.alone_us = 0});
  Client client = server.Connect();
  client.Send("SET\r\n");
  // One pass executes, the next one finds that nothing more is readable.
  server.Turn(2);
  EXPECT_EQ(client.Receive(), "+OK\r\n");
  EXPECT_EQ(server.log.inline_submits, 1);
  EXPECT_EQ(server.log.submits, 0);
}

// --- Blocking, pausing, delivering.

TEST(Frontend, ExecutesNothingMoreOfABlockedClient) {
  FakeServer server;
  Client client = server.Connect();
  client.Send("PING\r\nWAIT\r\nPING\r\n");
  server.Turn();
  EXPECT_EQ(client.Receive(), "+PONG\r\n");
  EXPECT_EQ(server.executor.executed, 2);
  commands::Transport* transport = server.executor.sessions[0]->transport;
  transport->Deliver(":0\r\n", 0);
  transport->Resume();
  server.Turn();
  EXPECT_EQ(client.Receive(), ":0\r\n+PONG\r\n");
}

TEST(Frontend, FindsAProtocolErrorWhenItsTurnComes) {
  FakeServer server;
  Client client = server.Connect();
  client.Send("WAIT\r\n*1\r\n:\r\n");
  server.Turn();
  EXPECT_EQ(client.Receive(), "");
  EXPECT_FALSE(client.closed());
  commands::Transport* transport = server.executor.sessions[0]->transport;
  transport->Deliver(":0\r\n", 0);
  transport->Resume();
  server.Turn();
  EXPECT_EQ(client.Receive(),
            ":0\r\n-ERR Protocol error: expected '$', got ':'\r\n");
  EXPECT_TRUE(client.closed());
}

TEST(Frontend, KeepsAPausedRequest) {
  FakeServer server;
  server.executor.paused = true;
  Client client = server.Connect();
  client.Send("PING\r\nSLOW\r\nPING\r\n");
  server.Turn();
  EXPECT_EQ(client.Receive(), "+PONG\r\n");
  server.executor.paused = false;
  server.executor.sessions[0]->transport->Resume();
  server.Turn();
  EXPECT_EQ(client.Receive(), "+OK\r\n+PONG\r\n");
}

TEST(Frontend, KeepsARequestThatWaitsForRows) {
  FakeServer server;
  server.executor.missing = true;
  Client cold = server.Connect();
  Client hot = server.Connect();
  cold.Send("PING\r\nCOLD\r\nPING\r\n");
  server.Turn();
  EXPECT_EQ(cold.Receive(), "+PONG\r\n");
  hot.Send("PING\r\n");
  server.Turn();
  EXPECT_EQ(hot.Receive(), "+PONG\r\n");
  // Once more, if they are gone again.
  server.executor.sessions[0]->transport->Resume();
  server.Turn();
  EXPECT_EQ(cold.Receive(), "");
  server.executor.missing = false;
  server.executor.sessions[0]->transport->Resume();
  server.Turn();
  EXPECT_EQ(cold.Receive(), "+OK\r\n+PONG\r\n");
}

TEST(Frontend, ShowsOnceWhatFollowsARequestThatWaitsForRows) {
  constexpr std::string_view kCold = "*1\r\n$4\r\nCOLD\r\n";
  FakeServer server;
  server.executor.missing = true;
  Client client = server.Connect();
  client.Send(Repeat(kCold, 100));
  server.Turn();
  EXPECT_EQ(server.executor.ahead, (std::vector<size_t>{64}));
  const auto resume = [&] {
    server.executor.sessions[0]->transport->Resume();
    server.Turn();
  };
  resume();
  EXPECT_EQ(server.executor.ahead.size(), 1u);
  // Those that were shown are executed, then the next ones.
  server.executor.missing_after = 64;
  resume();
  EXPECT_EQ(client.Receive(), Repeat("+OK\r\n", 64));
  EXPECT_EQ(server.executor.ahead, (std::vector<size_t>{64, 36}));
  server.executor.missing = false;
  resume();
  EXPECT_EQ(client.Receive(), Repeat("+OK\r\n", 36));
}

TEST(Frontend, HoldsDeliveriesByTheirGate) {
  FakeServer server;
  Client client = server.Connect();
  server.log.Append(1);
  server.executor.sessions[0]->transport->Deliver("+late\r\n", 1);
  server.TurnUntilSubmitted();
  server.Turn();
  EXPECT_EQ(client.Receive(), "");
  server.log.Finish();
  server.Turn();
  EXPECT_EQ(client.Receive(), "+late\r\n");
}

TEST(Frontend, PutsDeliveriesBehindTheReplyBeingWritten) {
  FakeServer server;
  Client client = server.Connect();
  client.Send("PUSH\r\nPING\r\n");
  server.Turn();
  EXPECT_EQ(client.Receive(), "+OK\r\n>1\r\n+pushed\r\n+PONG\r\n");
}

TEST(Frontend, SendsWhatATimerDelivered) {
  FakeServer server;
  Client client = server.Connect();
  server.Turn();
  Timer timer(&server.loop, [&] {
    server.executor.sessions[0]->transport->Deliver("+tick\r\n", 0);
  });
  timer.Once(0);
  // Waiting passes: the delivery itself must end the tick.
  server.loop.RunOnce(/*may_wait=*/true);
  EXPECT_EQ(client.Receive(), "+tick\r\n");
}

}  // namespace
}  // namespace net
