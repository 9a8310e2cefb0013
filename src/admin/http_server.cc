#include "admin/http_server.h"

#include <algorithm>
#include <utility>

namespace admin {
namespace {

// How exactly the time limit is kept: to a fifth.
constexpr int64_t kChecksPerWait = 5;

}  // namespace

HttpServer::HttpServer(net::Loop* loop, Pages pages, const HttpLimits& limits)
    : loop_(loop),
      pages_(std::move(pages)),
      limits_(limits),
      check_timer_(loop, [this] { CheckTimes(); }),
      reap_timer_(loop, [this] { Reap(); }) {}

base::Status HttpServer::Listen(const std::string& host, uint16_t port) {
  TRY_ASSIGN(
      net::Socket socket,
      net::ListenTcp(host, port, static_cast<int>(limits_.connections_max)));
  listener_ = std::make_unique<net::Listener>(
      loop_, std::move(socket),
      [this](net::Socket client) { Admit(std::move(client)); });
  return base::Status::Ok();
}

void HttpServer::Admit(net::Socket socket) {
  if (connections_.size() >= limits_.connections_max) return;
  if (connections_.empty()) {
    check_timer_.Every(
        std::max<int64_t>(1, limits_.wait_ms_max / kChecksPerWait));
  }
  net::SetNoDelay(socket.fd());
  // A connection closes in the middle of its own work; it is destroyed by the
  // timer, soon after.
  connections_.push_back(std::make_unique<HttpConnection>(
      loop_, std::move(socket), &pages_, limits_,
      [this] { reap_timer_.Once(0); }));
}

void HttpServer::CheckTimes() {
  for (const auto& connection : connections_) {
    connection->CheckTime(loop_->now_ms());
  }
}

void HttpServer::Reap() {
  std::erase_if(connections_,
                [](const auto& connection) { return connection->closed(); });
  if (connections_.empty()) check_timer_.Stop();
}

}  // namespace admin
