// Server is what a handler may ask beyond the rows of its Txn: a bundle of
// references, put together once by server/wiring (or by a test).
//
// Threads: loop-bound.

#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "base/settings.h"
#include "base/status.h"
#include "commands/rates.h"
#include "commands/saves.h"
#include "commands/sessions.h"
#include "commands/slow_log.h"
#include "commands/statistics.h"
#include "commands/waits.h"
#include "types/data_set.h"

namespace commands {

class Dispatcher;

// enable-debug-command and its like.
enum class Permit : uint8_t { kNo, kYes, kLocal };

// The settings that dispatch and handlers look at for each request, as plain
// values; whoever owns the settings keeps them current.
struct Rules {
  // Empty: nobody needs AUTH.
  std::string password;
  // proto-max-bulk-len: also the longest string value.
  uint64_t bulk_bytes_max = uint64_t{512} << 20;
  // enable-debug-command: who may use rows that are kProtected.
  Permit debug_commands = Permit::kNo;
  // client-query-buffer-limit: also the most a MULTI may queue.
  uint64_t queue_bytes_max = uint64_t{1} << 30;
  // maxmemory-policy is an LFU one: OBJECT FREQ instead of IDLETIME.
  bool tracks_frequency = false;
  // lazyfree-lazy-user-flush: what FLUSHDB without a word means. Both are O(1).
  bool flush_async = false;
  // latency-tracking: whether each command's times are kept for INFO.
  bool tracks_latency = true;
};

struct ShutdownOptions {
  bool now = false;
};

// What the network has seen, for INFO.
struct Traffic {
  uint64_t rejected_connections = 0;
  uint64_t reads = 0;  // from sockets
  uint64_t writes = 0;
  uint64_t input_bytes = 0;
  uint64_t output_bytes = 0;
  uint64_t output_limit_cuts = 0;
  uint64_t query_limit_cuts = 0;
  uint64_t delayed_writes = 0;  // that waited because the disk is behind
  int64_t delayed_us = 0;
  size_t stopped_sockets = 0;  // clients that wait so, now
  size_t memory_bytes = 0;     // connections and their buffers, now
};

// What only the process itself can do; implemented in server/wiring.
class Host {
 public:
  virtual ~Host() = default;
  // Closes the engine and opens it again from disk (DEBUG RELOAD).
  virtual base::Status Reload() = 0;
  // The clean way down, begun after the replies of this tick.
  virtual void Shutdown(const ShutdownOptions& options) = 0;
  virtual void AbortShutdown() = 0;
  // Writes the settings back to the file they came from (CONFIG REWRITE).
  virtual base::Status RewriteConfig() = 0;
  virtual Traffic traffic() const { return {}; }
  // CONFIG RESETSTAT.
  virtual void ResetTraffic() {}
};

struct Server {
  base::Clock& clock;
  types::DataSet& data;
  Sessions& sessions;
  Statistics& statistics;
  Rules& rules;
  Dispatcher* dispatcher = nullptr;
  // Null in tests of families that do not ask them.
  Host* host = nullptr;
  base::Settings* settings = nullptr;

  int64_t started_us = 0;
  std::string run_id;       // 40 hex digits
  std::string executable;   // absolute path
  std::string config_file;  // absolute path, or empty
  uint16_t tcp_port = 0;
  std::string version;  // our own, for redbed_version

  Waits waits{&sessions};
  Saves saves{&data, &clock};
  SlowLog slow_log;
  Rates rates;
  uint64_t peak_memory_bytes = 0;
};

}  // namespace commands
