#include "net/listener.h"

#include <utility>

namespace net {
namespace {

// Between two looks at the clients that are there already.
constexpr int kAcceptsPerTick = 256;
constexpr int64_t kPauseMs = 100;

}  // namespace

Listener::Listener(Loop* loop, Socket socket, OnAccept on_accept)
    : socket_(std::move(socket)),
      on_accept_(std::move(on_accept)),
      watch_(loop, socket_.fd(), this),
      pause_(loop, [this] { watch_.Want(/*readable=*/true, false); }) {
  watch_.Want(/*readable=*/true, /*writable=*/false);
}

void Listener::OnReady(bool, bool, bool broken) {
  for (int i = 0; i < kAcceptsPerTick && !broken; ++i) {
    Socket socket;
    switch (AcceptOne(socket_.fd(), &socket)) {
      case Accepted::kSocket:
        on_accept_(std::move(socket));
        break;
      case Accepted::kNone:
        return;
      case Accepted::kNoDescriptors:
        broken = true;
        break;
    }
  }
  if (broken) {
    ++refusals_;
    watch_.Want(/*readable=*/false, /*writable=*/false);
    pause_.Once(kPauseMs);
  }
}

}  // namespace net
