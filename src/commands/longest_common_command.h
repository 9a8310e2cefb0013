// LCS, the one string command with a form of its own; its row stands with the
// others in string_commands.cc.
//
// Threads: loop-bound.

#pragma once

#include "base/status.h"
#include "commands/command.h"

namespace commands {

// LCS key key [LEN | IDX [MINMATCHLEN n] [WITHMATCHLEN]]
base::Status LongestCommon(Call& call);

}  // namespace commands
