// Commands on connections and the server. Those that are never spoiled would
// stop or block a server, or change what later replies depend on, if a word
// were another.

#include "compare/recipes.h"

namespace compare {
namespace {

constexpr Spoiling kNever = Spoiling::kNever;

// clang-format off
constexpr Recipe kServiceRecipes[] = {
    // Connections.
    {15, "PING [<value>]"},
    {10, "ECHO <value>"},
    {3, "QUIT"},
    {6, "RESET"},
    {3, "HELLO [2 | 3 | 4 | <junk>]"},
    {2, "HELLO (2 | 3) [AUTH default <junk>]"},
    {2, "HELLO [2 | 3] [AUTH default x] SETNAME <name>", kNever},
    {5, "AUTH [default | <junk>] <junk>"},
    {4, "CLIENT ID"},
    {6, "CLIENT GETNAME"},
    {8, "CLIENT SETNAME <name>"},
    {5, "CLIENT INFO"},
    {3, "CLIENT LIST [TYPE (normal | master | replica | pubsub | <junk>)]"},
    {3, "CLIENT LIST ID [<client-id>...]", kNever},
    {3, "CLIENT KILL <client-address>"},
    {6, "CLIENT KILL [ID <client-id>] [ADDR <client-address>] "
        "[LADDR 1.2.3.4:5] [TYPE (normal | pubsub | replica | <junk>)] "
        "[USER (default | <junk>)] [SKIPME (yes | no | <junk>)]", kNever},
    {3, "CLIENT NO-EVICT (ON | OFF | <junk>)"},
    {2, "CLIENT PAUSE (0 | 1 | 3 | -1 | abc) [WRITE | ALL | x]", kNever},
    {1, "CLIENT PAUSE [1 WRITE 1]", kNever},
    {2, "CLIENT REPLY [ON | <junk>]", kNever},
    {3, "CLIENT UNPAUSE"},
    {2, "CLIENT (HELP | <junk>) [<junk>]"},

    // What commands there are.
    {1, "COMMAND"},
    {2, "COMMAND COUNT"},
    {4, "COMMAND INFO <command>..."},
    {3, "COMMAND DOCS <command>..."},
    {3, "COMMAND LIST [FILTERBY (MODULE <junk> | ACLCAT <category> | "
        "PATTERN <pattern>)]"},
    {6, "COMMAND GETKEYS <request>"},
    {4, "COMMAND GETKEYSANDFLAGS <request>"},
    {1, "COMMAND (HELP | <junk>)"},
    {10, "<unknown> [<value>...]"},

    // Settings.
    {8, "CONFIG GET <setting>..."},
    {4, "CONFIG GET <setting-pattern>"},
    {3, "CONFIG SET hash-max-listpack-entries (128 | 64 | -1 | abc)", kNever},
    {2, "CONFIG SET hash-max-ziplist-entries (128 | 12 | 1k)", kNever},
    {2, "CONFIG SET maxmemory-policy (noeviction | allkeys-lru | "
        "allkeys-lfu | volatile-ttl | <junk>)", kNever},
    {2, "CONFIG SET maxmemory (0 | 100gb | 1tb | 12x)", kNever},
    {2, "CONFIG SET timeout (0 | 1000000 | -1)", kNever},
    {1, "CONFIG SET databases (16 | 3)", kNever},
    {2, "CONFIG SET slowlog-log-slower-than (10000 | -1) "
        "hash-max-listpack-value (64 | abc | 65)", kNever},
    {1, "CONFIG SET lazyfree-lazy-user-flush (yes | no | maybe)", kNever},
    {1, "CONFIG SET notify-keyspace-events (KEA | <junk>)", kNever},
    {1, "CONFIG SET notify-keyspace-events <junk>", kNever},
    {1, "CONFIG SET hz (10 | 100 | 1000 | x)", kNever},
    {1, "CONFIG SET loglevel (notice | warning | loud)", kNever},
    {1, "CONFIG SET client-output-buffer-limit (<junk> | "
        "pubsub)", kNever},
    {1, "CONFIG SET nothing-like-this 1", kNever},
    {1, "CONFIG SET timeout 0 (timeout | TIMEOUT) 0", kNever},
    {1, "CONFIG SET [hash-max-listpack-entries 128] "
        "[hash-max-ziplist-entries (12 | abc)] [timeout 0]", kNever},
    {1, "CONFIG SET [timeout [0 timeout]]", kNever},
    {1, "CONFIG SET save (abc | 900 | 0)", kNever},
    {1, "CONFIG SET maxclients (10000 | 0 | x)", kNever},
    {1, "CONFIG SET proto-max-bulk-len (512mb | 1 | x)", kNever},
    {1, "CONFIG SET client-query-buffer-limit (1gb | 1 | x)", kNever},
    {1, "CONFIG SET latency-tracking-info-percentiles (101 | x)", kNever},
    {1, "CONFIG SET oom-score-adj-values (1 | x)", kNever},
    {1, "CONFIG SET (appendonly maybe | loglevel | hz)", kNever},
    {1, "CONFIG (HELP | REWRITE | RESETSTAT | <junk>) [<junk>]", kNever},

    // The server.
    {5, "INFO [<section>...]"},
    {4, "TIME"},
    {3, "LASTSAVE"},
    {3, "ROLE"},
    {3, "WAIT (0 | 1 | -1 | x) (1 | 2 | -1 | x)", kNever},
    {1, "WAIT [0 [1 1]]", kNever},
    {1, "WAIT 0 9223372036854775807", kNever},
    {2, "LOLWUT [VERSION (5 | 6 | 7 | x) [<index>...]]"},
    {1, "SAVE [x]", kNever},
    {1, "BGSAVE [SCHEDULE | x]", kNever},
    {3, "SHUTDOWN (ABORT | ABORT (NOSAVE | NOW | x) | x | SAVE NOSAVE | "
        "(NOSAVE | SAVE | NOW | FORCE) x | FORCE ABORT)", kNever},
    {10, "DEBUG DIGEST-VALUE <key>..."},
    {6, "DEBUG OBJECT <key> [FAST | <junk>]"},
    {6, "DEBUG PROTOCOL (string | integer | double | null | array | set | "
        "map | attrib | push | verbatim | true | false | bignum | <junk>)"},
    {2, "DEBUG SLEEP (0 | 0.001 | x)", kNever},
    {2, "DEBUG SET-ACTIVE-EXPIRE (0 | 1)", kNever},
    {2, "DEBUG (HELP | <junk>)", kNever},
    {2, "DEBUG ERROR [<value>] [x]", kNever},
    {1, "DEBUG LOG [<name>]", kNever},
    {1, "DEBUG (DIGEST | RELOAD | SLEEP | OBJECT | SET-ACTIVE-EXPIRE) x x",
     kNever},
    {2, "SLOWLOG (LEN | RESET | HELP | GET (0 | -2 | x | 0 1) | x | LEN x)",
     kNever},
    {2, "CLUSTER (INFO | MYID | NODES | SLOTS | SHARDS | LINKS | HELP | "
        "KEYSLOT <key> | COUNTKEYSINSLOT <int> | GETKEYSINSLOT 1 <int> | "
        "<junk>)"},
    {1, "MODULE (LIST | HELP | <junk>)"},
};
// clang-format on

}  // namespace

std::span<const Recipe> ServiceRecipes() { return kServiceRecipes; }

}  // namespace compare
