// The reply of a HELP subcommand: an array of lines, with the first and the
// last ones that all of them share.
//
// Threads: any.

#pragma once

#include <span>
#include <string_view>

#include "resp/writer.h"

namespace commands {

// `command` is in capitals; `lines` are what stands between.
void WriteHelp(resp::Writer& reply, std::string_view command,
               std::span<const std::string_view> lines);

}  // namespace commands
