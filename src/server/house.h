// House builds the server out of its floors, keeps it running and takes it
// down again.
//
//   settings --> engine --> data set --> dispatcher --> frontend --> loop
//
// It is the one place that knows all floors; it holds no logic of theirs.
//
// Going down cleanly (SIGTERM, SHUTDOWN): no new clients; what was executed
// is synced and its replies leave; SCAN cursors are written; the engine
// closes. A second signal ends the process at once, which loses nothing that
// was acknowledged either.
//
// Threads: loop-bound, all of it; the thread that calls Run is the loop's.

#pragma once

#include <memory>
#include <string>

#include "admin/http_server.h"
#include "base/clock.h"
#include "base/file_system.h"
#include "base/settings.h"
#include "base/status.h"
#include "commands/dispatch.h"
#include "commands/server.h"
#include "commands/sessions.h"
#include "commands/statistics.h"
#include "commands/table.h"
#include "lsm/engine.h"
#include "net/frontend.h"
#include "net/loop.h"
#include "net/timer.h"
#include "server/doors.h"
#include "server/process_memory.h"
#include "server/purger.h"
#include "server/server_metrics.h"
#include "server/signals.h"
#include "types/data_set.h"

namespace server {

class House final : private commands::Host {
 public:
  // `settings` are loaded and outlive it, as does `fs`, which holds the data.
  // `config_file` may be empty.
  House(base::Settings* settings, std::string config_file,
        base::FileSystem* fs = base::PosixFileSystem());
  ~House() override;
  House(const House&) = delete;
  House& operator=(const House&) = delete;

  // Opens the data and listens. Errors are for the user: one sentence that
  // names what is wrong.
  base::Status Open();
  // Serves until it is told to shut down; the exit code.
  int Run();

 private:
  // --- commands::Host.
  base::Status Reload() override;
  void Shutdown(const commands::ShutdownOptions& options) override;
  void AbortShutdown() override;
  base::Status RewriteConfig() override;
  commands::Traffic traffic() const override;
  void ResetTraffic() override { frontend_.ResetStats(); }

  base::Status OpenEngine();
  void FindCheckpoint();
  base::Status ListenTcp();
  base::Status ListenUnix();
  base::Status ListenAdmin();
  void Announce() const;
  base::Status ApplyChange(const base::SettingChange& change);
  void ApplyMemoryBudget();
  void Chores();
  // Deletes keys whose time is up: a slice at a time, for a part of the time.
  void Expire();
  void GoOnShuttingDown();

  // Immutable.
  base::Settings* const settings_;
  const std::string config_file_;
  base::FileSystem* const fs_;
  base::Clock* const clock_ = base::SystemClock();

  // Loop-bound, in the order of building.
  net::Loop loop_;
  std::unique_ptr<lsm::Engine> engine_;
  types::DataSet data_;
  commands::Sessions sessions_;
  commands::Statistics statistics_;
  commands::Rules rules_;
  commands::Server server_;
  commands::Table table_;
  commands::Dispatcher dispatcher_;
  EngineLog log_;
  SessionExecutor executor_;
  net::Frontend frontend_;
  ServerMetrics metrics_;
  std::unique_ptr<admin::HttpServer> admin_;
  net::Timer chores_timer_;
  net::Timer shutdown_timer_;
  Signals signals_;
  bool shutting_down_ = false;
  bool synced_ = false;
  int64_t shutdown_until_ms_ = 0;
  OtherMemory other_memory_;
  Purger purger_;
  int defrag_percent_ = 0;
  // Of keys whose time is up: what they took since the last chores, and whether
  // the next slice is on its way.
  int64_t expire_us_ = 0;
  bool expire_posted_ = false;
};

}  // namespace server
