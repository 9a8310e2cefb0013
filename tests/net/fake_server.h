// A frontend over a fake log and a fake executor, and clients that talk to it
// through real sockets. The test turns the loop, so nothing happens behind
// its back.
//
// The fake speaks a little Redis:
//
//   PING           +PONG, no gate
//   ECHO word      the word, no gate
//   SET ...        +OK, gate: its own new sequence
//   GET            the last sequence as a bulk string, gate: that sequence
//   BIG bytes      so many 'x', no gate
//   PUSH           +OK, and a delivery to itself before it
//   QUIT           +OK, then closes
//   WAIT           blocks; the test delivers
//   SLOW           is kept while server.paused
//   COLD           waits for its rows while server.missing
//   KILL, LEAVE    closes itself at once, or after replies
//   AUTH           becomes authenticated
//
// Threads: one.

#pragma once

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdint>
#include <cstdlib>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/check.h"
#include "base/strings.h"
#include "net/frontend.h"

namespace net {

class FakeLog final : public LogDoor {
 public:
  uint64_t Append(size_t bytes) {
    open_ += bytes;
    return ++applied_;
  }
  // The log's part: everything handed over so far is released.
  void Finish() {
    released_ = submitted_;
    in_flight_ = 0;
    unreleased_ = open_;
  }
  void Break() { failed_ = true; }

  uint64_t released() const override { return released_; }
  bool failed() const override { return failed_; }
  std::string failure_reply() const override { return "MISCONF log is gone"; }
  size_t open_bytes() const override { return open_; }
  uint64_t open_first() const override {
    return (open_ > 0 ? submitted_ : applied_) + 1;
  }
  int frames_in_flight() const override { return in_flight_; }
  int depth() const override { return 2; }
  bool Submit() override {
    if (in_flight_ == depth()) return false;
    ++in_flight_;
    ++submits;
    open_ = 0;
    submitted_ = applied_;
    return true;
  }
  bool SubmitInline() override {
    ++inline_submits;
    open_ = 0;
    submitted_ = released_ = applied_;
    return true;
  }
  size_t unreleased_bytes() const override {
    return behind_for_ > 0 && behind_for_-- > 0 ? size_t{1} << 30 : unreleased_;
  }
  double pressure() const override { return pressure_; }
  void EndOfTick() override { ++ticks; }

  void set_unreleased(size_t bytes) { unreleased_ = bytes; }
  // For so many times that it is asked.
  void set_behind_for(int times) { behind_for_ = times; }
  void set_pressure(double pressure) { pressure_ = pressure; }
  uint64_t applied() const { return applied_; }

  int submits = 0;
  int inline_submits = 0;
  int ticks = 0;

 private:
  size_t open_ = 0;
  size_t unreleased_ = 0;
  mutable int behind_for_ = 0;
  double pressure_ = 0;
  int in_flight_ = 0;
  uint64_t applied_ = 0;
  uint64_t submitted_ = 0;
  uint64_t released_ = 0;
  bool failed_ = false;
};

class FakeExecutor final : public Executor {
 public:
  explicit FakeExecutor(FakeLog* log) : log_(log) {}

