#include "net/socket.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "base/strings.h"

namespace net {
namespace {

using base::Result;
using base::Status;
using base::StrCat;

void SetOption(int fd, int level, int name, int value) {
  // Options are comforts: a refusal changes nothing that was promised.
  (void)::setsockopt(fd, level, name, &value, sizeof value);
}

Status BindAndListen(int fd, const sockaddr* address, socklen_t size,
                     const std::string& name, int backlog) {
  if (::bind(fd, address, size) != 0) {
    return Status::Io("cannot bind", name, errno);
  }
  if (::listen(fd, backlog) != 0) {
    return Status::Io("cannot listen on", name, errno);
  }
  return Status::Ok();
}

union Address {
  sockaddr any;
  sockaddr_in v4;
  sockaddr_in6 v6;
  sockaddr_un local;
  sockaddr_storage storage;
};

std::string NameOf(const Address& address, socklen_t size) {
  char text[INET6_ADDRSTRLEN] = "?";
  switch (address.any.sa_family) {
    case AF_INET:
      ::inet_ntop(AF_INET, &address.v4.sin_addr, text, sizeof text);
      return StrCat(text, ":", ntohs(address.v4.sin_port));
    case AF_INET6:
      ::inet_ntop(AF_INET6, &address.v6.sin6_addr, text, sizeof text);
      return StrCat("[", text, "]:", ntohs(address.v6.sin6_port));
    case AF_UNIX: {
      const size_t header = offsetof(sockaddr_un, sun_path);
      const size_t room = size > header ? size - header : 0;
      return StrCat(std::string_view(address.local.sun_path,
                                     ::strnlen(address.local.sun_path, room)),
                    ":0");
    }
    default:
      return "?:0";
  }
}

using NameCall = int (*)(int, sockaddr*, socklen_t*);

bool Ask(NameCall call, int fd, Address* address, socklen_t* size) {
  std::memset(address, 0, sizeof *address);
  *size = sizeof *address;
  return call(fd, &address->any, size) == 0;
}

}  // namespace

Socket::~Socket() {
  if (fd_ >= 0) ::close(fd_);
}

Moved ReadSome(int fd, char* out, size_t size) {
  while (true) {
    const ssize_t n = ::recv(fd, out, size, 0);
    if (n >= 0) return {Transfer::kDone, static_cast<size_t>(n)};
    if (errno == EINTR) continue;
    const bool later = errno == EAGAIN || errno == EWOULDBLOCK;
    return {later ? Transfer::kLater : Transfer::kBroken, 0};
  }
}

Moved WriteSome(int fd, const iovec* pieces, int count) {
  msghdr message = {};
  message.msg_iov = const_cast<iovec*>(pieces);
  message.msg_iovlen = static_cast<size_t>(count);
  while (true) {
    // Most often there is one piece, and send is the cheaper call.
    const ssize_t n =
        count == 1 ? ::send(fd, pieces->iov_base, pieces->iov_len, MSG_NOSIGNAL)
                   : ::sendmsg(fd, &message, MSG_NOSIGNAL);
    if (n >= 0) return {Transfer::kDone, static_cast<size_t>(n)};
    if (errno == EINTR) continue;
    const bool later = errno == EAGAIN || errno == EWOULDBLOCK;
    return {later ? Transfer::kLater : Transfer::kBroken, 0};
  }
}

void EndKindly(int fd, std::span<char> scratch) {
  // Whoever sends faster than this takes his chances.
  constexpr int kReadsMax = 4;
  ::shutdown(fd, SHUT_WR);
  for (int i = 0; i < kReadsMax; ++i) {
    const Moved moved = ReadSome(fd, scratch.data(), scratch.size());
    if (moved.transfer != Transfer::kDone || moved.bytes == 0) return;
  }
}

Result<Socket> ListenTcp(const std::string& host, uint16_t port, int backlog) {
  const std::string name = StrCat(host, ":", port);
  const bool v6 = host.find(':') != host.npos;
  addrinfo hints = {};
  hints.ai_family = v6 ? AF_INET6 : AF_INET;
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = AI_PASSIVE;
  const bool every = host == "*" || host == "::*";
  addrinfo* found = nullptr;
  const int error = ::getaddrinfo(every ? nullptr : host.c_str(),
                                  std::to_string(port).c_str(), &hints, &found);
  if (error != 0) {
    return Status::Io(
        StrCat("cannot bind ", name, ": ", ::gai_strerror(error)));
  }
  const auto bound = [&](const addrinfo& address) -> Result<Socket> {
    Socket socket(::socket(address.ai_family,
                           SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
    if (socket.fd() < 0) {
      return Status::Io("cannot open a socket for", name, errno);
    }
    SetOption(socket.fd(), SOL_SOCKET, SO_REUSEADDR, 1);
    if (v6) SetOption(socket.fd(), IPPROTO_IPV6, IPV6_V6ONLY, 1);
    TRY(BindAndListen(socket.fd(), address.ai_addr, address.ai_addrlen, name,
                      backlog));
    return socket;
  };
  Result<Socket> result = bound(*found);
  for (const addrinfo* next = found->ai_next; !result.ok() && next != nullptr;
       next = next->ai_next) {
    result = bound(*next);
  }
  ::freeaddrinfo(found);
  return result;
}

bool IsNoSuchAddress(const Status& status) {
  return status.error_number() == EADDRNOTAVAIL;
}

bool IsNoSuchFamily(const Status& status) {
  switch (status.error_number()) {
    case EAFNOSUPPORT:
    case EPFNOSUPPORT:
    case EPROTONOSUPPORT:
    case ESOCKTNOSUPPORT:
    case ENOPROTOOPT:
      return true;
    default:
      return false;
  }
}

Result<Socket> ListenUnix(const std::string& path, uint32_t permissions,
                          int backlog) {
  Address address = {};
  address.local.sun_family = AF_UNIX;
  if (path.size() >= sizeof address.local.sun_path) {
    return Status::Io("cannot bind", path, ENAMETOOLONG);
  }
  std::memcpy(address.local.sun_path, path.data(), path.size());
  Socket socket(
      ::socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  if (socket.fd() < 0) {
    return Status::Io("cannot open a socket for", path, errno);
  }
  // A file that a killed server left behind. Anything but a socket stays, and
  // bind complains about it.
  struct stat old;
  if (::lstat(path.c_str(), &old) == 0 && S_ISSOCK(old.st_mode)) {
    (void)::unlink(path.c_str());
  }
  TRY(BindAndListen(socket.fd(), &address.any, sizeof address.local, path,
                    backlog));
  if (permissions != 0 && ::chmod(path.c_str(), permissions) != 0) {
    return Status::Io("cannot set permissions of", path, errno);
  }
  return socket;
}

Accepted AcceptOne(int listening_fd, Socket* socket) {
  while (true) {
    const int fd =
        ::accept4(listening_fd, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (fd >= 0) {
      *socket = Socket(fd);
      return Accepted::kSocket;
    }
    switch (errno) {
      // The one at the front has gone away; the next may be there.
      case EINTR:
      case ECONNABORTED:
      case EPROTO:
        continue;
      case EMFILE:
      case ENFILE:
      case ENOBUFS:
      case ENOMEM:
        return Accepted::kNoDescriptors;
      default:
        return Accepted::kNone;
    }
  }
}

void SetNoDelay(int fd) { SetOption(fd, IPPROTO_TCP, TCP_NODELAY, 1); }

void SetKeepAlive(int fd, int seconds) {
  if (seconds <= 0) return;
  SetOption(fd, SOL_SOCKET, SO_KEEPALIVE, 1);
  SetOption(fd, IPPROTO_TCP, TCP_KEEPIDLE, seconds);
  SetOption(fd, IPPROTO_TCP, TCP_KEEPINTVL, seconds > 3 ? seconds / 3 : 1);
  SetOption(fd, IPPROTO_TCP, TCP_KEEPCNT, 3);
}

std::string LocalName(int fd) {
  Address address;
  socklen_t size;
  if (!Ask(::getsockname, fd, &address, &size)) return "?:0";
  return NameOf(address, size);
}

std::string PeerName(int fd) {
  Address address;
  socklen_t size;
  if (!Ask(::getpeername, fd, &address, &size)) return "?:0";
  // The client's end of a unix socket has no name; Redis gives the server's.
  if (address.any.sa_family == AF_UNIX) return LocalName(fd);
  return NameOf(address, size);
}

uint16_t LocalPort(int fd) {
  Address address;
  socklen_t size;
  if (!Ask(::getsockname, fd, &address, &size)) return 0;
  if (address.any.sa_family == AF_INET) return ntohs(address.v4.sin_port);
  if (address.any.sa_family == AF_INET6) return ntohs(address.v6.sin6_port);
  return 0;
}

bool IsLocalPeer(int fd) {
  Address address;
  socklen_t size;
  if (!Ask(::getpeername, fd, &address, &size)) return false;
  switch (address.any.sa_family) {
    case AF_UNIX:
      return true;
    case AF_INET:
      return (ntohl(address.v4.sin_addr.s_addr) >> 24) == 127;
    case AF_INET6:
      return IN6_IS_ADDR_LOOPBACK(&address.v6.sin6_addr);
    default:
      return false;
  }
}

}  // namespace net
