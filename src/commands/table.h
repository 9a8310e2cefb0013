// Table finds the row of a command by its name, in any case, and keeps the
// statistics of each.
//
// The families are named once, in families.cc. Looking up hashes the name with
// its letters folded and compares it in place: nothing is copied.
//
// Threads: loop-bound.

#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "commands/command.h"
#include "commands/statistics.h"

namespace commands {

// One function per family, in its file.
std::span<const CommandSpec> StringCommands();
std::span<const CommandSpec> KeyCommands();
std::span<const CommandSpec> ExpiryCommands();
std::span<const CommandSpec> ScanCommands();
std::span<const CommandSpec> DatabaseCommands();
std::span<const CommandSpec> ObjectCommands();
std::span<const CommandSpec> TransactionCommands();
std::span<const CommandSpec> ConnectionCommands();
std::span<const CommandSpec> ClientCommands();
std::span<const CommandSpec> ServerCommands();
std::span<const CommandSpec> SaveCommands();
std::span<const CommandSpec> WaitCommands();
std::span<const CommandSpec> SlowLogCommands();
std::span<const CommandSpec> ClusterCommands();
std::span<const CommandSpec> ConfigCommands();
std::span<const CommandSpec> DebugCommands();
std::span<const CommandSpec> CommandCommands();

using Families = std::span<const std::span<const CommandSpec>>;
// All of them.
Families AllFamilies();

class Table {
 public:
  explicit Table(Families families);
  Table(const Table&) = delete;
  Table& operator=(const Table&) = delete;

  // Null when there is no such command; of commands with subcommands, the
  // row that holds them.
  CommandEntry* Find(std::string_view name);
  // Null when `parent` has no such subcommand.
  CommandEntry* FindSub(const CommandEntry& parent, std::string_view name);
  // "object|encoding" or "get", as CLIENT KILL and COMMAND INFO write it.
  CommandEntry* FindFullName(std::string_view name);

  // Every row in order of name, each followed by its subcommands. Pointers to
  // entries stay good as long as the table.
  std::span<CommandEntry> entries() { return entries_; }
  // Rows without subcommands' rows: COMMAND COUNT.
  size_t count() const { return count_; }
  void ResetStatistics();

 private:
  void Link(size_t index);

  std::vector<CommandEntry> entries_;
  size_t count_ = 0;
  std::vector<uint16_t> slots_;  // open addressing: index + 1, or 0
  uint32_t slot_mask_ = 0;
};

}  // namespace commands
