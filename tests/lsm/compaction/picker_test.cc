#include "lsm/compaction/picker.h"

#include <gtest/gtest.h>

#include <set>

namespace lsm {
namespace {

// A version drawn by hand, of tables that cannot be read.
class Shape {
 public:
  Shape& Add(int level, uint64_t run, const char* smallest, const char* largest,
             uint64_t bytes, uint64_t tombstones = 0) {
    TableInfo info;
    info.number = ++number_;
    info.bytes = bytes;
    info.smallest = smallest;
    info.largest = largest;
    info.min_sequence = level == 0 ? run * 100 : 1;
    info.max_sequence = level == 0 ? run * 100 + 99 : 50;
    info.rows = 100;
    info.tombstones = tombstones;
    placed_.push_back(
        {level, run, std::make_shared<TableFile>(info, nullptr, nullptr)});
    return *this;
  }

  // The last table refers to so much of a blob file.
  Shape& Refer(uint64_t file, uint64_t bytes, uint64_t all_bytes) {
    TableInfo info = placed_.back().file->info();
    info.blobs.push_back({file, bytes, all_bytes});
    placed_.back().file = std::make_shared<TableFile>(info, nullptr, nullptr);
    return *this;
  }

  std::shared_ptr<const Version> Build() const {
    return Version::Build(placed_).value();
  }

