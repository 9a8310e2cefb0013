// Sockets without a loop: opening ones that listen, accepting, tuning, and
// naming their ends as Redis writes them.
//
// Threads: any; a Socket is a value with one holder.

#pragma once

#include <sys/uio.h>

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "base/status.h"

namespace net {

// Owns a descriptor; closes it in the end.
class Socket {
 public:
  Socket() = default;
  explicit Socket(int fd) : fd_(fd) {}
  Socket(Socket&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  Socket& operator=(Socket&& other) noexcept {
    std::swap(fd_, other.fd_);
    return *this;
  }
  ~Socket();

  int fd() const { return fd_; }

 private:
  int fd_ = -1;
};

// What read and write come to, with errno sorted into what can be done.
enum class Transfer : uint8_t {
  kDone,    // `bytes` moved; 0 when reading: the peer has said everything.
  kLater,   // Would block.
  kBroken,  // The connection is gone.
};
struct Moved {
  Transfer transfer;
  size_t bytes;
};
Moved ReadSome(int fd, char* out, size_t size);
Moved WriteSome(int fd, const iovec* pieces, int count);

// Before closing: says that nothing more comes, and throws away what is unread
// (into `scratch`). Closing with unread input would reset the connection, and
// the reset might overtake the last bytes.
void EndKindly(int fd, std::span<char> scratch);

// A non-blocking socket that listens on `host`: an address, a name, "*" for
// all of IPv4, or anything with ':' for IPv6, "::*" being all of it. Port 0
// lets the system choose.
base::Result<Socket> ListenTcp(const std::string& host, uint16_t port,
                               int backlog);
// Why listening failed: this machine does not have the address, or not even
// its family.
bool IsNoSuchAddress(const base::Status& status);
bool IsNoSuchFamily(const base::Status& status);
// Replaces a stale socket file. `permissions` 0: as the umask says.
base::Result<Socket> ListenUnix(const std::string& path, uint32_t permissions,
                                int backlog);

enum class Accepted : uint8_t { kSocket, kNone, kNoDescriptors };
// Takes one connection from the queue of a listening socket.
Accepted AcceptOne(int listening_fd, Socket* socket);

// Small writes leave at once.
void SetNoDelay(int fd);
// Probes a silent peer after this long; 0: never.
void SetKeepAlive(int fd, int seconds);

// "127.0.0.1:6379", "[::1]:6379", "/path:0" for a unix socket.
std::string LocalName(int fd);
std::string PeerName(int fd);
uint16_t LocalPort(int fd);
// A unix socket, or a loopback address at the other end.
bool IsLocalPeer(int fd);

}  // namespace net
