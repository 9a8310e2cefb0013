// What COMMAND DOCS says: transactions.
// The notation is drawn in command_docs.h.

#include "commands/command_docs.h"

namespace commands {
namespace {

// (clang-format 14 fails on rows of unequal length.)
// clang-format off
// name, since, complexity, summary, arguments[, deprecated since, replaced by]
constexpr CommandDoc kTransactionsDocs[] = {
    {"discard", "2.0.0", "O(n) in the queued commands",
     "Forgets the queued commands.",
     ""},
    {"exec", "1.2.0", "Depends on the queued commands.",
     "Runs the queued commands as one step.",
     ""},
    {"multi", "1.2.0", "O(1)",
     "Begins a transaction.",
     ""},
    {"unwatch", "2.2.0", "O(n) in the watched keys",
     "Forgets all watched keys.",
     ""},
    {"watch", "2.2.0", "O(n) in the keys",
     "Makes the next EXEC depend on these keys staying as they are.",
     "key:key0*"},
};
// clang-format on

}  // namespace

std::span<const CommandDoc> TransactionsDocs() { return kTransactionsDocs; }

}  // namespace commands
