// What commands may still do where there is no room.

#include <gtest/gtest.h>

#include <string>

#include "commands/house.h"

namespace commands {
namespace {

// What is set aside for them is for those alone who free space.
TEST(FullDisk, TakesOnlyTransactionsThatFreeSpace) {
  House house;
  // Enough for the segment of the log that there is, and not for one more.
  house.fs().SetFreeBytes(1'000'000);
  std::string reply;
  const std::string value(100'000, 'x');
  for (int i = 0; i < 100 && !reply.starts_with("-"); ++i) {
    reply = house.Run("SET k" + std::to_string(i) + " " + value);
    house.engine().Submit();
    house.Wait(1000);
  }
  ASSERT_TRUE(reply.starts_with("-MISCONF")) << reply.substr(0, 100);
  for (const char* line : {"MULTI", "SET added v", "DEL nobody"}) {
    house.Run(line);
  }
  reply = house.Run("EXEC");
  EXPECT_TRUE(reply.starts_with("-EXECABORT")) << reply;
  for (const char* line : {"MULTI", "DEL k0", "UNLINK k1"}) {
    EXPECT_EQ(house.Run(line)[0], '+') << line;
  }
  EXPECT_EQ(house.Run("EXEC"), "*2\r\n:1\r\n:1\r\n");
}

}  // namespace
}  // namespace commands
