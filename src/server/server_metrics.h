// ServerMetrics is what GET /metrics shows: the numbers of all floors in
// Prometheus's text format. The engine's are copied once per scrape.
//
// Threads: loop-bound.

#pragma once

#include <memory>
#include <string>

#include "base/metrics.h"
#include "commands/sessions.h"
#include "commands/statistics.h"
#include "commands/table.h"
#include "lsm/engine.h"
#include "net/frontend.h"
#include "net/loop.h"

namespace server {

class ServerMetrics {
 public:
  struct Sources {
    // The engine may be exchanged for another between two scrapes.
    const std::unique_ptr<lsm::Engine>& engine;
    const commands::Sessions& sessions;
    const commands::Statistics& statistics;
    const net::Frontend& frontend;
    const net::Loop& loop;
  };
  // Everything in `sources`, and the table, outlives it.
  ServerMetrics(const Sources& sources, commands::Table* table);

  std::string Render();

 private:
  void AddEngine();
  void AddLevels();
  void AddPauses();
  void AddTraffic();
  void AddCommands(commands::Table* table);
  template <typename Read>
  void Count(std::string_view name, std::string_view help, Read read);
  template <typename Read>
  void Show(std::string_view name, std::string_view help, Read read);

  const Sources sources_;
  lsm::Stats engine_;  // as of this scrape
  base::Registry registry_;
};

}  // namespace server
