// That opening and repairing ask is the business of engine_damage_test.cc and
// repair_test.cc; here, what the answer goes by.

#include "lsm/lost_edits.h"

#include <gtest/gtest.h>

#include "lsm/damage_store.h"
#include "lsm/version/manifest_reader.h"
#include "lsm/wal/segment.h"

namespace lsm {
namespace {

class LostEditsTest : public testing::Test {
 protected:
  void SetUp() override {
    state_ = RecoverManifest(disk_.get(), "/data").value().state;
    ASSERT_GE(state_.segments.size(), 2u);
  }
  base::Status Look(Sequence last) {
    return LookForLostEdits(disk_.get(), "/data", "/data/MANIFEST", state_,
                            last);
  }
  // As the first edits had it: the newest segment is not listed yet.
  uint64_t ForgetNewest() {
    const uint64_t newest = *state_.segments.rbegin();
    state_.segments.erase(newest);
    return newest;
  }

  const DamageStore store_;
  std::shared_ptr<support::CrashFileSystem> disk_ = store_.Copy();
  ManifestState state_;
};

TEST_F(LostEditsTest, AreNoneWhereEverySegmentIsListed) {
  EXPECT_TRUE(Look(0).ok());
}

TEST_F(LostEditsTest, AreToldByASegmentThatPromisesMoreThanWasFound) {
  const std::string path = "/data/" + SegmentName(ForgetNewest());
  const base::Status lost = Look(0);
  EXPECT_EQ(lost.code(), base::Code::kCorruption);
  EXPECT_NE(lost.message().find("/data/MANIFEST"), std::string_view::npos);
  EXPECT_NE(lost.message().find(path), std::string_view::npos);
  EXPECT_TRUE(Look(kSequenceMax).ok());
}

TEST_F(LostEditsTest, AreNotToldByAStrangersSegment) {
  ForgetNewest();
  state_.identity.uuid = Uuid();
  EXPECT_TRUE(Look(0).ok());
}

// Recovery gave it up: what it listed last is newer.
TEST_F(LostEditsTest, AreNotToldByASegmentOlderThanOneListed) {
  state_.segments.insert(ForgetNewest() + 1);
  EXPECT_TRUE(Look(0).ok());
}

// The disk may say tomorrow what it does not today.
TEST_F(LostEditsTest, AreNotDeniedWhereTheDiskCannotRead) {
  const std::string path = "/data/" + SegmentName(ForgetNewest());
  disk_->FailReads(path, 0, 1);
  EXPECT_EQ(Look(0).code(), base::Code::kIo);
}

TEST_F(LostEditsTest, AreNotToldByASegmentWithoutAHeader) {
  const std::string path = "/data/" + SegmentName(ForgetNewest());
  ASSERT_TRUE(disk_->Truncate(path, 10).ok());
  EXPECT_TRUE(Look(0).ok());
}

}  // namespace
}  // namespace lsm
