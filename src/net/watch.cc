#include "net/watch.h"

#include "base/check.h"

namespace net {

Watch::Watch(Loop* loop, int fd, WatchEvents* events)
    : handle_(new Handle{{}, this}), events_(events) {
  CHECK(uv_poll_init_socket(loop->handle(), &handle_->poll, fd) == 0);
  handle_->poll.data = handle_;
}

Watch::~Watch() {
  handle_->owner = nullptr;
  uv_close(
      reinterpret_cast<uv_handle_t*>(&handle_->poll),
      [](uv_handle_t* handle) { delete static_cast<Handle*>(handle->data); });
}

void Watch::Want(bool readable, bool writable) {
  if (readable == readable_ && writable == writable_) return;
  readable_ = readable;
  writable_ = writable;
  const int events =
      (readable ? UV_READABLE : 0) | (writable ? UV_WRITABLE : 0);
  if (events == 0) {
    CHECK(uv_poll_stop(&handle_->poll) == 0);
  } else {
    CHECK(uv_poll_start(&handle_->poll, events, OnPoll) == 0);
  }
}

void Watch::OnPoll(uv_poll_t* poll, int status, int events) {
  Watch* const watch = static_cast<Handle*>(poll->data)->owner;
  if (watch == nullptr) return;
  if (status < 0) {
    // libuv has stopped the handle.
    watch->readable_ = watch->writable_ = false;
    watch->events_->OnReady(false, false, /*broken=*/true);
  } else {
    watch->events_->OnReady((events & UV_READABLE) != 0,
                            (events & UV_WRITABLE) != 0, /*broken=*/false);
  }
}

}  // namespace net
