// What the settings mean: pure functions from the table of settings to the
// plain option structs of the floors below.
//
// Threads: any; the settings belong to the caller.

#pragma once

#include <string>
#include <vector>

#include "base/log.h"
#include "base/settings.h"
#include "commands/server.h"
#include "lsm/options.h"
#include "net/shared.h"
#include "server/defragmentation.h"
#include "types/data_set.h"

namespace server {

// The budget of `maxmemory`; 0 there means half of what the machine has.
uint64_t MemoryBudget(const base::Settings& settings);

// Everything of lsm::Options that settings decide; the callbacks are not.
void ConfigureEngine(const base::Settings& settings, lsm::Options* options);
lsm::SyncPolicy SyncPolicyOf(const base::Settings& settings);
types::DataLimits DataLimitsOf(const base::Settings& settings);
void ConfigureNetwork(const base::Settings& settings, net::Limits* limits);
void ConfigureRules(const base::Settings& settings, commands::Rules* rules);
void ConfigureSlowLog(const base::Settings& settings,
                      commands::SlowLog* slow_log);
DefragSettings DefragSettingsOf(const base::Settings& settings);
commands::SaveSettings SaveSettingsOf(const base::Settings& settings);
base::LogLevel LogLevelOf(const base::Settings& settings);

}  // namespace server
