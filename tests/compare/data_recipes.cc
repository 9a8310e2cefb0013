// Commands on keys and their values.

#include "compare/recipes.h"

namespace compare {
namespace {

// clang-format off
constexpr Recipe kDataRecipes[] = {
    // Strings.
    {80, "SET <key> <value>"},
    {80, "SET <key> <value> [NX | XX] [GET] [EX <seconds> | PX <millis> | "
         "EXAT <time> | PXAT <time-ms> | KEEPTTL]"},
    {90, "GET <key>"},
    {30, "GETSET <key> <value>"},
    {30, "GETDEL <key>"},
    {50, "GETEX <key> [EX <seconds> | PX <millis> | EXAT <time> | "
         "PXAT <time-ms> | PERSIST]"},
    {40, "MGET <key>..."},
    {30, "MSET (<key> <value>)..."},
    {15, "MSETNX (<key> <value>)..."},
    {20, "SETNX <key> <value>"},
    {20, "SETEX <key> <seconds> <value>"},
    {20, "PSETEX <key> <millis> <value>"},
    {40, "APPEND <key> <value>"},
    {30, "STRLEN <key>"},
    {30, "GETRANGE <key> <index> <index>"},
    {10, "SUBSTR <key> <index> <index>"},
    {40, "SETRANGE <key> <offset> <value>"},
    {15, "MSET (<text> <letters>)..."},
    {30, "LCS <text> <text> [LEN] [IDX] [MINMATCHLEN <index>] [WITHMATCHLEN]"},

    // Numbers.
    {20, "SET <counter> <int>"},
    {10, "SET <counter> <float>"},
    {20, "INCR <counter>"},
    {20, "DECR <counter>"},
    {30, "INCRBY <counter> <int>"},
    {30, "DECRBY <counter> <int>"},
    {40, "INCRBYFLOAT <counter> <float>"},
    {10, "INCR <key>"},
    {10, "INCRBYFLOAT <key> <float>"},
    {10, "GET <counter>"},

    // Keys.
    {40, "DEL <key>..."},
    {20, "UNLINK <key>..."},
    {30, "EXISTS <key>..."},
    {15, "TOUCH <key>..."},
    {15, "TYPE <key>"},
    {25, "RENAME <key> <key>"},
    {20, "RENAMENX <key> <key>"},
    {40, "COPY <key> <key> [DB <db>] [REPLACE]"},
    {30, "MOVE <key> <db>"},
    {25, "OBJECT ENCODING <key>"},
    {20, "OBJECT REFCOUNT <key>"},
    {10, "OBJECT IDLETIME <key>"},
    {10, "OBJECT FREQ <key>"},
    {2, "OBJECT (HELP | <junk>) [<key>]"},
    {10, "KEYS <pattern>"},
    {10, "SCAN <int> [MATCH <pattern>] [COUNT <int>] [TYPE (string | list | "
         "<junk>)]"},
    {15, "SCAN 0 [MATCH <pattern>] COUNT 1000"},
    {10, "RANDOMKEY"},

    // Times of death.
    {40, "EXPIRE <key> <seconds> [NX | XX] [GT | LT]"},
    {25, "PEXPIRE <key> <millis> [NX | XX] [GT | LT]"},
    {25, "EXPIREAT <key> <time> [NX | XX] [GT | LT]"},
    {25, "PEXPIREAT <key> <time-ms> [NX | XX] [GT | LT]"},
    {20, "TTL <key>"},
    {20, "PTTL <key>"},
    {15, "EXPIRETIME <key>"},
    {15, "PEXPIRETIME <key>"},
    {25, "PERSIST <key>"},

    // Databases.
    {30, "SELECT <db>"},
    {10, "DBSIZE"},
    {3, "SWAPDB <db> <db>"},
    {1, "FLUSHDB [ASYNC | SYNC]"},
    {1, "FLUSHALL [ASYNC | SYNC]"},

    // Transactions. (In a MULTI the generator ends it soon.)
    {50, "MULTI"},
    {6, "EXEC"},
    {3, "DISCARD"},
    {30, "WATCH <key>..."},
    {5, "UNWATCH"},
};
// clang-format on

}  // namespace

std::span<const Recipe> DataRecipes() { return kDataRecipes; }

}  // namespace compare
