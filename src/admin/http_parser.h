// HttpParser cuts HTTP/1.x requests out of a stream of bytes, one at a time,
// by means of llhttp, none of whose leniences is turned on.
//
// Only what the pages need is kept: method, target and whether the connection
// stays. Bodies are read past, within the limit.
//
// Threads: loop-bound.

#pragma once

#include <llhttp.h>

#include <cstddef>
#include <string>
#include <string_view>

namespace admin {

class HttpParser {
 public:
  enum class Outcome {
    kRequest,  // method(), target() and keep_alive() are the next request.
    kMore,     // The input ends inside a request, or is empty.
    kError,    // error_status() is the answer; then the connection closes.
  };

  // `request_bytes_max` bounds headers and body together.
  explicit HttpParser(size_t request_bytes_max);
  HttpParser(const HttpParser&) = delete;
  HttpParser& operator=(const HttpParser&) = delete;

  // Reads on in `input`, which begins behind what was consumed before.
  Outcome Next(std::string_view input);
  // How many bytes of the input are done with, after any outcome.
  size_t consumed() const { return consumed_; }

  std::string_view method() const;
  const std::string& target() const { return target_; }
  bool keep_alive() const { return keep_alive_; }
  int error_status() const { return error_status_; }

 private:
  static int OnUrl(llhttp_t* parser, const char* at, size_t size);
  static int OnHeadersComplete(llhttp_t* parser);
  static int OnMessageComplete(llhttp_t* parser);
  Outcome Refuse(int status);

  // Immutable.
  const size_t request_bytes_max_;

  // Loop-bound.
  llhttp_settings_t settings_;
  llhttp_t parser_;
  size_t consumed_ = 0;
  size_t request_bytes_ = 0;
  std::string target_;
  bool in_body_ = false;
  bool complete_ = false;
  bool keep_alive_ = false;
  int error_status_ = 0;
};

}  // namespace admin
