#include "commands/help.h"

#include "base/strings.h"

namespace commands {

void WriteHelp(resp::Writer& reply, std::string_view command,
               std::span<const std::string_view> lines) {
  reply.Array(lines.size() + 3);
  reply.Simple(base::StrCat(
      command, " <subcommand> [<arg> [value] [opt] ...]. Subcommands are:"));
  for (const std::string_view line : lines) reply.Simple(line);
  reply.Simple("HELP");
  reply.Simple("    Prints this help.");
}

}  // namespace commands
