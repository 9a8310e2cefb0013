// What COMMAND INFO says about a row, for programs: arity, flags, ACL
// categories, where the keys are. All of it follows from the row.
//
// Threads: any.

#pragma once

#include <cstdint>
#include <string_view>

#include "commands/command.h"
#include "commands/statistics.h"
#include "resp/writer.h"

namespace commands {

// The array of ten that describes a command, its subcommands inside.
void WriteCommandInfo(const CommandEntry& entry, resp::Writer& reply);

// `category` as in "@string", without the "@".
bool HasCategory(const CommandSpec& spec, std::string_view category);

// The names of KeyFlags as a set.
void WriteKeyFlags(uint16_t flags, resp::Writer& reply);

}  // namespace commands
