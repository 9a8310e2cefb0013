// Link is one TCP connection to one server: requests go out while replies come
// in, so that a pipeline may be of any size, and the replies are cut apart but
// not understood.
//
// Threads: one.

#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <span>
#include <string>
#include <string_view>

namespace compare {

class Link {
 public:
  explicit Link(uint16_t port);
  ~Link();
  Link(const Link&) = delete;
  Link& operator=(const Link&) = delete;

  // Queues bytes; Pump moves them.
  void Send(std::string_view bytes) { out_.append(bytes); }
  // After everything was sent, nothing more will be.
  void FinishSending() { finishing_ = true; }

  // Waits until `count` replies are there; false when the connection ends
  // before, or nothing comes for a long time.
  bool Receive(size_t count);
  // The same for several links at once.
  static bool Receive(std::span<Link* const> links, size_t count);
  // Waits for the end of the connection.
  void ReceiveAll() { Receive(SIZE_MAX); }

  bool has_reply() const { return !replies_.empty(); }
  // REQUIRES: has_reply().
  std::string TakeReply();
  // Bytes that are no whole reply.
  const std::string& rest() const { return in_; }

  // The peer has closed; looks at the socket without waiting.
  bool CheckClosed();
  bool closed() const { return fd_ < 0; }
  // Nothing came although something should have.
  bool timed_out() const { return timed_out_; }
  // 127.0.0.1:port, of this end.
  std::string LocalAddress() const;

 private:
  bool WantsMore(size_t count) const {
    return !closed() && !garbage_ && replies_.size() < count;
  }
  void Write();
  void Read();
  void CutReplies();
  void Close();

  int fd_ = -1;
  bool finishing_ = false;
  bool garbage_ = false;
  bool timed_out_ = false;
  std::string out_;
  size_t sent_ = 0;
  std::string in_;
  std::deque<std::string> replies_;
};

}  // namespace compare
