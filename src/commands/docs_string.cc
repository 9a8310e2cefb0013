// What COMMAND DOCS says: strings.
// The notation is drawn in command_docs.h.

#include "commands/command_docs.h"

namespace commands {
namespace {

// (clang-format 14 fails on rows of unequal length.)
// clang-format off
// name, since, complexity, summary, arguments[, deprecated since, replaced by]
constexpr CommandDoc kStringDocs[] = {
    {"append", "2.0.0", "O(1) amortized",
     "Adds bytes to the end of a string, creating it if there is none.",
     "key:key0 value"},
    {"decr", "1.0.0", "O(1)",
     "Takes one from the integer in a key; a missing key counts as 0.",
     "key:key0"},
    {"decrby", "1.0.0", "O(1)",
     "Takes a number from the integer in a key; a missing key counts as 0.",
     "key:key0 decrement:integer"},
    {"get", "1.0.0", "O(1)",
     "Returns the string in a key.",
     "key:key0"},
    {"getdel", "6.2.0", "O(1)",
     "Returns the string in a key and deletes the key.",
     "key:key0"},
    {"getex", "6.2.0", "O(1)",
     "Returns the string in a key and sets or removes its time of death.",
     "key:key0 [expiration{EX=seconds:integer|PX=milliseconds:integer|"
     "EXAT=unix-time-seconds:unix-time|"
     "PXAT=unix-time-milliseconds:unix-time|PERSIST}]"},
    {"getrange", "2.4.0", "O(n) in the bytes returned",
     "Returns the part of a string between two positions.",
     "key:key0 start:integer end:integer"},
    {"getset", "1.0.0", "O(1)",
     "Sets a key and returns the string it held before.",
     "key:key0 value",
     "6.2.0", "`SET` with the `!GET` argument"},
    {"incr", "1.0.0", "O(1)",
     "Adds one to the integer in a key; a missing key counts as 0.",
     "key:key0"},
    {"incrby", "1.0.0", "O(1)",
     "Adds a number to the integer in a key; a missing key counts as 0.",
     "key:key0 increment:integer"},
    {"incrbyfloat", "2.6.0", "O(1)",
     "Adds a floating point number to the one in a key; a missing key "
     "counts as 0.",
     "key:key0 increment:double"},
    {"lcs", "7.0.0", "O(n*m) in the lengths of the two strings",
     "Finds the longest common subsequence of two strings.",
     "key1:key0 key2:key0 [LEN] [IDX] [MINMATCHLEN=len:integer] "
     "[WITHMATCHLEN]"},
    {"mget", "1.0.0", "O(n) in the keys",
     "Returns the strings in several keys.",
     "key:key0*"},
    {"mset", "1.0.1", "O(n) in the keys",
     "Sets several keys as one step.",
     "key_value(key:key0 value)*"},
    {"msetnx", "1.0.1", "O(n) in the keys",
     "Sets several keys as one step, or none if one of them exists.",
     "key_value(key:key0 value)*"},
    {"psetex", "2.6.0", "O(1)",
     "Sets a key together with a time to live in milliseconds.",
     "key:key0 milliseconds:integer value"},
    {"set", "1.0.0", "O(1)",
     "Sets a key to a string, whatever it held before.",
     "key:key0 value [condition{NX|XX}@2.6.12] [GET@6.2.0] "
     "[expiration{EX=seconds:integer@2.6.12|PX=milliseconds:integer@2.6.12|"
     "EXAT=unix-time-seconds:unix-time@6.2.0|"
     "PXAT=unix-time-milliseconds:unix-time@6.2.0|KEEPTTL@6.0.0}]"},
    {"setex", "2.0.0", "O(1)",
     "Sets a key together with a time to live in seconds.",
     "key:key0 seconds:integer value"},
    {"setnx", "1.0.0", "O(1)",
     "Sets a key only if it does not exist.",
     "key:key0 value"},
    {"setrange", "2.2.0", "O(n) in the length of the string",
     "Overwrites part of a string, growing it with zero bytes if needed.",
     "key:key0 offset:integer value"},
    {"strlen", "2.2.0", "O(1)",
     "Returns the length of a string in bytes.",
     "key:key0"},
    {"substr", "1.0.0", "O(n) in the bytes returned",
     "Returns the part of a string between two positions; the old name of "
     "GETRANGE.",
     "key:key0 start:integer end:integer",
     "2.0.0", "`GETRANGE`"},
};
// clang-format on

}  // namespace

std::span<const CommandDoc> StringDocs() { return kStringDocs; }

}  // namespace commands
