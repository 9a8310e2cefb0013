#include "commands/saves.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "commands/house.h"

namespace commands {
namespace {

constexpr int64_t kSecond = 1'000'000;

class SavesTest : public testing::Test {
 protected:
  Saves& saves() { return house_.server().saves; }
  // Does what the engine's threads would.
  void Drive() {
    (void)house_.engine().Submit();
    house_.engine().Tick();
    while (house_.engine().RunBackground()) {
    }
  }
  // What the save points have started so far.
  uint64_t Count() {
    saves().Tick();
    Drive();
    return saves().count();
  }
  void FailNext() {
    house_.fs().FailOnce(support::CrashFileSystem::Op::kCreate, "checkpoints/",
                         ENOSPC);
  }

  House house_;
};

TEST_F(SavesTest, BackgroundSaveAnswersAtOnce) {
  house_.Run("SET k v");
  EXPECT_EQ(house_.Run("BGSAVE"), "+Background saving started\r\n");
  EXPECT_TRUE(saves().in_progress());
  EXPECT_EQ(saves().seconds_so_far(), 0);
  for (const std::string line : {"BGSAVE", "BGSAVE SCHEDULE", "SAVE"}) {
    EXPECT_EQ(house_.Run(line), "-ERR Background save already in progress\r\n");
  }
  house_.clock().Advance(3 * kSecond);
  EXPECT_EQ(saves().seconds_so_far(), 3);
  house_.Run("SET k w");
  Drive();
  EXPECT_FALSE(saves().in_progress());
  EXPECT_TRUE(saves().last_ok());
  EXPECT_EQ(saves().last_took_s(), 3);
  EXPECT_EQ(saves().last_s(), house_.clock().WallMicros() / kSecond);
  // What was written meanwhile counts for the next one.
  EXPECT_EQ(saves().Changes(house_.engine().stats()), 1u);
}

TEST_F(SavesTest, WhoeverAsksMeanwhileGetsTheNextOne) {
  std::string order;
  const auto note = [&order](std::string_view name) {
    return [&order, name](const base::Status& status) {
      order += status.ok() ? name : "failed";
    };
  };
  saves().Start(note("a"));
  saves().Start(note("b"));
  saves().Start(note("c"));
  Drive();
  EXPECT_EQ(order, "abc");
  EXPECT_EQ(saves().count(), 2u);
  // A failure is that of those who asked for it alone.
  order.clear();
  FailNext();
  saves().Start(note("a"));
  saves().Start(note("b"));
  Drive();
  EXPECT_EQ(order, "failedb");
}

TEST_F(SavesTest, SavePointsAreThoseOfRedis) {
  saves().Configure(
      {.directory = "/checkpoints", .points = {{.seconds = 60, .changes = 3}}});
  house_.clock().Advance(100 * kSecond);
  house_.Run("SET k 1");
  house_.Run("SET k 2");
  EXPECT_EQ(Count(), 0u);
  house_.Run("SET k 3");
  house_.clock().Advance(kSecond);
  EXPECT_EQ(Count(), 1u);
  // From then on the time counts, and what was written since.
  for (int i = 0; i < 3; ++i) house_.Run("SET k 4");
  house_.clock().Advance(60 * kSecond);
  EXPECT_EQ(Count(), 1u);
  house_.clock().Advance(kSecond);
  EXPECT_EQ(Count(), 2u);
  house_.clock().Advance(1000 * kSecond);
  EXPECT_EQ(Count(), 2u);
}

TEST_F(SavesTest, AfterAFailureASavePointRests) {
  saves().Configure(
      {.directory = "/checkpoints", .points = {{.seconds = 1, .changes = 1}}});
  house_.Run("SET k 1");
  house_.clock().Advance(10 * kSecond);
  FailNext();
  EXPECT_EQ(Count(), 0u);
  EXPECT_FALSE(saves().last_ok());
  house_.clock().Advance(5 * kSecond);
  EXPECT_EQ(Count(), 0u);
  house_.clock().Advance(kSecond);
  EXPECT_EQ(Count(), 1u);
  EXPECT_TRUE(saves().last_ok());
}

TEST_F(SavesTest, ShutdownSaveNeedsItsCheckpoint) {
  FailNext();
  EXPECT_EQ(house_.Run("SHUTDOWN SAVE"),
            "-ERR Errors trying to SHUTDOWN. Check logs.\r\n");
  EXPECT_FALSE(house_.shut_down());
  EXPECT_EQ(house_.Run("SHUTDOWN SAVE"), "");
  EXPECT_TRUE(house_.shut_down());
  EXPECT_EQ(saves().count(), 1u);
}

TEST_F(SavesTest, ShutdownByForceOrWithoutSaveDoesNot) {
  for (const std::string line :
       {"SHUTDOWN SAVE FORCE", "SHUTDOWN", "SHUTDOWN NOSAVE"}) {
    House house;
    house.fs().FailOnce(support::CrashFileSystem::Op::kCreate, "checkpoints/",
                        ENOSPC);
    EXPECT_EQ(house.Run(line), "") << line;
    EXPECT_TRUE(house.shut_down()) << line;
    EXPECT_EQ(house.server().saves.count(), 0u) << line;
  }
}

}  // namespace
}  // namespace commands
