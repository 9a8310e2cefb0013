#include "admin/http_server.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <string>
#include <string_view>
#include <vector>

#include "base/strings.h"

namespace admin {
namespace {

// The bodies of the answers in a stream, each behind its status.
std::vector<std::string> Parse(std::string_view stream) {
  std::vector<std::string> out;
  while (!stream.empty()) {
    const size_t end = stream.find("\r\n\r\n");
    const size_t at = stream.find("Content-Length: ");
    if (end == stream.npos || at == stream.npos) {
      out.push_back("unreadable");
      break;
    }
    size_t length = 0;
    for (size_t i = at + 16; stream[i] != '\r'; ++i) {
      length = length * 10 + static_cast<size_t>(stream[i] - '0');
    }
    out.push_back(
        base::StrCat(stream.substr(9, 3), " ", stream.substr(end + 4, length)));
    stream.remove_prefix(std::min(stream.size(), end + 4 + length));
  }
  return out;
}

using Answers = std::vector<std::string>;

class HttpServerTest : public ::testing::Test {
 protected:
  void Start(const HttpLimits& limits = {}) {
    server_.emplace(&loop_,
                    Pages({.trouble = [this] { return trouble_; },
                           .not_ready = [this] { return not_ready_; },
                           .metrics = [this] { return metrics_; }}),
                    limits);
    ASSERT_TRUE(server_->Listen("127.0.0.1", 0).ok());
  }

  net::Socket Dial() {
    net::Socket socket(::socket(AF_INET, SOCK_STREAM, 0));
    sockaddr_in address = {};
    address.sin_family = AF_INET;
    address.sin_port = htons(server_->port());
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    EXPECT_EQ(::connect(socket.fd(), reinterpret_cast<sockaddr*>(&address),
                        sizeof address),
              0);
    EXPECT_EQ(::fcntl(socket.fd(), F_SETFL, O_NONBLOCK), 0);
    return socket;
  }

  static void Send(const net::Socket& socket, std::string_view bytes) {
    const iovec piece = {const_cast<char*>(bytes.data()), bytes.size()};
    (void)net::WriteSome(socket.fd(), &piece, 1);
  }

  // Turns the loop until the server closes, or `count` answers are there.
  std::string Receive(const net::Socket& socket, size_t count = SIZE_MAX) {
    std::string heard;
    char bytes[65536];
    while (count == SIZE_MAX || Parse(heard).size() < count ||
           Parse(heard).back() == "unreadable") {
      loop_.RunOnce(/*may_wait=*/false);
      const net::Moved moved = net::ReadSome(socket.fd(), bytes, sizeof bytes);
      if (moved.transfer == net::Transfer::kLater) continue;
      if (moved.transfer == net::Transfer::kBroken || moved.bytes == 0) break;
      heard.append(bytes, moved.bytes);
    }
    return heard;
  }

  // What one request, and the end of the client's side, come to.
  Answers Ask(std::string_view request) {
    const net::Socket socket = Dial();
    Send(socket, request);
    ::shutdown(socket.fd(), SHUT_WR);
    return Parse(Receive(socket));
  }

