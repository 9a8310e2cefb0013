#include "commands/watches.h"

#include <gtest/gtest.h>

#include "commands/session.h"

namespace commands {
namespace {

class WatchesTest : public testing::Test {
 protected:
  void Touch(int db, std::string_view key, bool deleted = false) {
    const types::WrittenKey written[] = {
        {db, key, deleted}
    };
    watches_.Touch(written);
  }
  Session a_{1, nullptr, 0};
  Session b_{2, nullptr, 0};
  Watches watches_;
};

TEST_F(WatchesTest, TellEveryWatcherOfTheKeyAndNobodyElse) {
  watches_.Watch(a_, 0, "k", false);
  watches_.Watch(a_, 0, "l", false);
  watches_.Watch(b_, 1, "k", false);
  EXPECT_EQ(a_.watching, 2u);
  Touch(0, "other");
  EXPECT_FALSE(a_.watch_failed || b_.watch_failed);
  Touch(0, "k");
  EXPECT_TRUE(a_.watch_failed);
  EXPECT_FALSE(b_.watch_failed);
}

TEST_F(WatchesTest, CountAKeyOncePerClient) {
  watches_.Watch(a_, 0, "k", false);
  watches_.Watch(a_, 0, "k", true);
  EXPECT_EQ(a_.watching, 1u);
  EXPECT_EQ(watches_.Of(a_).size(), 1u);
  EXPECT_FALSE(watches_.Of(a_)[0].expired);
}

TEST_F(WatchesTest, AreGoneAfterUnwatch) {
  watches_.Watch(a_, 0, "k", false);
  watches_.Watch(b_, 0, "k", false);
  watches_.Unwatch(a_);
  Touch(0, "k");
  EXPECT_FALSE(a_.watch_failed);
  EXPECT_TRUE(b_.watch_failed);
  watches_.Unwatch(b_);
  watches_.Unwatch(b_);
  EXPECT_TRUE(watches_.empty());
  EXPECT_EQ(a_.watching + b_.watching, 0u);
}

TEST_F(WatchesTest, DoNotMindTheDeletionOfWhatWasDeadAlready) {
  watches_.Watch(a_, 0, "dead", true);
  Touch(0, "dead", /*deleted=*/true);
  EXPECT_FALSE(a_.watch_failed);
  // From now on it is an absent key like others.
  Touch(0, "dead");
  EXPECT_TRUE(a_.watch_failed);
}

TEST_F(WatchesTest, KnowTheKeysOfADatabase) {
  watches_.Watch(a_, 1, "x", false);
  watches_.Watch(b_, 1, "y", false);
  watches_.Watch(b_, 2, "z", false);
  EXPECT_EQ(watches_.KeysIn(1), (std::vector<std::string>{"x", "y"}));
  EXPECT_TRUE(watches_.KeysIn(0).empty());
}

}  // namespace
}  // namespace commands
