#include <gtest/gtest.h>

#include <string>

#include "net/fake_server.h"

namespace net {
namespace {

TEST(ConnectionLimits, CutsAClientThatDoesNotRead) {
  FakeServer server;
  server.frontend.limits().output_bytes_max = 1 << 20;
  Client slow = server.Connect();
  Client other = server.Connect();
  slow.Send(Repeat("BIG 100000\r\n", 100));
  other.Send("PING\r\n");
  server.Turn(50);
  EXPECT_EQ(other.Receive(), "+PONG\r\n");
  EXPECT_EQ(server.frontend.connection_count(), 1u);
  EXPECT_EQ(server.frontend.stats().output_limit_cuts, 1u);
}

TEST(ConnectionLimits, CutsAClientThatReadsTooLittleForTooLong) {
  FakeServer server;
  server.frontend.limits().output_soft_bytes_max = 1 << 20;
  server.frontend.limits().output_soft_ms = 1;
  Client slow = server.Connect();
  slow.Send(Repeat("BIG 100000\r\n", 100));
  while (server.frontend.stats().output_limit_cuts == 0) {
    server.loop.RunOnce(/*may_wait=*/true);
  }
  server.Turn(1);
  EXPECT_EQ(server.frontend.connection_count(), 0u);
}

TEST(ConnectionLimits, SendsTheRestWhenASlowClientReads) {
  FakeServer server;
  Client slow = server.Connect();
  slow.Send(Repeat("BIG 100000\r\n", 100));
  server.Turn(120);
  EXPECT_GT(server.frontend.memory_bytes(), size_t{5} << 20);
  const std::string reply = "$100000\r\n" + std::string(100000, 'x') + "\r\n";
  std::string heard;
  while (heard.size() < 100 * reply.size()) {
    heard += slow.Receive();
    server.Turn(1);
  }
  EXPECT_TRUE(heard == Repeat(reply, 100));
  EXPECT_LT(server.frontend.memory_bytes(), size_t{1} << 20);
}

TEST(ConnectionLimits, CutsARequestThatOutgrowsTheQueryBuffer) {
  FakeServer server;
  server.frontend.limits().query_bytes_max = 100000;
  Client client = server.Connect();
  const std::string request =
      "*2\r\n$4\r\nECHO\r\n$1000000\r\n" + Repeat("x", 900000);
  std::string_view unsent = request;
  for (int i = 0; i < 50 && !client.closed(); ++i) {
    unsent.remove_prefix(client.Send(unsent));
    server.Turn(1);
    client.Receive();
  }
  EXPECT_TRUE(client.closed());
  EXPECT_EQ(server.frontend.stats().query_limit_cuts, 1u);
}

TEST(ConnectionLimits, ReadsLittleFromAClientThatMayNotExecute) {
  FakeServer server;
  Client client = server.Connect();
  client.Send("WAIT\r\n");
  const std::string more = Repeat("PING\r\n", 1000);
  for (int i = 0; i < 500; ++i) {
    client.Send(more);
    server.Turn(1);
  }
  EXPECT_LT(server.frontend.memory_bytes(), size_t{512} << 10);
}

TEST(ConnectionLimits, HoldsStrangersToSmallLimitsUntilAuth) {
  FakeServer server;
  server.executor.needs_auth = true;
  Client client = server.Connect();
  const std::string large = base::StrCat("*2\r\n$4\r\nECHO\r\n$20000\r\n",
                                         std::string(20000, 'x'), "\r\n");
  client.Send("AUTH\r\n" + large);
  server.Turn();
  EXPECT_EQ(client.Receive().substr(0, 13), "+OK\r\n$20000\r\n");
  Client stranger = server.Connect();
  stranger.Send(large);
  server.Turn();
  EXPECT_EQ(stranger.Receive(),
            "-ERR Protocol error: unauthenticated bulk length\r\n");
}

TEST(ConnectionLimits, RefusesClientsBeyondTheLimit) {
  FakeServer server;
  server.frontend.limits().clients_max = 1;
  Client first = server.Connect();
  Client second = server.Connect();
  EXPECT_EQ(second.Receive(), "-ERR max number of clients reached\r\n");
  EXPECT_TRUE(second.closed());
  first.HangUp();
  server.Turn();
  Client third = server.Connect();
  third.Send("PING\r\n");
  server.Turn();
  EXPECT_EQ(third.Receive(), "+PONG\r\n");
  EXPECT_EQ(server.frontend.stats().rejected, 1u);
}

TEST(ConnectionLimits, CutsIdlersAndNotThoseWhoWait) {
  FakeServer server;
  Client idle = server.Connect();
  Client blocked = server.Connect();
  blocked.Send("WAIT\r\n");
  server.Turn();
  server.frontend.limits().idle_ms_max = 1;
  while (server.frontend.stats().idle_cuts == 0) {
    server.loop.RunOnce(/*may_wait=*/true);
  }
  idle.Receive();
  EXPECT_TRUE(idle.closed());
  blocked.Receive();
  EXPECT_FALSE(blocked.closed());
}

}  // namespace
}  // namespace net
