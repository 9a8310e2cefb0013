// Shared is what the connections of one loop have in common: the doors they
// use, the limits they keep, and the lists by which the end of the tick finds
// those that want something.
//
//   ready     have requests left and may go on executing
//   dirty     have replies that may leave, or may have become idle
//   holding   have replies behind closed gates
//   stalled   stopped executing until gates open, or until what they have
//             written is earned (base/write_throttle.h)
//   doomed    are closed and wait for their end
//
// Threads: loop-bound.

#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "base/write_throttle.h"
#include "net/executor.h"
#include "net/input_buffer.h"
#include "net/log_door.h"
#include "net/loop.h"
#include "net/request_batch.h"
#include "net/submit_policy.h"
#include "resp/parser.h"

namespace net {

class Connection;

// Names in conf/redbed.conf in brackets. May change at any time.
struct Limits {
  size_t clients_max = 10000;  // [maxclients]
  int64_t idle_ms_max = 0;     // [timeout] 0: nobody is cut for idling
  int keepalive_s = 300;       // [tcp-keepalive]
  // [protected-mode], and nobody needs a password.
  bool local_peers_only = false;

  resp::ParserLimits parser;                 // [proto-max-bulk-len]
  size_t query_bytes_max = size_t{1} << 30;  // [client-query-buffer-limit]
  // [client-output-buffer-limit normal], for a client that does not read.
  // 0: no limit.
  uint64_t output_bytes_max = 0;
  uint64_t output_soft_bytes_max = 0;
  int64_t output_soft_ms = 0;

  // A connection stops executing while this much of its replies is held.
  uint64_t held_bytes_max = uint64_t{1} << 20;
  // Connections that write stop while this much is applied and unreleased.
  uint64_t unreleased_bytes_max = uint64_t{64} << 20;
  // What one connection may do before the others have their turn.
  size_t requests_per_tick = 1024;
  size_t reply_bytes_per_tick = 64 << 10;
};

// For INFO and metrics.
struct TrafficStats {
  uint64_t accepted = 0;
  uint64_t rejected = 0;
  uint64_t reads = 0;  // From sockets, whatever they brought.
  uint64_t writes = 0;
  uint64_t input_bytes = 0;
  uint64_t output_bytes = 0;
  uint64_t requests = 0;
  uint64_t protocol_errors = 0;
  uint64_t output_limit_cuts = 0;
  uint64_t query_limit_cuts = 0;
  uint64_t idle_cuts = 0;
  // Writers that waited for the throttle, and for how long in all.
  uint64_t delayed_writes = 0;
  int64_t delayed_us = 0;
};

struct Shared {
  Shared(Loop* the_loop, Executor* the_executor, LogDoor* the_log,
         const SubmitPolicy::Options& options)
      : loop(the_loop), executor(the_executor), log(the_log), policy(options) {}

  // Immutable.
  Loop* const loop;
  Executor* const executor;
  LogDoor* const log;

  // Loop-bound.
  Limits limits;
  TrafficStats stats;
  SubmitPolicy policy;
  base::WriteThrottle throttle;
  // As of the last look: gates up to here are open.
  uint64_t released = 0;
  // Not empty while the log has failed: the whole reply for what is held.
  std::string failure;
  size_t memory_bytes = 0;  // Of all connections and their buffers.

  std::vector<Connection*> ready;
  std::vector<Connection*> dirty;
  std::vector<Connection*> holding;
  std::vector<Connection*> stalled;
  std::vector<Connection*> doomed;

  RequestBatch batch;
  // One read of a deep pipeline; more would not stay in the cache.
  static constexpr size_t kReadAreaBytes = 64 << 10;
  const std::unique_ptr<char[]> read_area_bytes{new char[kReadAreaBytes]};
  std::span<char> read_area() {
    return {read_area_bytes.get(), kReadAreaBytes};
  }
};

}  // namespace net
