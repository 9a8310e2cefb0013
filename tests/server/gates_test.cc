// Gates in a whole server: while the log's writes are under way, no byte
// leaves of a reply that shows what they hold; once they are done, it does.
//
// Nothing here waits for time to pass. That the server has executed what it
// was sent is known from others: a PING on a connection of its own is
// answered after every event of its tick, and a second one when that tick has
// ended and every reply that might leave has left.

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "server/running_house.h"

namespace server {
namespace {

struct Look {
  std::string line;
  std::string reply;
};

class ServerGates : public testing::Test {
 protected:
  ServerGates() { witness_.Expect("SELECT 9", "+OK\r\n"); }

  // What was sent before the call is executed, and answered if it may be.
  void LetTheLoopGoOn() {
    for (int tick = 0; tick < 2; ++tick) witness_.Expect("PING", "+PONG\r\n");
  }

  // `cause` is executed and cannot become durable; `look`, by another client,
  // sees its effect.
  void Check(const Look& cause, const Look& look) {
    SCOPED_TRACE(cause.line + ", then " + look.line);
    writer_.Expect("FLUSHALL", "+OK\r\n");
    writer_.Expect("MSET k old gone away", "+OK\r\n");
    witness_.Expect("SET calm sea", "+OK\r\n");
    Client reader(house_.path());
    LetTheLoopGoOn();

    house_.disk().HoldLogWrites();
    writer_.Send(cause.line);
    LetTheLoopGoOn();
    reader.Send(look.line);
    LetTheLoopGoOn();
    EXPECT_FALSE(writer_.HasReply());
    EXPECT_FALSE(reader.HasReply());
    // Who saw nothing of it waits for nothing.
    witness_.Expect("GET calm", "$3\r\nsea\r\n");

    house_.disk().ReleaseLogWrites();
    EXPECT_EQ(writer_.Receive(cause.reply.size()), cause.reply);
    EXPECT_EQ(reader.Receive(look.reply.size()), look.reply);
  }
  void CheckAll(const std::string& cause, const std::string& done,
                const std::vector<Look>& looks) {
    for (const Look& look : looks) Check({cause, done}, look);
  }

  RunningHouse house_;
  Client writer_{house_.path()};
  Client witness_{house_.path()};
};

constexpr char kOk[] = "+OK\r\n";
constexpr char kNil[] = "$-1\r\n";
constexpr char kZero[] = ":0\r\n";
constexpr char kOne[] = ":1\r\n";

TEST_F(ServerGates, HoldWhatSawASet) {
  CheckAll("SET k new", kOk,
           {
               {"GET k",           "$3\r\nnew\r\n"      },
               {"MGET none k",     "*2\r\n$-1\r\n$3\r\n"},
               {"STRLEN k",        ":3\r\n"             },
               {"EXISTS k",        kOne                 },
               {"TYPE k",          "+string\r\n"        },
               {"TTL k",           ":-1\r\n"            },
               {"SETNX k other",   kZero                },
               {"SET k other NX",  kNil                 },
               {"INCR k",          "-ERR value is"      },
               {"RENAMENX gone k", kZero                },
               {"DBSIZE",          ":2\r\n"             },
               {"APPEND k er",     ":5\r\n"             },
  });
}

TEST_F(ServerGates, HoldWhatSawADeletion) {
  CheckAll("DEL k", kOne,
           {
               {"GET k",        kNil                     },
               {"EXISTS k",     kZero                    },
               {"TTL k",        ":-2\r\n"                },
               {"TYPE k",       "+none\r\n"              },
               {"DEL k",        kZero                    },
               {"DBSIZE",       kOne                     },
               {"KEYS *",       "*1\r\n$4\r\ngone\r\n"   },
               {"RANDOMKEY",    "$4\r\ngone\r\n"         },
               {"SCAN 0",       "*2\r\n$1\r\n0\r\n*1\r\n"},
               {"RENAME k l",   "-ERR no such key\r\n"   },
               {"SET k new XX", kNil                     },
  });
}

TEST_F(ServerGates, HoldWhatSawATimeOfDeath) {
  CheckAll("EXPIREAT k 33000000000", kOne,
           {
               {"EXPIRETIME k",   ":33000000000\r\n"},
               {"GET k",          "$3\r\nold\r\n"   },
               {"PERSIST k",      kOne              },
               {"EXPIRE k 10 NX", kZero             },
  });
  // A time that has passed is a deletion.
  CheckAll("EXPIRE k -1", kOne,
           {
               {"GET k",    kNil     },
               {"TTL k",    ":-2\r\n"},
               {"DBSIZE",   kOne     },
               {"EXISTS k", kZero    },
  });
}

TEST_F(ServerGates, HoldWhatSawADatabaseEmptied) {
  CheckAll("FLUSHDB", kOk,
           {
               {"GET k",     kNil                     },
               {"GET none",  kNil                     },
               {"EXISTS k",  kZero                    },
               {"TTL k",     ":-2\r\n"                },
               {"DBSIZE",    kZero                    },
               {"KEYS *",    "*0\r\n"                 },
               {"RANDOMKEY", kNil                     },
               {"SCAN 0",    "*2\r\n$1\r\n0\r\n*0\r\n"},
               {"SETNX k v", kOne                     },
  });
}

TEST_F(ServerGates, HoldWhatSawDatabasesSwapped) {
  CheckAll("SWAPDB 0 1", kOk,
           {
               {"GET k",    kNil       },
               {"EXISTS k", kZero      },
               {"TYPE k",   "+none\r\n"},
               {"DBSIZE",   kZero      },
  });
}

TEST_F(ServerGates, HoldWhatSawARename) {
  CheckAll("RENAME k l", kOk,
           {
               {"GET k",       kNil           },
               {"GET l",       "$3\r\nold\r\n"},
               {"EXISTS k",    kZero          },
               {"EXISTS l",    kOne           },
               {"DBSIZE",      ":2\r\n"       },
               {"COPY l gone", kZero          },
  });
}

TEST_F(ServerGates, HoldATransactionThatSawSomething) {
  Client reader(house_.path());
  LetTheLoopGoOn();
  house_.disk().HoldLogWrites();
  writer_.Send("SET k v");
  LetTheLoopGoOn();
  reader.Expect("MULTI\r\nGET none\r\nGET k", "+OK\r\n+QUEUED\r\n+QUEUED\r\n");
  reader.Send("EXEC");
  LetTheLoopGoOn();
  EXPECT_FALSE(reader.HasReply());
  house_.disk().ReleaseLogWrites();
  EXPECT_EQ(reader.Receive(16), "*2\r\n$-1\r\n$1\r\nv\r\n");
}

// Replies of one client keep their order: those before leave, those after
// stay behind the one that is held.
TEST_F(ServerGates, HoldTheRepliesBehindOneThatIsHeld) {
  Client reader(house_.path());
  LetTheLoopGoOn();
  house_.disk().HoldLogWrites();
  writer_.Send("SET k v");
  LetTheLoopGoOn();
  reader.Send("PING\r\nGET none\r\nGET k\r\nPING");
  EXPECT_EQ(reader.Receive(12), "+PONG\r\n$-1\r\n");
  LetTheLoopGoOn();
  EXPECT_FALSE(reader.HasReply());
  house_.disk().ReleaseLogWrites();
  EXPECT_EQ(reader.Receive(14), "$1\r\nv\r\n+PONG\r\n");
}

}  // namespace
}  // namespace server
