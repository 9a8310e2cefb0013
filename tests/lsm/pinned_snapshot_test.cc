#include "lsm/pinned_snapshot.h"

#include <gtest/gtest.h>

#include <memory>
#include <string>

#include "lsm/engine_lab.h"

namespace lsm {
namespace {

std::string Read(const PinnedSnapshot& snapshot, std::string_view key) {
  const auto row = snapshot.Get(key, HashKey(key));
  if (!row.ok()) return row.status().ToString();
  return row.value() ? row.value()->value : "absent";
}

class PinnedSnapshotTest : public testing::Test {
 protected:
  void SetUp() override { ASSERT_TRUE(lab_.Open().ok()); }
  EngineLab lab_;
};

TEST_F(PinnedSnapshotTest, SeesItsMomentThroughFlushAndCompaction) {
  lab_.Put("changed", "old");
  const Sequence written = lab_.Put("deleted", "old");
  lab_.Put("", "an empty key");
  const auto then = lab_->TakeSnapshot();
  EXPECT_EQ(then->sequence(), lab_->applied());
  lab_.Put("changed", "new");
  lab_.Delete("deleted");
  lab_.Put("later", "new");
  const auto check = [&] {
    EXPECT_EQ(Read(*then, "changed"), "old");
    EXPECT_EQ(Read(*then, "deleted"), "old");
    EXPECT_EQ(Read(*then, ""), "an empty key");
    EXPECT_EQ(Read(*then, "later"), "absent");
    EXPECT_EQ(then->Get("deleted", HashKey("deleted")).value()->sequence,
              written);
    EXPECT_EQ(lab_.Read("changed").value(), "new");
    EXPECT_FALSE(lab_.Read("deleted").value().has_value());
  };
  check();
  ASSERT_TRUE(lab_.Flush().ok());
  check();
  ASSERT_TRUE(lab_.Compact().ok());
  check();
  lab_.Put("changed", "newest");
  ASSERT_TRUE(lab_.Compact().ok());
  EXPECT_EQ(Read(*then, "changed"), "old");
}

TEST_F(PinnedSnapshotTest, PinsFilesNotMemoryAfterAFlush) {
  lab_.Fill("k", 100);
  const auto then = lab_->TakeSnapshot();
  EXPECT_EQ(then->view().value().generations.size(), 1u);
  ASSERT_TRUE(lab_.Flush().ok());
  const auto view = then->view().value();
  EXPECT_TRUE(view.generations.empty());
  EXPECT_EQ(view.version->files(), 1u);
}

TEST_F(PinnedSnapshotTest, ItsFilesGoWhenItGoes) {
  lab_.Put("k", "old");
  ASSERT_TRUE(lab_.Flush().ok());
  auto then = lab_->TakeSnapshot();
  const std::string table = lab_.Find(".sst");
  lab_.Put("k", "new");
  ASSERT_TRUE(lab_.Compact().ok());
  lab_.Drive();
  EXPECT_TRUE(lab_.disk->Exists(lab_.Path(table)).value());
  EXPECT_EQ(Read(*then, "k"), "old");
  then.reset();
  lab_.Drive();
  EXPECT_FALSE(lab_.disk->Exists(lab_.Path(table)).value());
}

TEST_F(PinnedSnapshotTest, AnEngineThatGoesTakesItAlong) {
  lab_.Put("k", "v");
  const auto then = lab_->TakeSnapshot();
  ASSERT_TRUE(lab_.Close().ok());
  EXPECT_EQ(then->Get("k", HashKey("k")).status().code(), base::Code::kIo);
}

}  // namespace
}  // namespace lsm
