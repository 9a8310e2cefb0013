// What verify and repair both need: a directory that nobody else has open,
// and what the engine must know of Redis's rows.
//
// Threads: any.

#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "base/file_system.h"
#include "base/status.h"
#include "lsm/check.h"
#include "lsm/options.h"

namespace inspect {

// Held while the result lives. A directory without a LOCK file was never
// opened, or is a copy: there is nothing to hold, and nothing is created.
base::Result<std::unique_ptr<base::FileLock>> LockDirectory(
    const std::string& directory);

lsm::Options OptionsFor(const std::string& directory);

// What a head row adds to the counters of its database.
void CountRow(std::string_view key, std::string_view value,
              const lsm::CheckRequest::AddCount& add);

}  // namespace inspect
