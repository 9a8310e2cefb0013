// What COMMAND DOCS says: the cluster that this server is not part of.
// The notation is drawn in command_docs.h.

#include "commands/command_docs.h"

namespace commands {
namespace {

// (clang-format 14 fails on rows of unequal length.)
// clang-format off
// name, since, complexity, summary, arguments[, deprecated since, replaced by]
constexpr CommandDoc kClusterDocs[] = {
    {"cluster", "3.0.0", "Depends on the subcommand.",
     "Holds the commands about a cluster, which this server is not part of.",
     ""},
    {"cluster|countkeysinslot", "3.0.0", "O(1)",
     "Counts the keys of a hash slot.",
     "slot:integer"},
    {"cluster|getkeysinslot", "3.0.0", "O(1)",
     "Returns keys of a hash slot.",
     "slot:integer count:integer"},
    {"cluster|help", "5.0.0", "O(1)",
     "Lists the subcommands of CLUSTER.",
     ""},
    {"cluster|info", "3.0.0", "O(1)",
     "Describes the state of the cluster.",
     ""},
    {"cluster|keyslot", "3.0.0", "O(1)",
     "Returns the hash slot of a key.",
     "key"},
    {"cluster|links", "7.0.0", "O(1)",
     "Describes the connections between nodes.",
     ""},
    {"cluster|myid", "3.0.0", "O(1)",
     "Returns the id of the node.",
     ""},
    {"cluster|nodes", "3.0.0", "O(1)",
     "Describes the nodes of the cluster.",
     ""},
    {"cluster|shards", "7.0.0", "O(1)",
     "Describes the shards of the cluster.",
     ""},
    {"cluster|slots", "3.0.0", "O(1)",
     "Describes which node has which hash slots.",
     "",
     "7.0.0", "`CLUSTER SHARDS`"},
};
// clang-format on

}  // namespace

std::span<const CommandDoc> ClusterDocs() { return kClusterDocs; }

}  // namespace commands
