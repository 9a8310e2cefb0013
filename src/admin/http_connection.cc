#include "admin/http_connection.h"

#include <utility>

namespace admin {
namespace {

constexpr size_t kReadBytes = 4096;

}  // namespace

HttpConnection::HttpConnection(net::Loop* loop, net::Socket socket,
                               const Pages* pages, const HttpLimits& limits,
                               std::function<void()> on_closed)
    : loop_(loop),
      pages_(pages),
      limits_(limits),
      on_closed_(std::move(on_closed)),
      socket_(std::move(socket)),
      parser_(limits.request_bytes_max) {
  watch_.emplace(loop_, socket_.fd(), static_cast<net::WatchEvents*>(this));
  Wait();
}

void HttpConnection::CheckTime(int64_t now_ms) {
  if (now_ms >= deadline_ms_) Close();
}

void HttpConnection::OnReady(bool readable, bool writable, bool broken) {
  if (broken) return Close();
  if (readable) Read();
  if ((readable || writable) && !closed_) Serve();
}

void HttpConnection::Read() {
  char bytes[kReadBytes];
  const net::Moved moved = net::ReadSome(socket_.fd(), bytes, sizeof bytes);
  if (moved.transfer == net::Transfer::kBroken) return Close();
  if (moved.transfer == net::Transfer::kLater) return;
  input_.append(bytes, moved.bytes);
  ended_ = moved.bytes == 0;
}

void HttpConnection::Serve() {
  bool flowing = Send();
  while (flowing && !last_answer_ && AnswerOne()) flowing = Send();
  if (closed_) return;
  if (flowing && (last_answer_ || ended_)) {
    char scratch[kReadBytes];
    net::EndKindly(socket_.fd(), {scratch, sizeof scratch});
    return Close();
  }
  const bool sending = !flowing;
  watch_->Want(/*readable=*/!sending, /*writable=*/sending);
}

bool HttpConnection::AnswerOne() {
  if (input_.empty()) return false;
  const HttpParser::Outcome outcome = parser_.Next(input_);
  input_.erase(0, parser_.consumed());
  switch (outcome) {
    case HttpParser::Outcome::kMore:
      return false;
    case HttpParser::Outcome::kError: {
      const int status = parser_.error_status();
      Response refusal = {.status = status};
      refusal.body.append(ReasonOf(status)).append("\n");
      output_ = Serialize(refusal, /*with_body=*/true, /*keep_alive=*/false);
      last_answer_ = true;
      break;
    }
    case HttpParser::Outcome::kRequest:
      last_answer_ = !parser_.keep_alive();
      output_ = Serialize(pages_->Answer(parser_.method(), parser_.target()),
                          /*with_body=*/parser_.method() != "HEAD",
                          parser_.keep_alive());
      break;
  }
  Wait();
  return true;
}

bool HttpConnection::Send() {
  while (sent_ < output_.size()) {
    const iovec piece = {output_.data() + sent_, output_.size() - sent_};
    const net::Moved moved = net::WriteSome(socket_.fd(), &piece, 1);
    if (moved.transfer == net::Transfer::kBroken) {
      Close();
      return false;
    }
    if (moved.transfer == net::Transfer::kLater) return false;
    sent_ += moved.bytes;
    Wait();
  }
  output_.clear();
  sent_ = 0;
  return true;
}

// Something was done: the time that may pass until the next begins anew. A
// request that comes in drips does nothing until it is whole.
void HttpConnection::Wait() {
  deadline_ms_ = loop_->now_ms() + limits_.wait_ms_max;
  if (watch_->wants_readable() || watch_->wants_writable()) return;
  watch_->Want(/*readable=*/true, /*writable=*/false);
}

void HttpConnection::Close() {
  if (closed_) return;
  closed_ = true;
  watch_.reset();
  socket_ = net::Socket();
  on_closed_();
}

}  // namespace admin
