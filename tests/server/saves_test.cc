// SAVE in a whole server: it waits for its checkpoint, and nobody else does.

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "server/running_house.h"

namespace server {
namespace {

TEST(ServerSaves, BlockNobodyElse) {
  RunningHouse house;
  Client writer(house.path());
  Client saver(house.path());
  Client witness(house.path());
  writer.Expect("SET calm sea", "+OK\r\n");
  house.disk().HoldLogWrites();
  writer.Send("SET k v");
  // Two ticks: what was sent before is executed.
  for (int i = 0; i < 2; ++i) witness.Expect("PING", "+PONG\r\n");
  saver.Send("SAVE");
  for (int i = 0; i < 2; ++i) witness.Expect("PING", "+PONG\r\n");
  EXPECT_FALSE(saver.HasReply());
  witness.Expect("GET calm", "$3\r\nsea\r\n");
  witness.Expect("SAVE", "-ERR Background save already in progress\r\n");
  house.disk().ReleaseLogWrites();
  EXPECT_EQ(saver.Receive(5), "+OK\r\n");
  EXPECT_EQ(writer.Receive(5), "+OK\r\n");
  EXPECT_EQ(house.disk().List("/data/checkpoints").value().size(), 1u);
}

// As many as are kept, whatever is written meanwhile.
TEST(ServerSaves, MayFollowEachOther) {
  RunningHouse house;
  Client writer(house.path());
  Client saver(house.path());
  saver.Expect("CONFIG SET redbed-checkpoints-kept 2", "+OK\r\n");
  for (int i = 0; i < 5; ++i) {
    writer.Send(base::StrCat("SET k ", i));
    saver.Expect("SAVE", "+OK\r\n");
    EXPECT_EQ(writer.Receive(5), "+OK\r\n");
  }
  EXPECT_EQ(house.disk().List("/data/checkpoints").value().size(), 2u);
}

}  // namespace
}  // namespace server
