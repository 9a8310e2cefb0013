#include "lsm/checkpoint_directory.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/strings.h"
#include "lsm/engine_lab.h"

namespace lsm {
namespace {

using Names = std::vector<std::string>;

constexpr char kShelf[] = "/shelf";

// The lab's store, and the directory of its checkpoints.
class CheckpointDirectoryTest : public testing::Test {
 protected:
  void SetUp() override {
    lab_.clock.SetWall(1'763'737'402'000'000);  // 2025-11-21 15:03:22 UTC
    ASSERT_TRUE(lab_.Open().ok());
    lab_.Fill("a", 300);
  }

  base::Result<std::string> Save(size_t keep = 1) {
    std::optional<base::Result<std::string>> made;
    lab_->AddCheckpoint(kShelf, keep, [&made](base::Result<std::string> path) {
      made.emplace(std::move(path));
    });
    for (int i = 0; i < 100 && !made; ++i) lab_.Drive();
    CHECK(made.has_value());
    return *std::move(made);
  }
  static Names List(support::CrashFileSystem* disk) {
    base::Result<Names> names = disk->List(kShelf);
    if (!names.ok()) return {};
    Names sorted = std::move(names).value();
    std::sort(sorted.begin(), sorted.end());
    return sorted;
  }
  Names List() { return List(lab_.disk.get()); }
  static base::Result<EngineLab::Rows> ReadStore(
      std::shared_ptr<support::CrashFileSystem> disk, const std::string& path) {
    EngineLab copy;
    copy.disk = std::move(disk);
    copy.options.directory = path;
    TRY(copy.Open());
    return copy.ReadAll();
  }
  base::Result<std::string> Newest() {
    return CheckpointDirectory(lab_.disk.get(), kShelf).Newest();
  }

  EngineLab lab_;
};

TEST_F(CheckpointDirectoryTest, NamesThemByNumberAndTime) {
  EXPECT_EQ(Newest().value(), "");
  const std::string path = Save(2).value();
  EXPECT_EQ(path, "/shelf/000001-20251121T150322Z");
  EXPECT_EQ(Newest().value(), path);
  // The clock goes back; the number goes on all the same.
  lab_.clock.SetWall(1'700'000'000'000'000);
  lab_->Tick();
  EXPECT_EQ(Save(2).value(), "/shelf/000002-20231114T221320Z");
  EXPECT_EQ(List(),
            (Names{"000001-20251121T150322Z", "000002-20231114T221320Z"}));
}

TEST_F(CheckpointDirectoryTest, KeepsTheNewest) {
  for (int i = 0; i < 3; ++i) ASSERT_TRUE(Save(2).ok());
  EXPECT_EQ(List(),
            (Names{"000002-20251121T150322Z", "000003-20251121T150322Z"}));
  const EngineLab::Rows rows = lab_.ReadAll();
  ASSERT_TRUE(Save(1).ok());
  EXPECT_EQ(List(), (Names{"000004-20251121T150322Z"}));
  EXPECT_EQ(ReadStore(lab_.disk, Newest().value()).value(), rows);
}

TEST_F(CheckpointDirectoryTest, TouchesNothingElse) {
  ASSERT_TRUE(lab_.disk->CreateDirectory(kShelf).ok());
  const Names strange = {"000009",
                         "000009-20251121T150322Z.old",
                         "000009-20251121X150322Z",
                         "9-20251121T150322Z",
                         "x00009-20251121T150322Z",
                         "photos.part"};
  for (const std::string& name : strange) {
    ASSERT_TRUE(lab_.disk->CreateDirectory(base::JoinPath(kShelf, name)).ok());
  }
  ASSERT_TRUE(Save(1).ok());
  EXPECT_EQ(Save(1).value(), "/shelf/000002-20251121T150322Z");
  EXPECT_EQ(List().size(), strange.size() + 1);
}

// Somebody has restored by starting on it.
TEST_F(CheckpointDirectoryTest, LeavesWhatAStoreWasOpenedIn) {
  const std::string first = Save(1).value();
  const EngineLab::Rows rows = lab_.ReadAll();
  ASSERT_TRUE(ReadStore(lab_.disk, first).ok());
  for (int i = 0; i < 3; ++i) {
    lab_.Put("k", base::StrCat(i));
    ASSERT_TRUE(Save(1).ok());
  }
  EXPECT_EQ(List(),
            (Names{"000001-20251121T150322Z", "000004-20251121T150322Z"}));
  EXPECT_EQ(ReadStore(lab_.disk, first).value(), rows);
}

TEST_F(CheckpointDirectoryTest, AFailureLeavesWhatWasThere) {
  const std::string first = Save(1).value();
  lab_.Put("k", "v");
  lab_.disk->FailOnce(support::CrashFileSystem::Op::kCreate, "shelf/000002",
                      ENOSPC);
  EXPECT_EQ(Save(1).status().code(), base::Code::kNoRoom);
  EXPECT_EQ(List(), (Names{"000001-20251121T150322Z"}));
  EXPECT_TRUE(Save(1).ok());
  EXPECT_EQ(List().size(), 1u);
}

TEST_F(CheckpointDirectoryTest, TablesThatCannotBeLinkedAreCopied) {
  lab_.disk->FailOnce(support::CrashFileSystem::Op::kLink, "shelf/", EXDEV);
  const std::string path = Save(1).value();
  const EngineLab::Rows rows = lab_.ReadAll();
  const std::string table = lab_.Find(".sst");
  // Its own bytes: damage to the original does not reach it.
  lab_.disk->FlipBit(lab_.Path(table), 10, 1);
  EXPECT_EQ(ReadStore(lab_.disk, path).value(), rows);
}

TEST_F(CheckpointDirectoryTest, NothingIsCopiedThatWouldNotFit) {
  ASSERT_TRUE(lab_.Flush().ok());
  lab_.disk->SetFreeBytes(1000);
  lab_.disk->FailOnce(support::CrashFileSystem::Op::kLink, "shelf/", EXDEV);
  const base::Status refused = Save(1).status();
  EXPECT_EQ(refused.code(), base::Code::kNoRoom);
  EXPECT_NE(refused.message().find("cannot be linked"), std::string::npos);
  EXPECT_TRUE(List().empty());
}

TEST_F(CheckpointDirectoryTest, OneAtATime) {
  std::string order;
  lab_->AddCheckpoint(kShelf, 1, [&](const base::Result<std::string>& made) {
    order += made.ok() ? "first " : "failed ";
  });
  lab_->AddCheckpoint(kShelf, 1, [&](const base::Result<std::string>& made) {
    order += made.status().code() == base::Code::kInvalid ? "refused " : "? ";
  });
  for (int i = 0; i < 10; ++i) lab_.Drive();
  EXPECT_EQ(order, "refused first ");
}

TEST_F(CheckpointDirectoryTest, WhoWaitsWhenTheEngineClosesIsTold) {
  std::string told;
  lab_->AddCheckpoint(kShelf, 1, [&](const base::Result<std::string>& made) {
    told = made.status().message();
  });
  ASSERT_TRUE(lab_.Close().ok());
  EXPECT_EQ(told, "the engine was closed");
}

// The power goes at each step of making the second checkpoint and of removing
// the first. Whole names are whole, one of the two is always there, and the
// next save leaves one.
TEST_F(CheckpointDirectoryTest, SurvivesAPowerCutAtEachStep) {
  ASSERT_TRUE(lab_.Flush().ok());
  ASSERT_TRUE(Save(1).ok());
  lab_.Fill("b", 100);
  ASSERT_TRUE(lab_.Flush().ok());
  const EngineLab::Rows rows = lab_.ReadAll();
  ASSERT_TRUE(lab_.Close().ok());
  const std::unique_ptr<support::CrashFileSystem> start = lab_.disk->Kill();
  int parts = 0;
  bool finished = false;
  for (uint64_t step = 1; !finished; ++step) {
    lab_.disk = start->Kill();
    ASSERT_TRUE(lab_.Open().ok());
    lab_.disk->CrashAt(lab_.disk->ops() + step);
    const bool acknowledged = Save(1).ok();
    finished = lab_.disk->crash_op().empty();
    for (uint64_t seed = 1; seed <= 8; ++seed) {
      SCOPED_TRACE(base::StrCat(lab_.disk->crash_op(), ", seed ", seed));
      std::shared_ptr<support::CrashFileSystem> left = lab_.disk->Crash(seed);
      std::string newest;
      for (const std::string& name : List(left.get())) {
        if (name.ends_with(".part")) {
          ++parts;
          continue;
        }
        newest = base::JoinPath(kShelf, name);
        // A copy, so that it is not marked as opened.
        ASSERT_TRUE(ReadStore(left->Kill(), newest).ok());
      }
      ASSERT_NE(newest, "");
      if (acknowledged) {
        EXPECT_EQ(ReadStore(left->Kill(), newest).value(), rows);
      }
      EngineLab store;
      store.disk = left;
      ASSERT_TRUE(store.Open().ok());
      std::optional<base::Status> again;
      store->AddCheckpoint(kShelf, 1,
                           [&again](const base::Result<std::string>& made) {
                             again = made.status();
                           });
      for (int i = 0; i < 100 && !again; ++i) store.Drive();
      ASSERT_TRUE(again && again->ok());
      const Names names = List(left.get());
      ASSERT_EQ(names.size(), 1u);
      EXPECT_EQ(ReadStore(left, base::JoinPath(kShelf, names[0])).value(),
                rows);
    }
    lab_.PowerCut();
  }
  EXPECT_GT(parts, 0);
}

}  // namespace
}  // namespace lsm
