// EngineStats is the engine's numbers as the floors above know them: commands
// speak of the data set, never of the engine under it.
//
// Threads: a value.

#pragma once

#include "lsm/stats.h"

namespace types {

using EngineStats = lsm::Stats;
using lsm::kPauseNames;

}  // namespace types
