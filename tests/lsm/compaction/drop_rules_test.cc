#include "lsm/compaction/drop_rules.h"

#include <gtest/gtest.h>

#include "lsm/compaction/row_list.h"

namespace lsm {
namespace {

std::vector<Row> Keep(const std::vector<Row>& rows, DropContext context,
                      DropCounts* counts = nullptr) {
  DropRules rules(std::move(context));
  std::vector<Row> kept;
  for (const Row& row : rows) {
    if (rules.Keep(row.key, row.packed)) kept.push_back(row);
  }
  if (counts != nullptr) *counts = rules.counts();
  return kept;
}

DropContext Snapshots(std::vector<Sequence> snapshots) {
  DropContext context;
  context.snapshots = std::move(snapshots);
  return context;
}

bool Always(std::string_view) { return true; }
bool Never(std::string_view) { return false; }

TEST(DropRules, KeepTheNewestVersionOnlyWithoutSnapshots) {
  const std::vector<Row> rows = {Value("a", 9, ""), Value("a", 5, ""),
                                 Value("a", 1, ""), Value("b", 3, "")};
  DropCounts counts;
  EXPECT_EQ(Keep(rows, {}, &counts), (std::vector<Row>{rows[0], rows[3]}));
  EXPECT_EQ(counts.kept, 2u);
  EXPECT_EQ(counts.hidden, 2u);
}

TEST(DropRules, KeepWhatEachSnapshotSees) {
  const std::vector<Row> rows = {Value("a", 9, ""), Value("a", 7, ""),
                                 Value("a", 5, ""), Value("a", 3, ""),
                                 Value("a", 1, "")};
  // At 6 one sees 5; at 2 one sees 1.
  EXPECT_EQ(Keep(rows, Snapshots({2, 6})),
            (std::vector<Row>{rows[0], rows[2], rows[4]}));
  // A snapshot sees what has its own sequence.
  EXPECT_EQ(Keep(rows, Snapshots({5})), (std::vector<Row>{rows[0], rows[2]}));
  EXPECT_EQ(Keep(rows, Snapshots({4})), (std::vector<Row>{rows[0], rows[3]}));
  // One that is above all rows separates nothing.
  EXPECT_EQ(Keep(rows, Snapshots({9})), (std::vector<Row>{rows[0]}));
}

TEST(DropRules, DropATombstoneOnlyWithNothingBelowIt) {
  const std::vector<Row> rows = {Tombstone("a", 5), Value("a", 3, "")};
  DropContext context;
  context.nothing_below = Never;
  EXPECT_EQ(Keep(rows, context), (std::vector<Row>{rows[0]}));
  context.nothing_below = nullptr;
  EXPECT_EQ(Keep(rows, context), (std::vector<Row>{rows[0]}));
  context.nothing_below = Always;
  DropCounts counts;
  EXPECT_TRUE(Keep(rows, context, &counts).empty());
  EXPECT_EQ(counts.tombstones, 1u);
  EXPECT_EQ(counts.hidden, 1u);
}

TEST(DropRules, AskAboutEachKeyByItself) {
  DropContext context;
  context.nothing_below = [](std::string_view key) { return key != "b"; };
  const std::vector<Row> rows = {Tombstone("a", 5), Tombstone("b", 5),
                                 Tombstone("c", 5)};
  EXPECT_EQ(Keep(rows, context), (std::vector<Row>{rows[1]}));
}

TEST(DropRules, KeepATombstoneThatASnapshotIsOlderThan) {
  const std::vector<Row> rows = {Tombstone("a", 5), Value("a", 3, "")};
  DropContext context = Snapshots({4});
  context.nothing_below = Always;
  EXPECT_EQ(Keep(rows, context), rows);
  // At 5 the snapshot sees the deletion itself, or nothing: the same.
  context = Snapshots({5});
  context.nothing_below = Always;
  EXPECT_TRUE(Keep(rows, context).empty());
}

TEST(DropRules, DropRowsOfADeadScopeUpToItsKill) {
  ScopeLengths lengths;
  lengths['s'] = {3};
  DropContext context;
  context.dead_scopes = std::make_shared<DeadScopes>(
      std::map<std::string, Sequence>{
          {"s01", 5}
  },
      lengths, 10);
  const std::vector<Row> rows = {Value("s00x", 5, ""), Value("s01x", 6, ""),
                                 Value("s01y", 5, ""), Tombstone("s01z", 4),
                                 Value("s02x", 1, "")};
  DropCounts counts;
  EXPECT_EQ(Keep(rows, context, &counts),
            (std::vector<Row>{rows[0], rows[1], rows[4]}));
  EXPECT_EQ(counts.dead, 2u);
}

// What everybody sees must be the same before and after, whatever the rows
// and snapshots: with older rows below the merge, and with none.
bool StateIsKept(uint64_t seed, DropFaults faults) {
  base::Random random(seed);
  const std::vector<Row> rows = RandomRows(random, 150);
  // Some of the old versions lie below and take no part.
  std::vector<Row> above;
  std::vector<Row> below;
  for (const Row& row : rows) {
    (SequenceOf(row.packed) < 300 ? below : above).push_back(row);
  }
  DropContext context;
  for (uint64_t n = random.Below(4); n > 0; --n) {
    context.snapshots.push_back(random.Below(1001));
  }
  std::sort(context.snapshots.begin(), context.snapshots.end());
  context.nothing_below = [&below](std::string_view key) {
    return std::none_of(below.begin(), below.end(),
                        [key](const Row& row) { return row.key == key; });
  };
  context.faults = faults;
  std::vector<Row> after = Keep(above, context);
  after.insert(after.end(), below.begin(), below.end());
  std::sort(after.begin(), after.end(), ComesBefore);
  bool same = StateAt(after, kSequenceMax) == StateAt(rows, kSequenceMax);
  for (const Sequence snapshot : context.snapshots) {
    same = same && StateAt(after, snapshot) == StateAt(rows, snapshot);
  }
  return same;
}

TEST(DropRules, NeverChangeWhatIsSeen) {
  for (uint64_t seed = 0; seed < 300; ++seed) {
    SCOPED_TRACE(seed);
    EXPECT_TRUE(StateIsKept(seed, {}));
  }
}

TEST(DropRules, WouldBeCaughtIgnoringSnapshots) {
  int caught = 0;
  for (uint64_t seed = 0; seed < 50; ++seed) {
    caught += !StateIsKept(seed, {.ignore_snapshots = true});
  }
  EXPECT_GT(caught, 10);
}

TEST(DropRules, WouldBeCaughtDroppingTombstonesEarly) {
  int caught = 0;
  for (uint64_t seed = 0; seed < 50; ++seed) {
    caught += !StateIsKept(seed, {.drop_tombstones_early = true});
  }
  EXPECT_GT(caught, 10);
}

}  // namespace
}  // namespace lsm