  net::Loop loop_;
  std::string trouble_;
  std::string not_ready_;
  std::string metrics_ = "redbed_up 1\n";
  std::optional<HttpServer> server_;
};

TEST_F(HttpServerTest, ServesItsPages) {
  Start();
  EXPECT_EQ(Ask("GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n"),
            Answers({"200 ok\n"}));
  EXPECT_EQ(Ask("GET /metrics?x=1 HTTP/1.1\r\nHost: x\r\n\r\n"),
            Answers({"200 redbed_up 1\n"}));
  EXPECT_EQ(Ask("GET /readyz HTTP/1.0\r\n\r\n"), Answers({"200 ok\n"}));
}

TEST_F(HttpServerTest, SaysWhyItIsNotWell) {
  Start();
  trouble_ = "the log has failed";
  not_ready_ = "loading";
  EXPECT_EQ(Ask("GET /healthz HTTP/1.1\r\n\r\n"),
            Answers({"503 the log has failed\n"}));
  EXPECT_EQ(Ask("GET /readyz HTTP/1.1\r\n\r\n"), Answers({"503 loading\n"}));
}

TEST_F(HttpServerTest, RefusesOtherPathsAndMethods) {
  Start();
  EXPECT_EQ(Ask("GET / HTTP/1.1\r\n\r\n"), Answers({"404 no such page\n"}));
  EXPECT_EQ(Ask("GET /healthz/ HTTP/1.1\r\n\r\n"),
            Answers({"404 no such page\n"}));
  EXPECT_EQ(Ask("POST /healthz HTTP/1.1\r\nContent-Length: 2\r\n\r\nhi"),
            Answers({"405 only GET and HEAD\n"}));
  EXPECT_EQ(Ask("DELETE /metrics HTTP/1.1\r\n\r\n"),
            Answers({"405 only GET and HEAD\n"}));
}

TEST_F(HttpServerTest, DescribesABodyToHead) {
  Start();
  const net::Socket socket = Dial();
  Send(socket, "HEAD /metrics HTTP/1.1\r\nConnection: close\r\n\r\n");
  const std::string heard = Receive(socket);
  EXPECT_TRUE(heard.starts_with("HTTP/1.1 200 OK\r\n")) << heard;
  EXPECT_NE(heard.find("Content-Length: 12\r\n"), heard.npos) << heard;
  EXPECT_TRUE(heard.ends_with("\r\n\r\n")) << heard;
}

TEST_F(HttpServerTest, KeepsTheConnectionUnlessToldOtherwise) {
  Start();
  const net::Socket socket = Dial();
  Send(socket, "GET /healthz HTTP/1.1\r\n\r\n");
  EXPECT_EQ(Parse(Receive(socket, 1)), Answers({"200 ok\n"}));
  Send(socket, "GET /metrics HTTP/1.1\r\nConnection: close\r\n\r\n");
  EXPECT_EQ(Parse(Receive(socket)), Answers({"200 redbed_up 1\n"}));
  const net::Socket old = Dial();
  Send(old, "GET /healthz HTTP/1.0\r\n\r\n");
  EXPECT_EQ(Parse(Receive(old)), Answers({"200 ok\n"}));
}

TEST_F(HttpServerTest, AnswersPipelinedRequestsInOrder) {
  Start();
  EXPECT_EQ(Ask("GET /healthz HTTP/1.1\r\n\r\n"
                "POST /x HTTP/1.1\r\nContent-Length: 3\r\n\r\nabc"
                "GET /metrics HTTP/1.1\r\n\r\n"),
            Answers({"200 ok\n", "404 no such page\n", "200 redbed_up 1\n"}));
}

TEST_F(HttpServerTest, HearsBytesOneByOne) {
  Start();
  const net::Socket socket = Dial();
  for (const char c :
       std::string_view("GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n")) {
    Send(socket, std::string_view(&c, 1));
    loop_.RunOnce(/*may_wait=*/false);
  }
  EXPECT_EQ(Parse(Receive(socket, 1)), Answers({"200 ok\n"}));
}

TEST_F(HttpServerTest, RefusesWhatIsNotHttp) {
  Start();
  const Answers refused = {"400 Bad Request\n"};
  EXPECT_EQ(Ask("*1\r\n$4\r\nPING\r\n"), refused);
  EXPECT_EQ(Ask("GET /healthz HTTP/2.0\r\n\r\n"), refused);
  EXPECT_EQ(Ask("GET /healthz HTTP/1.1\r\nNoColon\r\n\r\n"), refused);
  EXPECT_EQ(Ask("GET /healthz HTTP/1.1\r\nContent-Length: 1\r\n"
                "Transfer-Encoding: chunked\r\n\r\n"),
            refused);
  EXPECT_EQ(Ask("GET /healthz HTTP/1.1\r\n\r\nrubbish\r\n\r\n"),
            Answers({"200 ok\n", "400 Bad Request\n"}));
}

TEST_F(HttpServerTest, RefusesLongRequests) {
  Start();
  EXPECT_EQ(Ask(base::StrCat("GET /healthz HTTP/1.1\r\nX: ",
                             std::string(20000, 'x'), "\r\n\r\n")),
            Answers({"431 Request Header Fields Too Large\n"}));
  EXPECT_EQ(Ask(base::StrCat(
                "POST /healthz HTTP/1.1\r\nContent-Length: 20000\r\n\r\n",
                std::string(20000, 'x'))),
            Answers({"413 Content Too Large\n"}));
  // Many that fit do not add up.
  std::string many;
  for (int i = 0; i < 1000; ++i) many += "GET /healthz HTTP/1.1\r\n\r\n";
  EXPECT_EQ(Ask(many), Answers(1000, "200 ok\n"));
}

TEST_F(HttpServerTest, SpeaksNoOtherProtocol) {
  Start();
  EXPECT_EQ(Ask("GET /healthz HTTP/1.1\r\nConnection: Upgrade\r\n"
                "Upgrade: h2c\r\n\r\nGET /healthz HTTP/1.1\r\n\r\n"),
            Answers({"200 ok\n"}));
}

TEST_F(HttpServerTest, WaitsForASlowReader) {
  Start();
  metrics_ = std::string(8 << 20, 'm');
  const net::Socket socket = Dial();
  Send(socket, "GET /metrics HTTP/1.1\r\n\r\nGET /healthz HTTP/1.1\r\n\r\n");
  for (int i = 0; i < 20; ++i) loop_.RunOnce(/*may_wait=*/false);
  ::shutdown(socket.fd(), SHUT_WR);
  const Answers answers = Parse(Receive(socket));
  ASSERT_EQ(answers.size(), 2u);
  EXPECT_EQ(answers[0].size(), metrics_.size() + 4);
  EXPECT_EQ(answers[1], "200 ok\n");
}

TEST_F(HttpServerTest, CutsWhoTakesTooLong) {
  Start({.wait_ms_max = 1});
  const net::Socket idle = Dial();
  const net::Socket slow = Dial();
  Send(slow, "GET /heal");
  EXPECT_EQ(Receive(idle), "");
  EXPECT_EQ(Receive(slow), "");
}

TEST_F(HttpServerTest, TakesSoManyConnectionsAndNoMore) {
  Start({.connections_max = 2});
  const net::Socket first = Dial();
  net::Socket second = Dial();
  const net::Socket third = Dial();
  EXPECT_EQ(Receive(third), "");
  EXPECT_EQ(server_->connection_count(), 2u);
  second = net::Socket();
  while (server_->connection_count() > 1) loop_.RunOnce(/*may_wait=*/false);
  EXPECT_EQ(Ask("GET /healthz HTTP/1.1\r\n\r\n"), Answers({"200 ok\n"}));
}

}  // namespace
}  // namespace admin
