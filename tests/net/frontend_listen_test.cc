#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <ifaddrs.h>
#include <netinet/in.h>
#include <sys/stat.h>
#include <sys/un.h>

#include <string>

#include "net/fake_server.h"

namespace net {
namespace {

Socket ConnectTcp(uint16_t port, uint32_t host = INADDR_LOOPBACK) {
  Socket socket(::socket(AF_INET, SOCK_STREAM, 0));
  sockaddr_in address = {};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(host);
  EXPECT_EQ(::connect(socket.fd(), reinterpret_cast<sockaddr*>(&address),
                      sizeof address),
            0);
  return socket;
}

// An IPv4 address of this machine that is not a loopback one, or 0.
uint32_t OutsideAddress() {
  ifaddrs* all = nullptr;
  if (::getifaddrs(&all) != 0) return 0;
  uint32_t found = 0;
  for (const ifaddrs* each = all; each != nullptr; each = each->ifa_next) {
    if (each->ifa_addr == nullptr) continue;
    if (each->ifa_addr->sa_family != AF_INET) continue;
    const uint32_t address = ntohl(
        reinterpret_cast<const sockaddr_in*>(each->ifa_addr)->sin_addr.s_addr);
    if (address >> 24 != 127) found = address;
  }
  ::freeifaddrs(all);
  return found;
}

// TCP takes its time, even on one machine.
std::string Await(FakeServer& server, Client& client, size_t bytes) {
  std::string heard;
  while (heard.size() < bytes && !client.closed()) {
    server.Turn(1);
    heard += client.Receive();
  }
  return heard;
}

TEST(FrontendListen, ListensOnTcp) {
  FakeServer server;
  ASSERT_TRUE(
      server.frontend.ListenTcp({"127.0.0.1", "-192.0.2.1"}, 0, 128).ok());
  Client client(ConnectTcp(server.frontend.port()));
  client.Send("PING\r\n");
  EXPECT_EQ(Await(server, client, 7), "+PONG\r\n");
  const commands::Transport* transport = server.executor.sessions[0]->transport;
  EXPECT_EQ(transport->local(),
            base::StrCat("127.0.0.1:", server.frontend.port()));
  EXPECT_EQ(transport->peer(), LocalName(client.fd()));
  EXPECT_FALSE(transport->is_unix());
  EXPECT_EQ(PeerName(client.fd()), transport->local());
}

TEST(FrontendListen, RefusesFarClientsInProtectedMode) {
  FakeServer server;
  server.frontend.limits().local_peers_only = true;
  ASSERT_TRUE(server.frontend.ListenTcp({"*"}, 0, 128).ok());
  Client near(ConnectTcp(server.frontend.port(), INADDR_LOOPBACK));
  near.Send("PING\r\n");
  EXPECT_EQ(Await(server, near, 7), "+PONG\r\n");

  const uint32_t outside = OutsideAddress();
  if (outside == 0) GTEST_SKIP() << "this machine has only a loopback";
  Client far(ConnectTcp(server.frontend.port(), outside));
  const std::string text = Await(server, far, 1 << 20);
  EXPECT_EQ(text.substr(0, 47),
            "-DENIED Redis is running in protected mode beca");
  EXPECT_TRUE(text.ends_with("accepting connections from the outside.\r\n"));
  EXPECT_TRUE(far.closed());
}

TEST(FrontendListen, ListensOnAUnixSocket) {
  FakeServer server;
  const std::string path =
      base::StrCat(::testing::TempDir(), "net_test.", ::getpid(), ".sock");
  ASSERT_TRUE(server.frontend.ListenUnix(path, 0700, 128).ok());
  // A stale file is no obstacle.
  ASSERT_TRUE(server.frontend.ListenUnix(path, 0700, 128).ok());
  struct stat file;
  ASSERT_EQ(::stat(path.c_str(), &file), 0);
  EXPECT_EQ(file.st_mode & 0777, 0700u);
  Socket socket(::socket(AF_UNIX, SOCK_STREAM, 0));
  sockaddr_un address = {};
  address.sun_family = AF_UNIX;
  path.copy(address.sun_path, sizeof address.sun_path - 1);
  ASSERT_EQ(::connect(socket.fd(), reinterpret_cast<sockaddr*>(&address),
                      sizeof address),
            0);
  Client client(std::move(socket));
  client.Send("PING\r\n");
  EXPECT_EQ(Await(server, client, 7), "+PONG\r\n");
  EXPECT_EQ(server.executor.sessions[0]->transport->peer(),
            base::StrCat(path, ":0"));
  EXPECT_TRUE(server.executor.sessions[0]->transport->is_unix());
  ::unlink(path.c_str());
}

TEST(FrontendListen, SaysWhichAddressItCannotBind) {
  FakeServer server;
  const base::Status status =
      server.frontend.ListenTcp({"127.0.0.1", "192.0.2.1"}, 0, 128);
  EXPECT_EQ(status.code(), base::Code::kIo);
  EXPECT_NE(status.message().find("192.0.2.1:0"), std::string::npos)
      << status.message();
  EXPECT_EQ(server.frontend.port(), 0);
}

TEST(FrontendListen, StopsListeningAndKeepsItsClients) {
  FakeServer server;
  ASSERT_TRUE(server.frontend.ListenTcp({"127.0.0.1"}, 0, 128).ok());
  Client client(ConnectTcp(server.frontend.port()));
  client.Send("PING\r\n");
  EXPECT_EQ(Await(server, client, 7), "+PONG\r\n");
  server.frontend.StopListening();
  client.Send("PING\r\n");
  EXPECT_EQ(Await(server, client, 7), "+PONG\r\n");
}

TEST(FrontendListen, ClosesWhenATcpPeerResets) {
  FakeServer server;
  ASSERT_TRUE(server.frontend.ListenTcp({"127.0.0.1"}, 0, 128).ok());
  Client client(ConnectTcp(server.frontend.port()));
  client.Send("PING\r\n");
  EXPECT_EQ(Await(server, client, 7), "+PONG\r\n");
  const linger now = {1, 0};
  ::setsockopt(client.fd(), SOL_SOCKET, SO_LINGER, &now, sizeof now);
  client.HangUp();
  while (server.frontend.connection_count() > 0) server.Turn(1);
}

}  // namespace
}  // namespace net
