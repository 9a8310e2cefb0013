#include "lsm/version/manifest_state.h"

#include <gtest/gtest.h>

#include "lsm/version/manifest_lab.h"

namespace lsm {
namespace {

base::Code ApplyTo(ManifestState state, const VersionEdit& edit) {
  return state.Apply(edit).code();
}

TEST(ManifestState, IsTheSumOfItsEdits) {
  ManifestState state;
  for (uint64_t n = 1; n <= 5; ++n) ASSERT_TRUE(state.Apply(LabEdit(n)).ok());
  EXPECT_EQ(state.tables.size(), 3u);
  EXPECT_EQ(state.tables.at(105), LabTable(105));
  EXPECT_EQ(state.segments, (std::set<uint64_t>{4, 5}));
  EXPECT_EQ(state.flushed, 50u);
  EXPECT_EQ(state.counters.at(kLabCounter), 5);
  EXPECT_EQ(state.counters.at(1003), -3);
  EXPECT_EQ(state.dead_scopes,
            (std::map<std::string, Sequence>{
                {"scope2", 2},
                {"scope4", 4},
                {"scope5", 5}
  }));
  EXPECT_EQ(state.next_file_number, 106u);
  EXPECT_EQ(state.next_segment_number, 6u);
  EXPECT_EQ(state.highest_sequence, LabTable(105).info.max_sequence);
}

TEST(ManifestState, IsRebuiltFromItsSnapshot) {
  ManifestState state = ManifestState::ForNewDirectory();
  state.incarnation = 4;
  state.wall_clock_us = 77;
  for (uint64_t n = 1; n <= 9; ++n) ASSERT_TRUE(state.Apply(LabEdit(n)).ok());
  ASSERT_TRUE(state.Apply({.added_cuts = {{8, 64, 10}}}).ok());
  ManifestState again;
  ASSERT_TRUE(again.Apply(state.Snapshot()).ok());
  EXPECT_EQ(again, state);
}

TEST(ManifestState, GivesEveryDirectoryItsOwnIdentity) {
  EXPECT_FALSE(ManifestState::ForNewDirectory().identity ==
               ManifestState::ForNewDirectory().identity);
}

TEST(ManifestState, RefusesEditsThatDoNotFit) {
  ManifestState state;
  for (uint64_t n = 1; n <= 3; ++n) ASSERT_TRUE(state.Apply(LabEdit(n)).ok());
  EXPECT_EQ(ApplyTo(state, {.removed_tables = {99}}), base::Code::kCorruption);
  EXPECT_EQ(ApplyTo(state, {.added_tables = {LabTable(101)}}),
            base::Code::kCorruption);
  EXPECT_EQ(ApplyTo(state, {.flushed = 29}), base::Code::kCorruption);
  EXPECT_EQ(ApplyTo(state, {.listed_segments = {3}}), base::Code::kCorruption);
  EXPECT_EQ(ApplyTo(state, {.unlisted_segments = {9}}),
            base::Code::kCorruption);
}

TEST(ManifestState, MovesATableThatIsRemovedAndAdded) {
  ManifestState state;
  ASSERT_TRUE(state.Apply(LabEdit(1)).ok());
  ASSERT_TRUE(state
                  .Apply({.removed_tables = {101},
                          .added_tables = {LabTable(101, /*level=*/4)}})
                  .ok());
  EXPECT_EQ(state.tables.at(101).level, 4);
}

TEST(ManifestState, ForgetsACounterThatIsZeroAgain) {
  ManifestState state;
  ASSERT_TRUE(state.Apply({.counters = {{5, 2}}}).ok());
  ASSERT_TRUE(state.Apply({.counters = {{5, 0}}}).ok());
  EXPECT_TRUE(state.counters.empty());
}

TEST(ManifestState, KeepsACutAsLongAsItSilencesAListedSegment) {
  ManifestState state;
  ASSERT_TRUE(state
                  .Apply({
                      .listed_segments = {1,  2, 3},
                        .added_cuts = {{1, 64, 3}}
  })
                  .ok());
  ASSERT_TRUE(state.Apply({.unlisted_segments = {1}}).ok());
  EXPECT_EQ(state.cuts.size(), 1u) << "segment 2 must not be read as log";
  ASSERT_TRUE(state.Apply({.unlisted_segments = {2}}).ok());
  EXPECT_TRUE(state.cuts.empty());
}

TEST(ManifestState, MarksOnlyRise) {
  ManifestState state;
  ASSERT_TRUE(
      state.Apply({.next_file_number = 50, .highest_sequence = 9}).ok());
  ASSERT_TRUE(
      state.Apply({.next_file_number = 20, .highest_sequence = 3}).ok());
  EXPECT_EQ(state.next_file_number, 50u);
  EXPECT_EQ(state.highest_sequence, 9u);
}

}  // namespace
}  // namespace lsm
