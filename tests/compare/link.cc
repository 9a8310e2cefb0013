#include "compare/link.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <vector>

#include "base/check.h"
#include "base/strings.h"
#include "compare/reply.h"

namespace compare {
namespace {

constexpr int kPatienceMs = 60'000;

}  // namespace

Link::Link(uint16_t port) {
  fd_ = socket(AF_INET, SOCK_STREAM, 0);
  CHECK(fd_ >= 0);
  sockaddr_in address = {};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(port);
  if (connect(fd_, reinterpret_cast<sockaddr*>(&address), sizeof(address)) !=
      0) {
    Close();
    return;
  }
  const int on = 1;
  setsockopt(fd_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
  CHECK(fcntl(fd_, F_SETFL, O_NONBLOCK) == 0);
}

Link::~Link() { Close(); }

void Link::Close() {
  if (fd_ >= 0) close(fd_);
  fd_ = -1;
}

bool Link::Receive(size_t count) {
  Link* const links[] = {this};
  return Receive(links, count);
}

bool Link::Receive(std::span<Link* const> links, size_t count) {
  while (true) {
    std::vector<pollfd> polls;
    std::vector<Link*> polled;
    for (Link* const link : links) {
      link->Write();
      if (!link->WantsMore(count)) continue;
      const bool writes = link->sent_ < link->out_.size();
      const auto events =
          static_cast<short>(writes ? POLLIN | POLLOUT : POLLIN);
      polls.push_back({link->fd_, events, 0});
      polled.push_back(link);
    }
    if (polls.empty()) break;
    const int ready = poll(polls.data(), polls.size(), kPatienceMs);
    if (ready < 0 && errno == EINTR) continue;
    if (ready <= 0) {
      for (Link* const link : polled) link->timed_out_ = true;
      return false;
    }
    for (size_t i = 0; i < polls.size(); ++i) {
      if ((polls[i].revents & (POLLIN | POLLERR | POLLHUP)) != 0) {
        polled[i]->Read();
      }
    }
  }
  for (const Link* const link : links) {
    if (link->replies_.size() < count) return false;
  }
  return true;
}

void Link::Write() {
  while (!closed() && sent_ < out_.size()) {
    const ssize_t n =
        send(fd_, out_.data() + sent_, out_.size() - sent_, MSG_NOSIGNAL);
    // Replies may still lie in the socket after the peer has closed: an error
    // of the writing side is left for the reading side to find.
    if (n < 0 && (errno == EAGAIN || errno == EINTR)) return;
    if (n < 0) {
      sent_ = out_.size();
      return;
    }
    sent_ += static_cast<size_t>(n);
  }
  out_.clear();
  sent_ = 0;
  if (finishing_ && !closed()) {
    shutdown(fd_, SHUT_WR);
    finishing_ = false;
  }
}

void Link::Read() {
  char buffer[65536];
  while (!closed()) {
    const ssize_t n = recv(fd_, buffer, sizeof(buffer), 0);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0 && errno == EAGAIN) break;
    if (n <= 0) {
      Close();
      break;
    }
    in_.append(buffer, static_cast<size_t>(n));
    if (static_cast<size_t>(n) < sizeof(buffer)) break;
  }
  CutReplies();
}

void Link::CutReplies() {
  size_t position = 0;
  Reply reply;
  while (!garbage_) {
    const ReadOutcome outcome =
        ReadReply(std::string_view(in_).substr(position), &reply);
    garbage_ = outcome == ReadOutcome::kGarbage;
    if (outcome != ReadOutcome::kReply) break;
    replies_.emplace_back(reply.raw);
    position += reply.raw.size();
  }
  in_.erase(0, position);
}

std::string Link::TakeReply() {
  CHECK(has_reply());
  std::string reply = std::move(replies_.front());
  replies_.pop_front();
  return reply;
}

bool Link::CheckClosed() {
  if (closed()) return true;
  char byte;
  const ssize_t n = recv(fd_, &byte, 1, MSG_PEEK);
  if (n == 0 || (n < 0 && errno != EAGAIN && errno != EINTR)) Close();
  return closed();
}

std::string Link::LocalAddress() const {
  sockaddr_in address = {};
  socklen_t size = sizeof(address);
  if (closed() ||
      getsockname(fd_, reinterpret_cast<sockaddr*>(&address), &size) != 0) {
    return "127.0.0.1:0";
  }
  return base::StrCat("127.0.0.1:", ntohs(address.sin_port));
}

}  // namespace compare