 private:
  uint64_t number_ = 0;
  std::vector<Version::Placed> placed_;
};

std::set<uint64_t> Inputs(const Choice& choice) {
  std::set<uint64_t> numbers;
  for (const TableFilePtr& file : choice.inputs) {
    EXPECT_TRUE(numbers.insert(file->number()).second);
  }
  return numbers;
}

constexpr PickerOptions kOptions = {
    .level0_runs = 4, .base_bytes = 1000, .fan_out = 10};

Choice PickIn(const Shape& shape, const DeadScopes* dead = nullptr) {
  const auto version = shape.Build();
  const Choice choice = Pick(*version, kOptions, dead);
  if (dead == nullptr && choice.kind != Choice::Kind::kNothing) {
    EXPECT_TRUE(MayHaveWork(*version, kOptions));
  }
  return choice;
}

TEST(Targets, GrowFromTheBottomUp) {
  const auto base_of = [](uint64_t bottom_bytes) {
    Shape shape;
    shape.Add(kBottomLevel, 0, "a", "z", bottom_bytes);
    return ComputeTargets(*shape.Build(), kOptions);
  };
  EXPECT_EQ(ComputeTargets(*Version::Empty(), kOptions).base, kBottomLevel);
  EXPECT_EQ(base_of(9'999).base, 6);
  const LevelTargets two = base_of(10'000);
  EXPECT_EQ(two.base, 5);
  EXPECT_EQ(two.bytes[6], 10'000u);
  EXPECT_EQ(two.bytes[5], 1'000u);
  EXPECT_EQ(base_of(2'000'000).base, 3);
  // There is always a level for L0 to be merged into.
  EXPECT_EQ(base_of(uint64_t{1} << 50).base, 1);
}

TEST(Targets, DoNotPassALevelThatIsStillFilled) {
  Shape shape;
  shape.Add(3, 0, "a", "b", 10).Add(kBottomLevel, 0, "a", "z", 10'000);
  const LevelTargets targets = ComputeTargets(*shape.Build(), kOptions);
  EXPECT_EQ(targets.base, 3);
  EXPECT_EQ(targets.bytes[3], 0u);
}

TEST(Picker, LeavesAQuietStoreAlone) {
  EXPECT_EQ(PickIn(Shape()).kind, Choice::Kind::kNothing);
  Shape shape;
  shape.Add(0, 1, "a", "m", 10).Add(0, 2, "a", "m", 10).Add(0, 3, "a", "m", 10);
  shape.Add(5, 0, "a", "m", 900).Add(6, 0, "a", "z", 10'000);
  EXPECT_EQ(PickIn(shape).kind, Choice::Kind::kNothing);
}

TEST(Picker, MergesAllOfLevelZeroWithWhatItTouchesInTheBase) {
  Shape shape;
  for (uint64_t run = 1; run <= 4; ++run) shape.Add(0, run, "d", "m", 10);
  shape.Add(5, 0, "a", "c", 10).Add(5, 0, "e", "f", 10).Add(5, 0, "g", "h", 10);
  shape.Add(5, 0, "n", "o", 10).Add(6, 0, "a", "z", 10'000);
  const Choice choice = PickIn(shape);
  EXPECT_EQ(choice.kind, Choice::Kind::kMerge);
  EXPECT_EQ(choice.output_level, 5);
  EXPECT_EQ(Inputs(choice), (std::set<uint64_t>{1, 2, 3, 4, 6, 7}));
}

TEST(Picker, MakesABaseSmallerThatIsLargeBesideLevelZero) {
  const auto pick = [](uint64_t runs, uint64_t base_bytes) {
    Shape shape;
    for (uint64_t run = 1; run <= runs; ++run) shape.Add(0, run, "d", "m", 400);
    shape.Add(5, 0, "a", "l", base_bytes).Add(6, 0, "a", "z", 20'000);
    return PickIn(shape).output_level;
  };
  EXPECT_EQ(pick(4, 6'000), 5);  // Not large beside it.
  EXPECT_EQ(pick(4, 7'000), 6);
  EXPECT_EQ(pick(7, 20'000), 6);
  EXPECT_EQ(pick(8, 20'000), 5);  // It must not grow for ever.
  EXPECT_EQ(pick(3, 1'000), 0);
}

TEST(Picker, SendsTheFileWithTheLeastBelowItDown) {
  Shape shape;
  shape.Add(5, 0, "a", "b", 600).Add(5, 0, "c", "d", 600);
  shape.Add(6, 0, "a", "b", 6'000).Add(6, 0, "c", "d", 3'000);
  shape.Add(6, 0, "e", "f", 1'000);
  const Choice choice = PickIn(shape);
  EXPECT_EQ(choice.kind, Choice::Kind::kMerge);
  EXPECT_EQ(choice.output_level, 6);
  EXPECT_EQ(Inputs(choice), (std::set<uint64_t>{2, 4}));
}

TEST(Picker, PrefersAFileOfTombstonesBecauseItFreesWhatLiesBelow) {
  Shape shape;
  shape.Add(5, 0, "a", "b", 600, /*tombstones=*/90).Add(5, 0, "c", "d", 600);
  shape.Add(6, 0, "a", "b", 6'000).Add(6, 0, "c", "d", 4'000);
  EXPECT_EQ(Inputs(PickIn(shape)), (std::set<uint64_t>{1, 3}));
}

TEST(Picker, MovesAFileThatNothingLiesBelow) {
  Shape shape;
  shape.Add(5, 0, "a", "b", 600).Add(5, 0, "y", "z", 600);
  shape.Add(6, 0, "a", "c", 10'000);
  const Choice choice = PickIn(shape);
  EXPECT_EQ(choice.kind, Choice::Kind::kMove);
  EXPECT_EQ(choice.output_level, 6);
  EXPECT_EQ(Inputs(choice), std::set<uint64_t>{2});
}

TEST(Picker, RewritesInsteadOfMovingWhatHasSomethingToDrop) {
  Shape shape;
  shape.Add(5, 0, "y", "z", 1'200, /*tombstones=*/1);
  shape.Add(6, 0, "a", "c", 10'000);
  EXPECT_EQ(PickIn(shape).kind, Choice::Kind::kMerge);
}

TEST(Picker, TakesTheLevelFurthestBeyondItsTarget) {
  Shape shape;
  shape.Add(4, 0, "a", "b", 1'100).Add(5, 0, "c", "d", 30'000);
  shape.Add(6, 0, "a", "z", 100'000);
  EXPECT_EQ(PickIn(shape).output_level, 6);
}

TEST(Picker, SinksFilesFullOfTombstonesWhenNothingElseIsToDo) {
  Shape shape;
  shape.Add(5, 0, "a", "b", 100, /*tombstones=*/29);
  shape.Add(5, 0, "c", "d", 100, /*tombstones=*/40);
  shape.Add(5, 0, "e", "f", 100, /*tombstones=*/60);
  shape.Add(6, 0, "a", "z", 10'000, /*tombstones=*/90);
  const Choice choice = PickIn(shape);
  EXPECT_EQ(choice.kind, Choice::Kind::kMerge);
  EXPECT_EQ(choice.output_level, 6);
  EXPECT_EQ(Inputs(choice), (std::set<uint64_t>{3, 4}));
}

TEST(Picker, DropsFilesThatLieInADeadScopeBeforeAnythingElse) {
  Shape shape;
  for (uint64_t run = 1; run <= 4; ++run) shape.Add(0, run, "ea", "ez", 10);
  shape.Add(5, 0, "e1a", "e1z", 10).Add(5, 0, "e2a", "e3z", 10);
  shape.Add(6, 0, "e1b", "e1y", 10'000);
  ScopeLengths lengths;
  lengths['e'] = {2};
  const DeadScopes dead(
      {
          {"e1", 50}
  },
      lengths, 50);
  const Choice choice = PickIn(shape, &dead);
  EXPECT_EQ(choice.kind, Choice::Kind::kDrop);
  EXPECT_EQ(Inputs(choice), (std::set<uint64_t>{5, 7}));
  // A kill before the newest row of the files does not cover them.
  const DeadScopes early(
      {
          {"e1", 49}
  },
      lengths, 50);
  EXPECT_EQ(PickIn(shape, &early).kind, Choice::Kind::kMerge);
}

TEST(PickEverything, GathersAllTablesUntilTheyLieInOneCleanRun) {
  Shape shape;
  shape.Add(0, 1, "a", "m", 10).Add(5, 0, "a", "m", 10);
  shape.Add(6, 0, "a", "z", 10);
  const Choice choice = PickEverything(*shape.Build(), nullptr);
  EXPECT_EQ(choice.kind, Choice::Kind::kMerge);
  EXPECT_EQ(choice.output_level, kBottomLevel);
  EXPECT_EQ(Inputs(choice), (std::set<uint64_t>{1, 2, 3}));

  EXPECT_EQ(PickEverything(*Version::Empty(), nullptr).kind,
            Choice::Kind::kNothing);
  Shape done;
  done.Add(6, 0, "a", "m", 10).Add(6, 0, "n", "z", 10);
  EXPECT_EQ(PickEverything(*done.Build(), nullptr).kind,
            Choice::Kind::kNothing);
  done.Add(6, 0, "za", "zb", 10, /*tombstones=*/1);
  EXPECT_EQ(PickEverything(*done.Build(), nullptr).kind, Choice::Kind::kMerge);
}

TEST(PendingBytes, CountWhatIsBeyondTheTargets) {
  Shape shape;
  shape.Add(5, 0, "a", "b", 1'500).Add(6, 0, "a", "z", 10'000);
  EXPECT_EQ(PendingBytes(*shape.Build(), kOptions), 500u);
  for (uint64_t run = 1; run <= 4; ++run) shape.Add(0, run, "d", "m", 10);
  EXPECT_EQ(PendingBytes(*shape.Build(), kOptions), 540u);
}

// --- Values that lie apart.

TEST(PickWasted, RewritesWhereItIsTheTableWithMostOfWhatIsWasted) {
  Shape shape;
  shape.Add(6, 0, "a", "c", 100).Refer(1, 100, 1000).Refer(2, 900, 1000);
  shape.Add(6, 0, "d", "f", 100).Refer(1, 300, 1000);
  shape.Add(6, 0, "g", "i", 100).Refer(1, 99, 1000);
  EXPECT_EQ(WastedBlobs(*shape.Build()), std::set<uint64_t>{1});
  const Choice choice = PickIn(shape);
  EXPECT_EQ(choice.kind, Choice::Kind::kMerge);
  EXPECT_EQ(choice.output_level, 6);
  EXPECT_EQ(Inputs(choice), std::set<uint64_t>{2});
  EXPECT_EQ(PendingBytes(*shape.Build(), kOptions), 499u);
}

TEST(PickWasted, LeavesAFileAloneOfWhichHalfIsInUse) {
  Shape shape;
  shape.Add(6, 0, "a", "c", 100).Refer(1, 250, 1000);
  shape.Add(6, 0, "d", "f", 100).Refer(1, 250, 1000);
  EXPECT_EQ(PickIn(shape).kind, Choice::Kind::kNothing);
  EXPECT_EQ(PendingBytes(*shape.Build(), kOptions), 0u);
  EXPECT_EQ(PickEverything(*shape.Build(), nullptr).kind,
            Choice::Kind::kNothing);
}

TEST(PickWasted, WaitsForTheMergeOfLevel0) {
  Shape shape;
  shape.Add(0, 5, "a", "c", 100).Refer(1, 10, 1000);
  EXPECT_EQ(PickIn(shape).kind, Choice::Kind::kNothing);
}

TEST(PickWasted, ComesLast) {
  Shape shape;
  shape.Add(6, 0, "a", "z", 10'000).Refer(1, 10, 1000);
  shape.Add(5, 0, "a", "z", 2'000);
  EXPECT_EQ(PickIn(shape).output_level, 6);
  EXPECT_EQ(PickIn(shape).inputs.size(), 2u);
}

TEST(PlanRelocation, BeginsWithWhatFreesMostAndEndsInTime) {
  Shape shape;
  shape.Add(6, 0, "a", "c", 100).Refer(1, 400, 1000).Refer(2, 100, 1000);
  shape.Add(6, 0, "d", "f", 100).Refer(2, 200, 1000).Refer(3, 300, 400);
  const auto version = shape.Build();
  const auto plan = [&](size_t begin, size_t end, uint64_t bytes_max) {
    const auto& files = version->level(6)[0]->files();
    return PlanRelocation(*version,
                          {files.begin() + static_cast<long>(begin),
                           files.begin() + static_cast<long>(end)},
                          bytes_max);
  };
  EXPECT_EQ(plan(0, 2, 1000).files, (std::set<uint64_t>{1, 2}));
  EXPECT_EQ(plan(0, 2, 1000).bytes, 700u);
  EXPECT_EQ(plan(0, 2, 300).files, std::set<uint64_t>{2});
  EXPECT_EQ(plan(0, 2, 1).files, std::set<uint64_t>{2});
  EXPECT_EQ(plan(1, 2, 1000).files, std::set<uint64_t>{2});
  EXPECT_EQ(plan(1, 2, 1000).bytes, 200u);
}

TEST(PickWasted, IsPartOfEverything) {
  Shape shape;
  shape.Add(6, 0, "a", "c", 100).Refer(1, 10, 1000);
  EXPECT_EQ(PickEverything(*shape.Build(), nullptr).kind, Choice::Kind::kMerge);
}

}  // namespace
}  // namespace lsm
