#include <gtest/gtest.h>

#include <string>

#include "net/fake_server.h"

namespace net {
namespace {

TEST(ConnectionEnd, ClosesAfterTheReplyToQuit) {
  FakeServer server;
  Client client = server.Connect();
  client.Send("SET\r\nQUIT\r\nPING\r\n");
  server.TurnUntilSubmitted();
  server.Turn();
  EXPECT_EQ(client.Receive(), "");
  EXPECT_FALSE(client.closed());
  server.log.Finish();
  server.Turn();
  EXPECT_EQ(client.Receive(), "+OK\r\n+OK\r\n");
  EXPECT_TRUE(client.closed());
  EXPECT_EQ(server.frontend.connection_count(), 0u);
  EXPECT_TRUE(server.executor.sessions.empty());
}

TEST(ConnectionEnd, ClosesAfterAProtocolError) {
  FakeServer server;
  Client client = server.Connect();
  client.Send("PING\r\n*1\r\n:\r\nPING\r\n" + Repeat("x", 10000));
  server.Turn();
  EXPECT_EQ(client.Receive(),
            "+PONG\r\n-ERR Protocol error: expected '$', got ':'\r\n");
  EXPECT_TRUE(client.closed());
  EXPECT_EQ(server.frontend.stats().protocol_errors, 1u);
}

TEST(ConnectionEnd, ClosesAtOnceWhenKilled) {
  FakeServer server;
  Client client = server.Connect();
  client.Send("PING\r\nKILL\r\nPING\r\n");
  server.Turn();
  client.Receive();
  EXPECT_TRUE(client.closed());
  EXPECT_EQ(server.executor.executed, 2);
}

TEST(ConnectionEnd, ClosesAfterRepliesWhenToldTo) {
  FakeServer server;
  Client client = server.Connect();
  client.Send("LEAVE\r\nPING\r\n");
  server.Turn();
  EXPECT_EQ(client.Receive(), "+OK\r\n");
  EXPECT_TRUE(client.closed());
}

TEST(ConnectionEnd, EndsWhileItWaitsForRows) {
  for (const bool after_replies : {false, true}) {
    FakeServer server;
    server.executor.missing = true;
    Client client = server.Connect();
    client.Send("PING\r\nCOLD\r\nPING\r\n");
    server.Turn();
    server.executor.sessions[0]->transport->CloseSoon(after_replies);
    server.Turn();
    EXPECT_EQ(client.Receive(), "+PONG\r\n");
    EXPECT_TRUE(client.closed());
    EXPECT_EQ(server.frontend.connection_count(), 0u);
  }
}

TEST(ConnectionEnd, AnswersAfterItsRowsAPeerThatHasSaidEverything) {
  FakeServer server;
  server.executor.missing = true;
  Client client = server.Connect();
  client.Send("COLD\r\nPING\r\n");
  client.SayEverything();
  server.Turn();
  EXPECT_EQ(server.frontend.connection_count(), 1u);
  server.executor.missing = false;
  server.executor.sessions[0]->transport->Resume();
  server.Turn();
  EXPECT_EQ(client.Receive(), "+OK\r\n+PONG\r\n");
  EXPECT_TRUE(client.closed());
}

TEST(ConnectionEnd, AnswersAPeerThatHasSaidEverything) {
  FakeServer server;
  Client client = server.Connect();
  client.Send("PING\r\nSET\r\nPING\r\nPI");
  client.SayEverything();
  server.TurnUntilSubmitted();
  server.Turn();
  EXPECT_EQ(client.Receive(), "+PONG\r\n");
  EXPECT_FALSE(client.closed());
  server.log.Finish();
  server.Turn();
  EXPECT_EQ(client.Receive(), "+OK\r\n+PONG\r\n");
  EXPECT_TRUE(client.closed());
  EXPECT_EQ(server.frontend.connection_count(), 0u);
}

TEST(ConnectionEnd, FinishesALongPipelineOfAPeerThatHasSaidEverything) {
  FakeServer server;
  server.frontend.limits().requests_per_tick = 16;
  Client client = server.Connect();
  client.Send(Repeat("PING\r\n", 500));
  client.SayEverything();
  server.Turn(100);
  EXPECT_EQ(client.Receive(), Repeat("+PONG\r\n", 500));
  EXPECT_TRUE(client.closed());
}

TEST(ConnectionEnd, ForgetsABlockedClientThatHangsUp) {
  FakeServer server;
  Client client = server.Connect();
  client.Send("WAIT\r\n");
  server.Turn();
  client.HangUp();
  server.Turn();
  EXPECT_EQ(server.frontend.connection_count(), 0u);
}

TEST(ConnectionEnd, ForgetsAClientThatHungUpBeforeItBlocked) {
  FakeServer server;
  server.executor.paused = true;
  Client client = server.Connect();
  client.Send("SLOW\r\nWAIT\r\n");
  client.SayEverything();
  server.Turn();
  EXPECT_EQ(server.frontend.connection_count(), 1u);
  server.executor.paused = false;
  server.executor.sessions[0]->transport->Resume();
  server.Turn();
  EXPECT_EQ(server.frontend.connection_count(), 0u);
}

TEST(ConnectionEnd, SurvivesClientsThatHangUpWithRepliesHeld) {
  FakeServer server;
  for (int i = 0; i < 20; ++i) {
    Client client = server.Connect();
    client.Send("SET\r\nPING\r\nSET\r\n");
    if (i % 2 == 0) server.Turn(1);
    client.HangUp();
  }
  // On a slow machine frames were handed over on the way already.
  server.Turn(10);
  while (server.log.open_bytes() > 0 || server.log.frames_in_flight() > 0) {
    server.log.Finish();
    server.Turn(1);
  }
  server.Turn(10);
  EXPECT_EQ(server.frontend.connection_count(), 0u);
  EXPECT_EQ(server.frontend.memory_bytes(), 0u);
}

TEST(ConnectionEnd, EndsEveryConnectionWhenItsRepliesHaveLeft) {
  FakeServer server;
  Client client = server.Connect();
  Client idle = server.Connect();
  client.Send("SET\r\n");
  server.TurnUntilSubmitted();
  server.frontend.CloseAll();
  server.Turn();
  EXPECT_EQ(server.frontend.connection_count(), 1u);
  server.log.Finish();
  server.Turn();
  EXPECT_EQ(client.Receive(), "+OK\r\n");
  EXPECT_EQ(server.frontend.connection_count(), 0u);
}

}  // namespace
}  // namespace net
