// Pages are what the admin port answers, apart from how it is carried:
//
//   GET /healthz   200 "ok", or 503 and why not
//   GET /readyz    the same for "may clients come?"
//   GET /metrics   numbers in Prometheus's text format
//
// HEAD is answered like GET, without the body. Any other method is refused
// with 405, any other path with 404.
//
// Threads: loop-bound.

#pragma once

#include <functional>
#include <string>
#include <string_view>

namespace admin {

struct Response {
  int status = 200;
  std::string content_type = "text/plain; charset=utf-8";
  std::string body;
};

// Where the content comes from; the wiring answers all three.
struct Sources {
  // Why the server is not well, in a sentence; empty while it is.
  std::function<std::string()> trouble;
  // Why it should not be sent clients; empty when it should.
  std::function<std::string()> not_ready;
  std::function<std::string()> metrics;
};

class Pages {
 public:
  explicit Pages(Sources sources) : sources_(std::move(sources)) {}

  // `target` as in the request line; what follows a '?' is ignored.
  Response Answer(std::string_view method, std::string_view target) const;

 private:
  const Sources sources_;
};

// "OK" for 200, and so on, for the codes in use here.
std::string_view ReasonOf(int status);

// The response as bytes: status line, headers, and the body unless it is only
// described, for HEAD.
std::string Serialize(const Response& response, bool with_body,
                      bool keep_alive);

}  // namespace admin
