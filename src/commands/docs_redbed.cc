// What COMMAND DOCS says: what only Redbed has.
// The notation is drawn in command_docs.h.

#include "commands/command_docs.h"

namespace commands {
namespace {

// (clang-format 14 fails on rows of unequal length.)
// clang-format off
// name, since, complexity, summary, arguments[, deprecated since, replaced by]
constexpr CommandDoc kRedbedDocs[] = {
    {"redbed.compact", "0.1.0", "O(n) in the bytes on disk",
     "Merges all tables down to the bottom level and waits for it.",
     ""},
    {"redbed.flush", "0.1.0", "O(n) in the bytes not yet in tables",
     "Moves everything in memory to tables and waits for it.",
     ""},
};
// clang-format on

}  // namespace

std::span<const CommandDoc> RedbedDocs() { return kRedbedDocs; }

}  // namespace commands
