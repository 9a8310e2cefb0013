#include "server/signals.h"

#include <csignal>
#include <utility>

#include "base/check.h"

namespace server {

Signals::Signals(net::Loop* loop, std::function<void(int)> on_end)
    : handles_(new Handles) {
  std::signal(SIGPIPE, SIG_IGN);
  handles_->on_end = std::move(on_end);
  constexpr int kNumbers[] = {SIGINT, SIGTERM};
  for (int i = 0; i < 2; ++i) {
    uv_signal_t* const handle = &handles_->handles[i];
    CHECK(uv_signal_init(loop->handle(), handle) == 0);
    handle->data = handles_;
    ++handles_->open;
    CHECK(uv_signal_start(
              handle,
              [](uv_signal_t* signal, int number) {
                static_cast<Handles*>(signal->data)->on_end(number);
              },
              kNumbers[i]) == 0);
    uv_unref(reinterpret_cast<uv_handle_t*>(handle));
  }
}

Signals::~Signals() {
  handles_->on_end = [](int) {};
  for (uv_signal_t& handle : handles_->handles) {
    uv_close(reinterpret_cast<uv_handle_t*>(&handle), [](uv_handle_t* closed) {
      auto* const handles = static_cast<Handles*>(closed->data);
      if (--handles->open == 0) delete handles;
    });
  }
}

}  // namespace server
