#include "lsm/version/orphans.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "lsm/version/manifest_lab.h"
#include "lsm/wal/segment.h"

namespace lsm {
namespace {

class OrphansTest : public testing::Test {
 protected:
  void Touch(const std::string& name) {
    ASSERT_TRUE(fs_->CreateWritable(base::JoinPath(kLabDirectory, name)).ok());
  }
  DirectoryListing List(const ManifestState& state, uint64_t manifest) {
    return ListDirectory(fs_.get(), kLabDirectory, state, manifest).value();
  }
  static std::vector<std::string> Names(const DirectoryListing& listing) {
    std::vector<std::string> names;
    for (const auto& orphan : listing.orphans) names.push_back(orphan.name);
    std::sort(names.begin(), names.end());
    return names;
  }

  std::unique_ptr<support::CrashFileSystem> fs_ = LabDisk();
};

TEST_F(OrphansTest, AreOurFilesThatTheStateDoesNotName) {
  ManifestState state;
  ASSERT_TRUE(
      state.Apply({.added_tables = {LabTable(3)}, .listed_segments = {6}})
          .ok());
  for (const std::string& name :
       {TableName(3), TableName(4), SegmentName(6), SegmentName(7),
        ManifestName(8), ManifestName(9), std::string("CURRENT"),
        std::string("LOCK"), std::string("RESERVE"), std::string("CURRENT.tmp"),
        SpareName(11), std::string("dump.rdb"), std::string("notes.tmp")}) {
    Touch(name);
  }
  const DirectoryListing listing = List(state, 9);
  EXPECT_EQ(Names(listing),
            (std::vector<std::string>{TableName(4), "CURRENT.tmp",
                                      ManifestName(8), SegmentName(7)}));
  EXPECT_EQ(listing.spares, std::vector<std::string>{SpareName(11)});
}

TEST_F(OrphansTest, CountWhenNewNumbersAreChosen) {
  Touch(TableName(40));
  Touch(ManifestName(41));
  Touch(SegmentName(50));
  Touch(SpareName(51));
  ManifestState state;
  SkipNumbersOnDisk(List(state, 0), &state);
  EXPECT_EQ(state.next_file_number, 42u);
  EXPECT_EQ(state.next_segment_number, 52u);
}

TEST_F(OrphansTest, NeverTakeANumberBack) {
  ManifestState state;
  state.next_file_number = 90;
  state.next_segment_number = 91;
  SkipNumbersOnDisk(List(state, 0), &state);
  EXPECT_EQ(state.next_file_number, 90u);
  EXPECT_EQ(state.next_segment_number, 91u);
}

}  // namespace
}  // namespace lsm
