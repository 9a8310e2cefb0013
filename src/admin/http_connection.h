// HttpConnection serves pages to one client of the admin port.
//
// Requests are answered in the order they come. While answers wait for the
// socket nothing more is read or answered, so a client that does not read
// holds one page at most.
//
// It closes when the client wants it so or ends its side, after a request that
// is refused, and when a request, its answer, or the time between two of them
// takes longer than the limit.
//
// Threads: loop-bound.

#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include "admin/http_parser.h"
#include "admin/pages.h"
#include "net/loop.h"
#include "net/socket.h"
#include "net/watch.h"

namespace admin {

struct HttpLimits {
  size_t request_bytes_max = 16 << 10;
  size_t connections_max = 32;
  int64_t wait_ms_max = 5000;
};

class HttpConnection final : private net::WatchEvents {
 public:
  // `pages` outlives it. `on_closed` may destroy it, but not at once.
  HttpConnection(net::Loop* loop, net::Socket socket, const Pages* pages,
                 const HttpLimits& limits, std::function<void()> on_closed);

  bool closed() const { return closed_; }
  // Closes it if it has been waiting too long.
  void CheckTime(int64_t now_ms);

 private:
  void OnReady(bool readable, bool writable, bool broken) override;
  void Read();
  // Answers what is there, sends, and goes on while the socket takes it.
  void Serve();
  // False when no whole request is there.
  bool AnswerOne();
  // False when the socket takes no more.
  bool Send();
  void Wait();
  void Close();

  // Immutable.
  net::Loop* const loop_;
  const Pages* const pages_;
  const HttpLimits limits_;
  const std::function<void()> on_closed_;

  // Loop-bound.
  net::Socket socket_;
  std::optional<net::Watch> watch_;
  HttpParser parser_;
  std::string input_;
  std::string output_;
  size_t sent_ = 0;
  bool last_answer_ = false;  // Nothing is read or answered any more.
  bool ended_ = false;        // The client has said everything.
  bool closed_ = false;
  int64_t deadline_ms_ = 0;
};

}  // namespace admin
