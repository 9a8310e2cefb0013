// HttpServer is the admin port: a few clients at most, served on the same loop
// as everybody else.
//
// Threads: loop-bound.

#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "admin/http_connection.h"
#include "admin/pages.h"
#include "base/status.h"
#include "net/listener.h"
#include "net/loop.h"
#include "net/timer.h"

namespace admin {

class HttpServer {
 public:
  // `loop` outlives it.
  HttpServer(net::Loop* loop, Pages pages, const HttpLimits& limits = {});
  HttpServer(const HttpServer&) = delete;
  HttpServer& operator=(const HttpServer&) = delete;

  // The pages tell much about the server: `host` should be a loopback address
  // unless somebody asked for more. Port 0 lets the system choose.
  base::Status Listen(const std::string& host, uint16_t port);
  uint16_t port() const { return listener_ ? listener_->port() : 0; }
  size_t connection_count() const { return connections_.size(); }

 private:
  void Admit(net::Socket socket);
  void CheckTimes();
  void Reap();

  // Immutable.
  net::Loop* const loop_;
  const Pages pages_;
  const HttpLimits limits_;

  // Loop-bound.
  std::unique_ptr<net::Listener> listener_;
  std::vector<std::unique_ptr<HttpConnection>> connections_;
  net::Timer check_timer_;
  net::Timer reap_timer_;
};

}  // namespace admin