  commands::Session* Open(commands::Transport* transport) override {
    sessions.push_back(std::make_unique<commands::Session>(
        ++last_id_, transport, /*now_ms=*/0));
    sessions.back()->authenticated = !needs_auth;
    return sessions.back().get();
  }
  void Close(commands::Session& session) override {
    std::erase_if(sessions,
                  [&](const auto& each) { return each.get() == &session; });
  }
  void Prefetch(const commands::Session&, const RequestBatch&) override {
    ++prefetches;
  }
  void FetchAhead(const commands::Session&,
                  const RequestBatch& requests) override {
    ahead.push_back(requests.size());
  }
  commands::Done Execute(commands::Session& session, resp::Words words,
                         resp::Writer& reply) override {
    using commands::Outcome;
    const std::string_view name = words[0];
    ++executed;
    if (name == "PING") {
      reply.Simple("PONG");
    } else if (name == "ECHO") {
      reply.Bulk(words[1]);
    } else if (name == "SET") {
      reply.Ok();
      return {Outcome::kReplied, log_->Append(100), 100};
    } else if (name == "GET") {
      reply.BulkInteger(static_cast<int64_t>(log_->applied()));
      return {Outcome::kReplied, log_->applied()};
    } else if (name == "BIG") {
      reply.Bulk(
          std::string(static_cast<size_t>(*base::ParseInt(words[1])), 'x'));
    } else if (name == "QUIT") {
      reply.Ok();
      return {Outcome::kClose, 0};
    } else if (name == "WAIT") {
      return {Outcome::kBlocked, 0};
    } else if (name == "SLOW" && paused) {
      --executed;
      return {Outcome::kRetryLater, 0};
    } else if (name == "COLD" && missing && missing_after-- <= 0) {
      --executed;
      reply.Simple("half a reply");
      return {Outcome::kWaitsForRows, 0};
    } else if (name == "KILL") {
      session.transport->CloseSoon(/*after_replies=*/false);
      reply.Ok();
    } else if (name == "LEAVE") {
      session.transport->CloseSoon(/*after_replies=*/true);
      reply.Ok();
    } else if (name == "PUSH") {
      session.transport->Deliver(">1\r\n+pushed\r\n", 0);
      reply.Ok();
    } else {
      session.authenticated |= name == "AUTH";
      reply.Ok();
    }
    return {Outcome::kReplied, 0};
  }

  std::vector<std::unique_ptr<commands::Session>> sessions;
  bool needs_auth = false;
  bool paused = false;
  bool missing = false;
  int missing_after = 0;  // so many have their rows before
  int executed = 0;
  int prefetches = 0;
  // The sizes of what was to be fetched ahead.
  std::vector<size_t> ahead;

 private:
  FakeLog* const log_;
  uint64_t last_id_ = 0;
};

// The other end of a connection.
class Client {
 public:
  explicit Client(Socket socket) : socket_(std::move(socket)) {
    CHECK(::fcntl(socket_.fd(), F_SETFL, O_NONBLOCK) == 0);
  }

  int fd() const { return socket_.fd(); }
  // Returns how much the socket took.
  size_t Send(std::string_view bytes) {
    const iovec piece = {const_cast<char*>(bytes.data()), bytes.size()};
    const Moved moved = WriteSome(socket_.fd(), &piece, 1);
    return moved.transfer == Transfer::kDone ? moved.bytes : 0;
  }
  // Everything that has arrived.
  std::string Receive() {
    std::string out;
    char buffer[65536];
    while (true) {
      const Moved moved = ReadSome(socket_.fd(), buffer, sizeof buffer);
      if (moved.transfer == Transfer::kDone && moved.bytes > 0) {
        out.append(buffer, moved.bytes);
        continue;
      }
      closed_ = moved.transfer != Transfer::kLater;
      return out;
    }
  }
  // As of the last Receive.
  bool closed() const { return closed_; }
  void SayEverything() { ::shutdown(socket_.fd(), SHUT_WR); }
  void HangUp() { socket_ = Socket(); }

 private:
  Socket socket_;
  bool closed_ = false;
};

struct FakeServer {
  explicit FakeServer(const SubmitPolicy::Options& policy = {})
      : executor(&log), frontend(&loop, &executor, &log, policy) {}

  // A client over a pair of unix sockets: what one end has written, the other
  // end can read.
  Client Connect() {
    int ends[2];
    CHECK(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) == 0);
    CHECK(::fcntl(ends[0], F_SETFL, O_NONBLOCK) == 0);
    frontend.Admit(Socket(ends[0]), /*is_unix=*/true);
    return Client(Socket(ends[1]));
  }

  void Turn(int passes = 4) {
    for (int i = 0; i < passes; ++i) loop.RunOnce(/*may_wait=*/false);
  }
  // Turns until the open frame was handed over.
  void TurnUntilSubmitted() {
    const int before = log.submits;
    while (log.submits == before) loop.RunOnce(/*may_wait=*/false);
  }

  Loop loop;
  FakeLog log;
  FakeExecutor executor;
  Frontend frontend;
};

inline std::string Repeat(std::string_view text, size_t count) {
  std::string out;
  out.reserve(text.size() * count);
  for (size_t i = 0; i < count; ++i) out += text;
  return out;
}

}  // namespace net
