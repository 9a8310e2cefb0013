#include "commands/table.h"

namespace commands {

// A family that is not named here does not exist. (Rows that registered
// themselves could be dropped by the linker, and nobody could find who calls
// them.)
Families AllFamilies() {
  static const std::span<const CommandSpec> kFamilies[] = {
      ClientCommands(),      ClusterCommands(),    CommandCommands(),
      ConfigCommands(),      ConnectionCommands(), DatabaseCommands(),
      DebugCommands(),       ExpiryCommands(),     KeyCommands(),
      ObjectCommands(),      SaveCommands(),       ScanCommands(),
      ServerCommands(),      SlowLogCommands(),    StringCommands(),
      TransactionCommands(), WaitCommands(),
  };
  return kFamilies;
}

}  // namespace commands
