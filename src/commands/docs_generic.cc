// What COMMAND DOCS says: keys of every type.
// The notation is drawn in command_docs.h.

#include "commands/command_docs.h"

namespace commands {
namespace {

// (clang-format 14 fails on rows of unequal length.)
// clang-format off
// name, since, complexity, summary, arguments[, deprecated since, replaced by]
constexpr CommandDoc kGenericDocs[] = {
    {"copy", "6.2.0", "O(1) for strings, O(n) for collections",
     "Copies the value of a key, with its time of death, to another key.",
     "source:key0 destination:key1 [DB=destination-db:integer] [REPLACE]"},
    {"del", "1.0.0", "O(n) in the keys, whatever their size",
     "Deletes keys.",
     "key:key0*"},
    {"exists", "1.0.0", "O(n) in the keys",
     "Counts how many of the keys exist.",
     "key:key0*"},
    {"expire", "1.0.0", "O(1)",
     "Sets the time to live of a key in seconds.",
     "key:key0 seconds:integer [condition{NX|XX|GT|LT}@7.0.0]"},
    {"expireat", "1.2.0", "O(1)",
     "Sets the time of death of a key as a Unix time in seconds.",
     "key:key0 unix-time-seconds:unix-time [condition{NX|XX|GT|LT}@7.0.0]"},
    {"expiretime", "7.0.0", "O(1)",
     "Returns the time of death of a key as a Unix time in seconds.",
     "key:key0"},
    {"keys", "1.0.0", "O(n) in the keys that share the pattern's literal beginning",
     "Returns all keys that match a pattern.",
     "pattern:pattern"},
    {"move", "1.0.0", "O(1)",
     "Moves a key to another database.",
     "key:key0 db:integer"},
    {"object", "2.2.3", "Depends on the subcommand.",
     "Holds the commands that look into how a value is kept.",
     ""},
    {"object|encoding", "2.2.3", "O(1)",
     "Names the encoding that the value of a key has in Redis.",
     "key:key0"},
    {"object|freq", "4.0.0", "O(1)",
     "Returns how often a key is used, under an LFU policy.",
     "key:key0"},
    {"object|help", "6.2.0", "O(1)",
     "Lists the subcommands of OBJECT.",
     ""},
    {"object|idletime", "2.2.3", "O(1)",
     "Returns for how many seconds a key has not been used.",
     "key:key0"},
    {"object|refcount", "2.2.3", "O(1)",
     "Returns the number of references to the value of a key.",
     "key:key0"},
    {"persist", "2.2.0", "O(1)",
     "Takes the time of death from a key.",
     "key:key0"},
    {"pexpire", "2.6.0", "O(1)",
     "Sets the time to live of a key in milliseconds.",
     "key:key0 milliseconds:integer [condition{NX|XX|GT|LT}@7.0.0]"},
    {"pexpireat", "2.6.0", "O(1)",
     "Sets the time of death of a key as a Unix time in milliseconds.",
     "key:key0 unix-time-milliseconds:unix-time [condition{NX|XX|GT|"
     "LT}@7.0.0]"},
    {"pexpiretime", "7.0.0", "O(1)",
     "Returns the time of death of a key as a Unix time in milliseconds.",
     "key:key0"},
    {"pttl", "2.6.0", "O(1)",
     "Returns the time that a key has left to live, in milliseconds.",
     "key:key0"},
    {"randomkey", "1.0.0", "O(log n)",
     "Returns one of the keys, chosen at random.",
     ""},
    {"rename", "1.0.0", "O(1)",
     "Gives a key another name, replacing what has that name.",
     "key:key0 newkey:key1"},
    {"renamenx", "1.0.0", "O(1)",
     "Gives a key another name, if nothing has that name.",
     "key:key0 newkey:key1"},
    {"scan", "2.8.0", "O(1) for each call, O(n) for a whole walk",
     "Walks through the keys in steps.",
     "cursor:integer [MATCH=pattern:pattern] [COUNT=count:integer] "
     "[TYPE=type@6.0.0]"},
    {"touch", "3.2.1", "O(n) in the keys",
     "Marks keys as just used, and counts those that exist.",
     "key:key0*"},
    {"ttl", "1.0.0", "O(1)",
     "Returns the time that a key has left to live, in seconds.",
     "key:key0"},
    {"type", "1.0.0", "O(1)",
     "Names the type of the value in a key.",
     "key:key0"},
    {"unlink", "4.0.0", "O(n) in the keys, whatever their size",
     "Deletes keys; the same as DEL, which does not wait for memory either.",
     "key:key0*"},
    {"wait", "3.0.0", "O(1)",
     "Waits until enough replicas have the writes of this connection.",
     "numreplicas:integer timeout:integer"},
    {"waitaof", "7.2.0", "O(1)",
     "Waits until the writes of this connection are on stable storage.",
     "numlocal:integer numreplicas:integer timeout:integer"},
};
// clang-format on

}  // namespace

std::span<const CommandDoc> GenericDocs() { return kGenericDocs; }

}  // namespace commands
