#include "lsm/checkpoint.h"

#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <string>

#include "base/random.h"
#include "base/strings.h"
#include "lsm/engine_lab.h"

namespace lsm {
namespace {

constexpr char kCopy[] = "/copy";

// The lab's store, and a copy of it as of one moment.
class CheckpointTest : public testing::Test {
 protected:
  void SetUp() override { ASSERT_TRUE(lab_.Open().ok()); }

  base::Result<CheckpointSource> Prepare() {
    std::optional<base::Result<CheckpointSource>> source;
    lab_->PrepareCheckpoint([&source](base::Result<CheckpointSource> made) {
      source.emplace(std::move(made));
    });
    for (int i = 0; i < 100 && !source; ++i) {
      if (i == 0 && meanwhile_) meanwhile_();
      lab_.Drive();
    }
    CHECK(source.has_value());
    return *std::move(source);
  }
  base::Status Copy() {
    TRY_ASSIGN(const CheckpointSource source, Prepare());
    return WriteCheckpoint(lab_.disk.get(), source, lab_.options.directory,
                           kCopy);
  }
  // What the copy on this disk holds.
  static base::Result<EngineLab::Rows> ReadCopy(
      std::shared_ptr<support::CrashFileSystem> disk, int64_t* counter) {
    EngineLab copy;
    copy.disk = std::move(disk);
    copy.options.directory = kCopy;
    TRY(copy.Open());
    *counter = copy->counter(1);
    return copy.ReadAll();
  }

