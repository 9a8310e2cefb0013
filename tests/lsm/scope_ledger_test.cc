#include "lsm/scope_ledger.h"

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace lsm {
namespace {

using Kills = std::map<std::string, Sequence>;
using Names = std::vector<std::string>;

// One table of rows from `smallest` to `largest`, none older than `oldest`.
std::shared_ptr<const Version> VersionWith(std::string smallest,
                                           std::string largest,
                                           Sequence oldest) {
  TableInfo info;
  info.number = 1;
  info.smallest = std::move(smallest);
  info.largest = std::move(largest);
  info.min_sequence = oldest;
  info.max_sequence = oldest + 10;
  const std::vector<Version::Placed> placed = {
      {3, 0, std::make_shared<TableFile>(info, nullptr, nullptr)}
  };
  return Version::Build(placed).value();
}

TEST(ScopeLedger, HandsEachKillToOneEdit) {
  ScopeLedger ledger;
  ledger.Load({
      {"a", 1}
  });
  ledger.Kill("b", 5);
  ledger.Kill("c", 6);
  EXPECT_EQ(ledger.all(), (Kills{
                              {"a", 1},
                              {"b", 5},
                              {"c", 6}
  }));
  EXPECT_EQ(ledger.TakeUnsaved(), (Kills{
                                      {"b", 5},
                                      {"c", 6}
  }));
  EXPECT_TRUE(ledger.TakeUnsaved().empty());
  EXPECT_EQ(ledger.size(), 3u);
}

TEST(ScopeLedger, RemembersAsLongAsATableHoldsOlderRows) {
  ScopeLedger ledger;
  ledger.Kill("b", 50);
  EXPECT_TRUE(ledger.Forget(*VersionWith("a", "c", 50), 100, 9).empty());
  EXPECT_TRUE(ledger.Forget(*VersionWith("b1", "b2", 7), 100, 9).empty());
  EXPECT_TRUE(ledger.Forget(*VersionWith("bz", "c", 7), 100, 9).empty());
  EXPECT_EQ(ledger.Forget(*VersionWith("a", "c", 51), 100, 9), Names{"b"});
  EXPECT_EQ(ledger.size(), 0u);
}

TEST(ScopeLedger, ForgetsWhatNoTableTouches) {
  ScopeLedger ledger;
  ledger.Kill("b", 50);
  EXPECT_EQ(ledger.Forget(*VersionWith("c1", "d", 7), 100, 9), Names{"b"});
  ledger.Kill("\xff\xff", 50);
  EXPECT_EQ(ledger.Forget(*VersionWith("c", "d", 7), 100, 9),
            Names{"\xff\xff"});
}

// Until then generations in memory may hold older rows, and the log alone
// knows of the kill.
TEST(ScopeLedger, RemembersUntilTheKillIsFlushed) {
  ScopeLedger ledger;
  ledger.Kill("b", 50);
  EXPECT_TRUE(ledger.Forget(*Version::Empty(), 49, 9).empty());
  EXPECT_EQ(ledger.Forget(*Version::Empty(), 50, 9), Names{"b"});
}

TEST(ScopeLedger, LooksAtAFewAndGoesRound) {
  ScopeLedger ledger;
  for (const char* name : {"a", "b", "c", "d", "e"}) ledger.Kill(name, 5);
  const auto version = VersionWith("a", "bb", 1);
  EXPECT_TRUE(ledger.Forget(*version, 10, 2).empty());
  EXPECT_EQ(ledger.Forget(*version, 10, 2), (Names{"c", "d"}));
  EXPECT_EQ(ledger.Forget(*version, 10, 2), Names{"e"});
  EXPECT_TRUE(ledger.Forget(*version, 10, 2).empty());
  EXPECT_EQ(ledger.Forget(*Version::Empty(), 10, 2), (Names{"a", "b"}));
}

TEST(ScopeLedger, AScopeKilledTwiceCountsAsTheLaterKill) {
  ScopeLedger ledger;
  ledger.Kill("a", 5);
  ledger.Kill("a", 9);
  EXPECT_EQ(ledger.all(), (Kills{
                              {"a", 9}
  }));
  EXPECT_TRUE(ledger.Forget(*VersionWith("a", "b", 7), 10, 9).empty());
}

}  // namespace
}  // namespace lsm
