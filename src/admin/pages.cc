#include "admin/pages.h"

#include "base/strings.h"

namespace admin {
namespace {

Response HealthOf(std::string_view problem) {
  if (problem.empty()) return {.body = "ok\n"};
  return {.status = 503, .body = base::StrCat(problem, "\n")};
}

}  // namespace

Response Pages::Answer(std::string_view method, std::string_view target) const {
  const std::string_view path = target.substr(0, target.find('?'));
  const bool known =
      path == "/healthz" || path == "/readyz" || path == "/metrics";
  if (!known) return {.status = 404, .body = "no such page\n"};
  if (method != "GET" && method != "HEAD") {
    return {.status = 405, .body = "only GET and HEAD\n"};
  }
  if (path == "/healthz") return HealthOf(sources_.trouble());
  if (path == "/readyz") return HealthOf(sources_.not_ready());
  return {.content_type = "text/plain; version=0.0.4; charset=utf-8",
          .body = sources_.metrics()};
}

std::string_view ReasonOf(int status) {
  switch (status) {
    case 200:
      return "OK";
    case 400:
      return "Bad Request";
    case 404:
      return "Not Found";
    case 405:
      return "Method Not Allowed";
    case 413:
      return "Content Too Large";
    case 431:
      return "Request Header Fields Too Large";
    case 503:
      return "Service Unavailable";
    default:
      return "Unknown";
  }
}

std::string Serialize(const Response& response, bool with_body,
                      bool keep_alive) {
  return base::StrCat(
      "HTTP/1.1 ", response.status, " ", ReasonOf(response.status),
      "\r\nContent-Type: ", response.content_type,
      "\r\nContent-Length: ", response.body.size(),
      response.status == 405 ? "\r\nAllow: GET, HEAD" : "",
      "\r\nCache-Control: no-store\r\nConnection: ",
      keep_alive ? "keep-alive" : "close", "\r\n\r\n",
      with_body ? std::string_view(response.body) : std::string_view());
}

}  // namespace admin