  EngineLab lab_;
  std::function<void()> meanwhile_;
  int64_t counter_ = 0;
};

TEST_F(CheckpointTest, HoldsAllThatWasWrittenBefore) {
  lab_.Fill("a", 200);
  ASSERT_TRUE(lab_.Compact().ok());
  lab_.Fill("b", 200);
  lab_.Put("a0007", "");
  lab_.Put("", "an empty key");
  lab_.Delete("b0003");
  WriteBatch batch;
  batch.Put("counted", "v");
  batch.AddCount(1, 5);
  lab_.Write(batch);
  const EngineLab::Rows rows = lab_.ReadAll();
  ASSERT_TRUE(Copy().ok());
  lab_.Put("later", "v");
  lab_.Delete("counted");
  EXPECT_EQ(ReadCopy(lab_.disk, &counter_).value(), rows);
  EXPECT_EQ(counter_, 5);
  // Both go on by themselves, on tables that they share.
  ASSERT_TRUE(lab_.Compact().ok());
  EXPECT_EQ(ReadCopy(lab_.disk, &counter_).value(), rows);
  EXPECT_EQ(lab_.Read("later").value(), "v");
  EXPECT_FALSE(lab_.Read("counted").value());
}

TEST_F(CheckpointTest, NothingIsWrittenTwice) {
  lab_.Fill("a", 200);
  ASSERT_TRUE(Copy().ok());
  const std::string table = lab_.Find(".sst");
  EXPECT_TRUE(lab_.disk->Exists(base::JoinPath(kCopy, table)).value());
  // A second one has nothing to flush.
  const uint64_t flushes = lab_->stats().flushes;
  ASSERT_TRUE(Prepare().ok());
  EXPECT_EQ(lab_->stats().flushes, flushes);
}

TEST_F(CheckpointTest, OfAnEmptyStoreIsAnEmptyStore) {
  ASSERT_TRUE(Copy().ok());
  EXPECT_TRUE(ReadCopy(lab_.disk, &counter_).value().empty());
}

TEST_F(CheckpointTest, TouchesNoDirectoryThatIsInUse) {
  lab_.Put("k", "v");
  ASSERT_TRUE(Copy().ok());
  const base::Status again = Copy();
  EXPECT_EQ(again.code(), base::Code::kInvalid);
  EXPECT_EQ(ReadCopy(lab_.disk, &counter_).value().size(), 1u);
}

TEST_F(CheckpointTest, LeavesNothingBehindWhenItFails) {
  lab_.Fill("a", 200);
  ASSERT_TRUE(lab_.Compact().ok());
  lab_.Fill("b", 200);
  lab_.disk->FailOnce(support::CrashFileSystem::Op::kCreate, "copy/");
  EXPECT_EQ(Copy().code(), base::Code::kIo);
  EXPECT_TRUE(lab_.disk->List(kCopy).value().empty());
  ASSERT_TRUE(Copy().ok());
  EXPECT_EQ(ReadCopy(lab_.disk, &counter_).value(), lab_.ReadAll());
}

// Kills and deletions that come between the call and its flush: rows that
// they would take are still the checkpoint's.
TEST_F(CheckpointTest, IsOfOneMoment) {
  lab_.Put("Maa", "in the scope");
  lab_.Put("Mbb", "in the other");
  ASSERT_TRUE(lab_.Flush().ok());
  lab_.Put("k", "v");
  meanwhile_ = [&] {
    WriteBatch batch;
    batch.KillScope("Ma");
    lab_.Write(batch);
    lab_.Put("later", "v");
    lab_->Submit();
    // Merges tables with the kill in sight, before the flush of the moment.
    lab_->Compact([](const base::Status&) {});
  };
  ASSERT_TRUE(Copy().ok());
  ASSERT_TRUE(lab_.Compact().ok());
  EXPECT_EQ(lab_.ReadAll().count("Maa"), 0u);
  const EngineLab::Rows rows = ReadCopy(lab_.disk, &counter_).value();
  EXPECT_EQ(rows.count("k"), 1u);
  EXPECT_EQ(rows.count("Mbb"), 1u);
  EXPECT_EQ(rows.count("later"), rows.count("Maa") == 0 ? 1u : 0u);
}

// The power goes at each step of the copying. The store is whole; the copy is
// whole, or refused, or not there at all.
TEST_F(CheckpointTest, SurvivesAPowerCutAtEachStep) {
  lab_.Fill("a", 300);
  ASSERT_TRUE(lab_.Compact().ok());
  lab_.Fill("b", 100);
  ASSERT_TRUE(lab_.Flush().ok());
  const EngineLab::Rows rows = lab_.ReadAll();
  ASSERT_TRUE(lab_.Close().ok());
  const std::unique_ptr<support::CrashFileSystem> start = lab_.disk->Kill();
  int refused = 0;
  int whole = 0;
  bool finished = false;
  for (uint64_t step = 1; !finished; ++step) {
    lab_.disk = start->Kill();
    ASSERT_TRUE(lab_.Open().ok());
    const CheckpointSource source = Prepare().value();
    lab_.disk->CrashAt(lab_.disk->ops() + step);
    const bool acknowledged =
        WriteCheckpoint(lab_.disk.get(), source, lab_.options.directory, kCopy)
            .ok();
    finished = lab_.disk->crash_op().empty();
    ASSERT_EQ(acknowledged, finished) << lab_.disk->crash_op();
    for (uint64_t seed = 1; seed <= 8; ++seed) {
      std::shared_ptr<support::CrashFileSystem> left = lab_.disk->Crash(seed);
      SCOPED_TRACE(base::StrCat(lab_.disk->crash_op(), ", seed ", seed));
      EngineLab store;
      store.disk = left;
      ASSERT_TRUE(store.Open().ok());
      EXPECT_EQ(store.ReadAll(), rows);
      ASSERT_TRUE(store.Close().ok());

      const bool is_there =
          left->Exists(kCopy).value() && !left->List(kCopy).value().empty();
      if (acknowledged) {
        ASSERT_TRUE(is_there);
      }
      if (!is_there) continue;
      const auto copy = ReadCopy(left, &counter_);
      if (copy.ok()) {
        ++whole;
        EXPECT_EQ(copy.value(), rows);
      } else {
        ++refused;
        EXPECT_EQ(copy.status().code(), base::Code::kCorruption)
            << copy.status().ToString();
        EXPECT_FALSE(acknowledged);
      }
    }
    ASSERT_TRUE(lab_.disk != nullptr);
    lab_.PowerCut();
  }
  EXPECT_GT(refused, 0);
  EXPECT_GT(whole, 7);
}

}  // namespace
}  // namespace lsm
