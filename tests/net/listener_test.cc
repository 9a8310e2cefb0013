#include "net/listener.h"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/resource.h>
#include <sys/socket.h>

#include <optional>
#include <vector>

#include "net/loop.h"

namespace net {
namespace {

Socket Dial(uint16_t port) {
  Socket socket(::socket(AF_INET, SOCK_STREAM, 0));
  sockaddr_in address = {};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  EXPECT_EQ(::connect(socket.fd(), reinterpret_cast<sockaddr*>(&address),
                      sizeof address),
            0);
  return socket;
}

// Allows no descriptor beyond those in use, for as long as it lives.
class NoDescriptors {
 public:
  NoDescriptors() {
    EXPECT_EQ(::getrlimit(RLIMIT_NOFILE, &before_), 0);
    rlimit now = before_;
    now.rlim_cur = 0;
    EXPECT_EQ(::setrlimit(RLIMIT_NOFILE, &now), 0);
  }
  ~NoDescriptors() { ::setrlimit(RLIMIT_NOFILE, &before_); }

 private:
  rlimit before_;
};

class ListenerTest : public ::testing::Test {
 protected:
  void SetUp() override {
    base::Result<Socket> socket = ListenTcp("127.0.0.1", 0, 128);
    ASSERT_TRUE(socket.ok()) << socket.status().message();
    listener_.emplace(&loop_, std::move(socket).value(), [this](Socket client) {
      clients_.push_back(std::move(client));
    });
  }
  void AwaitClients(size_t count) {
    while (clients_.size() < count) loop_.RunOnce(/*may_wait=*/true);
  }

  Loop loop_;
  std::vector<Socket> clients_;
  std::optional<Listener> listener_;
};

TEST_F(ListenerTest, HandsOnEveryConnection) {
  std::vector<Socket> dialed;
  for (int i = 0; i < 20; ++i) dialed.push_back(Dial(listener_->port()));
  AwaitClients(20);
  EXPECT_EQ(PeerName(clients_[0].fd()), LocalName(dialed[0].fd()));
  EXPECT_TRUE(IsLocalPeer(clients_[0].fd()));
}

TEST_F(ListenerTest, WaitsForDescriptorsWithoutSpinning) {
  const Socket dialed = Dial(listener_->port());
  {
    const NoDescriptors none;
    while (listener_->refusals() == 0) loop_.RunOnce(/*may_wait=*/true);
    for (int i = 0; i < 10; ++i) loop_.RunOnce(/*may_wait=*/false);
    EXPECT_EQ(listener_->refusals(), 1u);
    EXPECT_TRUE(clients_.empty());
  }
  AwaitClients(1);
}

TEST(Socket, NamesIpv6WithBrackets) {
  base::Result<Socket> socket = ListenTcp("::1", 0, 1);
  if (!socket.ok()) GTEST_SKIP() << socket.status().message();
  const int fd = socket.value().fd();
  EXPECT_EQ(LocalName(fd), "[::1]:" + std::to_string(LocalPort(fd)));
}

TEST(Socket, SharesAPortBetweenFamilies) {
  base::Result<Socket> v4 = ListenTcp("*", 0, 1);
  ASSERT_TRUE(v4.ok()) << v4.status().message();
  base::Result<Socket> v6 = ListenTcp("::*", LocalPort(v4.value().fd()), 1);
  EXPECT_TRUE(v6.ok() || IsNoSuchFamily(v6.status())) << v6.status().message();
}

TEST(Socket, SaysThatAPortIsTaken) {
  base::Result<Socket> first = ListenTcp("127.0.0.1", 0, 1);
  ASSERT_TRUE(first.ok());
  const uint16_t port = LocalPort(first.value().fd());
  base::Result<Socket> second = ListenTcp("127.0.0.1", port, 1);
  ASSERT_FALSE(second.ok());
  EXPECT_FALSE(IsNoSuchAddress(second.status()));
  EXPECT_NE(second.status().message().find("Address already in use"),
            std::string_view::npos);
}

TEST(Socket, LeavesAFileThatIsNoSocketAlone) {
  base::Result<Socket> socket = ListenUnix("/dev/null", 0, 1);
  EXPECT_FALSE(socket.ok());
}

}  // namespace
}  // namespace net
