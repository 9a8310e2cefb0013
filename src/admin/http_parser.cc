#include "admin/http_parser.h"

#include <algorithm>

namespace admin {
namespace {

HttpParser* Owner(llhttp_t* parser) {
  return static_cast<HttpParser*>(parser->data);
}

}  // namespace

HttpParser::HttpParser(size_t request_bytes_max)
    : request_bytes_max_(request_bytes_max) {
  llhttp_settings_init(&settings_);
  settings_.on_url = OnUrl;
  settings_.on_headers_complete = OnHeadersComplete;
  settings_.on_message_complete = OnMessageComplete;
  llhttp_init(&parser_, HTTP_REQUEST, &settings_);
  parser_.data = this;
}

HttpParser::Outcome HttpParser::Next(std::string_view input) {
  consumed_ = 0;
  if (complete_) {
    // The parser paused at the end of a request; a new one begins.
    complete_ = in_body_ = false;
    request_bytes_ = 0;
    target_.clear();
    llhttp_resume(&parser_);
  }
  // One byte beyond the limit tells a request that is too long.
  const size_t allowed = request_bytes_max_ + 1 - request_bytes_;
  input = input.substr(0, allowed);
  const llhttp_errno_t error =
      llhttp_execute(&parser_, input.data(), input.size());
  if (error == HPE_OK) {
    consumed_ = input.size();
    request_bytes_ += consumed_;
    if (request_bytes_ <= request_bytes_max_) return Outcome::kMore;
    return Refuse(in_body_ ? 413 : 431);
  }
  const char* const stop = llhttp_get_error_pos(&parser_);
  if (stop != nullptr) consumed_ = static_cast<size_t>(stop - input.data());
  if (!complete_) return Refuse(400);
  return Outcome::kRequest;
}

std::string_view HttpParser::method() const {
  return llhttp_method_name(static_cast<llhttp_method_t>(parser_.method));
}

HttpParser::Outcome HttpParser::Refuse(int status) {
  error_status_ = status;
  return Outcome::kError;
}

int HttpParser::OnUrl(llhttp_t* parser, const char* at, size_t size) {
  Owner(parser)->target_.append(at, size);
  return 0;
}

int HttpParser::OnHeadersComplete(llhttp_t* parser) {
  Owner(parser)->in_body_ = true;
  return parser->http_major == 1 ? 0 : -1;
}

int HttpParser::OnMessageComplete(llhttp_t* parser) {
  HttpParser* const owner = Owner(parser);
  owner->complete_ = true;
  // Another protocol is never spoken here: who asks for one is answered in
  // this one, and the connection ends.
  owner->keep_alive_ =
      llhttp_should_keep_alive(parser) != 0 && parser->upgrade == 0;
  return HPE_PAUSED;
}

}  // namespace admin
