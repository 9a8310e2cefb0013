// SubmitPolicy decides when the open frame of the log is handed over.
//
// Too early, and the group is small: the clients that were just answered are
// about to send their next request. Too late, and the disk idles. So, while a
// slot is free, the loop goes on handling whatever is ready, polls without
// blocking until nothing was added to the frame for some 20 us, and only then
// submits. (Submitting at once made groups of 20 out of 50 clients and 0.9 x
// the throughput of Redis; this made 1.1 to 1.25 x.) While no slot is free the
// frame fills and the loop may sleep; the finished write wakes it.
//
// A client that is alone has nobody to wait for: after a second of being the
// only one, and once it has nothing more to read, the loop writes its frame
// itself, which saves two changes of thread.
//
// Threads: loop-bound. Knows no clock, no log and no socket.

#pragma once

#include <cstddef>
#include <cstdint>

namespace net {

class SubmitPolicy {
 public:
  struct Options {
    int64_t straggler_us = 20;
    // Streams that never pause end the gathering by time or size: beyond
    // 128 KiB a larger group gains little over a second write.
    int64_t gather_us_max = 500;
    size_t gather_bytes_max = 128 << 10;
    int64_t alone_us = 1'000'000;
    // A longer write would keep the loop from its sockets too long.
    size_t inline_bytes_max = 64 << 10;
  };
  struct LogState {
    size_t open_bytes = 0;
    int frames_in_flight = 0;
    int depth = 1;
  };
  enum class Decision : uint8_t {
    kNothing,       // nothing to submit, or no slot: the loop may sleep
    kPollAgain,     // handle what is ready, without blocking, and ask again
    kSubmit,        // now
    kSubmitInline,  // now, on this thread
  };

  SubmitPolicy() = default;
  explicit SubmitPolicy(const Options& options) : options_(options) {}

  // A request of this client was executed. Ids are not 0.
  void NoteActive(uint64_t client, int64_t now_us) {
    if (client == client_) return;
    client_ = client;
    alone_since_us_ = now_us;
  }

  // At the end of a tick.
  Decision Decide(const LogState& log, int64_t now_us);

  // Whether one client has been the only one for long enough.
  bool Alone(int64_t now_us) const {
    return client_ != 0 && now_us - alone_since_us_ >= options_.alone_us;
  }

 private:
  const Options options_ = {};
  uint64_t client_ = 0;  // The last one that was active.
  int64_t alone_since_us_ = 0;
  size_t open_bytes_ = 0;  // As last seen; 0: no frame is being gathered.
  int64_t begun_us_ = 0;
  int64_t grown_us_ = 0;
};

}  // namespace net
