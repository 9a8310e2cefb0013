// What COMMAND DOCS says: connections.
// The notation is drawn in command_docs.h.

#include "commands/command_docs.h"

namespace commands {
namespace {

// (clang-format 14 fails on rows of unequal length.)
// clang-format off
// name, since, complexity, summary, arguments[, deprecated since, replaced by]
constexpr CommandDoc kConnectionDocs[] = {
    {"auth", "1.0.0", "O(1)",
     "Proves who the connection belongs to.",
     "[username@6.0.0] password"},
    {"client", "2.4.0", "Depends on the subcommand.",
     "Holds the commands about connections.",
     ""},
    {"client|getname", "2.6.9", "O(1)",
     "Returns the name of the connection.",
     ""},
    {"client|help", "5.0.0", "O(1)",
     "Lists the subcommands of CLIENT.",
     ""},
    {"client|id", "5.0.0", "O(1)",
     "Returns the number of the connection, which is never used twice.",
     ""},
    {"client|info", "6.2.0", "O(1)",
     "Describes the connection.",
     ""},
    {"client|kill", "2.4.0", "O(n) in the connections",
     "Closes connections.",
     "filter{ip:port!2.8.12|new-format{[ID=client-id:integer@2.8.12]|"
     "[TYPE=normal_master_slave_pubsub{NORMAL|MASTER@3.2.0|SLAVE|"
     "REPLICA@5.0.0|PUBSUB}@2.8.12]|[USER=username]|[ADDR=ip:port]|"
     "[LADDR=ip:port@6.2.0]|[SKIPME=yes/no]}*}"},
    {"client|list", "2.4.0", "O(n) in the connections",
     "Describes all connections.",
     "[TYPE=normal_master_replica_pubsub{NORMAL|MASTER|REPLICA|"
     "PUBSUB}@5.0.0] [ID=id(client-id:integer*)@6.2.0]"},
    {"client|no-evict", "7.0.0", "O(1)",
     "Keeps the connection from being closed for want of memory.",
     "enabled{ON|OFF}"},
    {"client|no-touch", "7.2.0", "O(1)",
     "Chooses whether the commands of this connection count as uses of "
     "their keys.",
     "enabled{ON|OFF}"},
    {"client|pause", "2.9.50", "O(1)",
     "Holds back the commands of all connections, or only their writes, for "
     "a while.",
     "timeout:integer [mode{WRITE|ALL}@6.2.0]"},
    {"client|reply", "3.2.0", "O(1)",
     "Chooses whether the server answers this connection.",
     "on_off_skip{ON|OFF|SKIP}"},
    {"client|setinfo", "7.2.0", "O(1)",
     "Notes the name or version of the client library.",
     "attr{LIB-NAME=libname|LIB-VER=libver}"},
    {"client|setname", "2.6.9", "O(1)",
     "Gives the connection a name.",
     "connection-name"},
    {"client|unpause", "6.2.0", "O(n) in the connections",
     "Ends a CLIENT PAUSE.",
     ""},
    {"echo", "1.0.0", "O(1)",
     "Returns its argument.",
     "message"},
    {"hello", "6.0.0", "O(1)",
     "Greets the server: chooses the protocol, and may authenticate and "
     "name the connection.",
     "[arguments(protover:integer [AUTH=username_password(username "
     "password)] [SETNAME=clientname])]"},
    {"ping", "1.0.0", "O(1)",
     "Returns PONG, or its argument.",
     "[message]"},
    {"quit", "1.0.0", "O(1)",
     "Closes the connection.",
     ""},
    {"reset", "6.2.0", "O(1)",
     "Puts the connection back to the state of a new one.",
     ""},
    {"select", "1.0.0", "O(1)",
     "Changes the database that the connection works on.",
     "index:integer"},
};
// clang-format on

}  // namespace

std::span<const CommandDoc> ConnectionDocs() { return kConnectionDocs; }

}  // namespace commands
