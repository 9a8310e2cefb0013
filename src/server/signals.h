// Signals turns SIGINT and SIGTERM into a call on the loop.
//
// Threads: loop-bound.

#pragma once

#include <uv.h>

#include <functional>

#include "net/loop.h"

namespace server {

class Signals {
 public:
  // `on_end` is called for each SIGINT or SIGTERM, with its number. SIGPIPE
  // is ignored from here on.
  Signals(net::Loop* loop, std::function<void(int)> on_end);
  ~Signals();
  Signals(const Signals&) = delete;
  Signals& operator=(const Signals&) = delete;

 private:
  // Outlives the object until libuv lets go of it.
  struct Handles {
    uv_signal_t handles[2];
    int open = 0;
    std::function<void(int)> on_end;
  };
  Handles* const handles_;
};

}  // namespace server
