#include "lsm/version/manifest.h"

#include <gtest/gtest.h>

#include <set>
#include <thread>

#include "lsm/version/file_names.h"
#include "lsm/version/manifest_lab.h"

namespace lsm {
namespace {

using support::CrashFileSystem;

// Calls back once, in the middle of beginning a new MANIFEST file.
class HookedFileSystem : public CrashFileSystem {
 public:
  base::Result<std::unique_ptr<base::WritableFile>> CreateWritable(
      const std::string& path) override {
    if (hook_) std::exchange(hook_, nullptr)();
    return CrashFileSystem::CreateWritable(path);
  }
  void SetHook(std::function<void()> hook) { hook_ = std::move(hook); }

 private:
  std::function<void()> hook_;
};

class ManifestTest : public testing::Test {
 protected:
  ManifestTest() {
    CHECK(fs_.CreateDirectory(kLabDirectory).ok());
    CHECK(fs_.SyncDirectory(".").ok());
  }

  std::unique_ptr<Manifest> Create(const ManifestOptions& options = {}) {
    return LabCreate(&fs_, options).value();
  }
  // How many edits a power cut now leaves, when it takes what it can.
  uint64_t EditsAfterPowerCut() {
    const auto disk = fs_.Crash(1, support::Fate::kOld);
    auto recovered = RecoverManifest(disk.get(), kLabDirectory);
    EXPECT_TRUE(recovered.ok()) << recovered.status().ToString();
    EXPECT_EQ(LabDifference(recovered.value().state), "");
    return LabEditsIn(recovered.value().state);
  }
  bool Exists(uint64_t number) {
    return fs_.Exists(base::JoinPath(kLabDirectory, ManifestName(number)))
        .value();
  }

  HookedFileSystem fs_;
};

TEST_F(ManifestTest, IsRecoveredAsItWasAppended) {
  const auto manifest = Create();
  for (uint64_t n = 1; n <= 5; ++n) {
    ASSERT_TRUE(manifest->Append(LabEdit(n)).ok());
    EXPECT_EQ(EditsAfterPowerCut(), n);
  }
  const auto recovered = RecoverManifest(&fs_, kLabDirectory).value();
  EXPECT_EQ(recovered.state, manifest->state());
  EXPECT_EQ(recovered.number, manifest->number());
  EXPECT_EQ(recovered.edits, 6u) << "and the snapshot";
  EXPECT_FALSE(recovered.is_new);
  EXPECT_EQ(recovered.torn_tail, "");
}

TEST_F(ManifestTest, ANewFileHoldsAllThatTheOldOneDid) {
  ManifestState state;
  {
    const auto manifest = Create();
    for (uint64_t n = 1; n <= 4; ++n) {
      ASSERT_TRUE(manifest->Append(LabEdit(n)).ok());
    }
    state = manifest->state();
  }
  state.incarnation += 1;
  const auto again = Manifest::Create(&fs_, kLabDirectory, state).value();
  ASSERT_TRUE(again->Append(LabEdit(5)).ok());
  const auto recovered = RecoverManifest(&fs_, kLabDirectory).value();
  EXPECT_EQ(recovered.state, again->state());
  EXPECT_EQ(recovered.state.incarnation, state.incarnation);
}

TEST_F(ManifestTest, OneFrameWitnessesForAllAndNoneIsWrittenTwice) {
  const auto manifest = Create();
  uint64_t ops = fs_.ops();
  ASSERT_TRUE(manifest->Witness().ok());
  EXPECT_EQ(fs_.ops(), ops) << "CURRENT is the witness of the snapshot";
  ASSERT_TRUE(manifest->Append(LabEdit(1)).ok());
  ASSERT_TRUE(manifest->Append(LabEdit(2)).ok());
  ops = fs_.ops();
  ASSERT_TRUE(manifest->Witness().ok());
  EXPECT_EQ(fs_.ops(), ops + 2) << "one write, one sync";
  ASSERT_TRUE(manifest->Witness().ok());
  EXPECT_EQ(fs_.ops(), ops + 2);
}

TEST_F(ManifestTest, ThreadsAppendTogether) {
  const auto manifest = Create({.roll_bytes = 6000});
  constexpr uint64_t kThreads = 4;
  constexpr uint64_t kEdits = 30;
  std::vector<std::thread> threads;
  for (uint64_t t = 0; t < kThreads; ++t) {
    threads.emplace_back([&manifest, t] {
      for (uint64_t i = 0; i < kEdits; ++i) {
        const uint64_t number = manifest->NewFileNumber();
        VersionEdit edit;
        edit.added_tables = {LabTable(number)};
        edit.counters[t] = static_cast<int64_t>(i + 1);
        EXPECT_TRUE(i % 3 == 0 ? manifest->AppendWitnessed(edit).ok()
                               : manifest->Append(edit).ok());
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  const auto disk = fs_.Crash(1, support::Fate::kOld);
  const auto recovered = RecoverManifest(disk.get(), kLabDirectory).value();
  EXPECT_EQ(recovered.state.tables.size(), kThreads * kEdits);
  for (uint64_t t = 0; t < kThreads; ++t) {
    EXPECT_EQ(recovered.state.counters.at(t), static_cast<int64_t>(kEdits));
  }
}

TEST_F(ManifestTest, BeginsANewFileWhenTheOldOneHasGrown) {
  const auto manifest = Create({.roll_bytes = 6000});
  std::set<uint64_t> numbers = {manifest->number()};
  for (uint64_t n = 1; n <= 40; ++n) {
    ASSERT_TRUE(manifest->Append(LabEdit(n)).ok());
    EXPECT_EQ(EditsAfterPowerCut(), n);
    numbers.insert(manifest->number());
  }
  EXPECT_GT(numbers.size(), 3u);
  for (const uint64_t number : numbers) {
    EXPECT_EQ(Exists(number), number == manifest->number());
  }
}

// Appends edits until a new file is begun; one more arrives from another
// thread while its snapshot is being written. Returns how many there are.
uint64_t RollWithAQueue(HookedFileSystem* fs, const ManifestFaults& faults) {
  const auto manifest =
      LabCreate(fs, {.roll_bytes = 8000, .faults = faults}).value();
  uint64_t edits = 0;
  std::thread other;
  fs->SetHook([&] {
    other = std::thread(
        [&, last = ++edits] { CHECK(manifest->Append(LabEdit(last)).ok()); });
    while (LabEditsIn(manifest->state()) < edits) std::this_thread::yield();
  });
  while (!other.joinable()) CHECK(manifest->Append(LabEdit(++edits)).ok());
  other.join();
  return edits;
}

TEST_F(ManifestTest, EditsThatQueueDuringARollAreKept) {
  const uint64_t edits = RollWithAQueue(&fs_, {});
  EXPECT_EQ(EditsAfterPowerCut(), edits);
}

TEST_F(ManifestTest, AForgottenQueueIsNoticed) {
  const uint64_t edits = RollWithAQueue(&fs_, {.forget_queue_on_roll = true});
  EXPECT_LT(EditsAfterPowerCut(), edits);
}

TEST_F(ManifestTest, GivesAFileUpAtItsFirstErrorAndGoesOnInANewOne) {
  for (const auto op :
       {CrashFileSystem::Op::kWrite, CrashFileSystem::Op::kSync}) {
    const auto manifest = Create();
    const uint64_t number = manifest->number();
    ASSERT_TRUE(manifest->Append(LabEdit(1)).ok());
    fs_.FailOnce(op, "Manifest-");
    EXPECT_TRUE(manifest->Append(LabEdit(2)).ok());
    EXPECT_NE(manifest->number(), number);
    EXPECT_EQ(EditsAfterPowerCut(), 2u);
    EXPECT_TRUE(manifest->Append(LabEdit(3)).ok());
    EXPECT_EQ(EditsAfterPowerCut(), 3u);
  }
}

TEST_F(ManifestTest, TheSecondErrorIsFinal) {
  const auto manifest = Create();
  ASSERT_TRUE(manifest->Append(LabEdit(1)).ok());
  fs_.FailOnce(CrashFileSystem::Op::kSync, "Manifest-");
  fs_.FailOnce(CrashFileSystem::Op::kRename, "CURRENT");
  EXPECT_EQ(manifest->Append(LabEdit(2)).code(), base::Code::kIo);
  EXPECT_EQ(manifest->error().code(), base::Code::kIo);
  const uint64_t ops = fs_.ops();
  EXPECT_EQ(manifest->Append(LabEdit(3)).code(), base::Code::kIo);
  EXPECT_EQ(manifest->Witness().code(), base::Code::kIo);
  EXPECT_EQ(fs_.ops(), ops) << "nothing is written any more";
  EXPECT_GE(EditsAfterPowerCut(), 1u);
}

TEST_F(ManifestTest, AFullDiskIsNotFinalAndTheEditGoesAlong) {
  const auto manifest = Create();
  ASSERT_TRUE(manifest->Append(LabEdit(1)).ok());
  fs_.SetFreeBytes(0);
  EXPECT_EQ(manifest->Append(LabEdit(2)).code(), base::Code::kNoRoom);
  EXPECT_EQ(manifest->Witness().code(), base::Code::kNoRoom);
  EXPECT_TRUE(manifest->error().ok());
  // Tries leave nothing that would take what somebody frees.
  EXPECT_EQ(fs_.List(kLabDirectory).value().size(), 2u);
  fs_.SetFreeBytes(1 << 20);
  EXPECT_TRUE(manifest->Witness().ok());
  EXPECT_EQ(EditsAfterPowerCut(), 2u);
}

TEST_F(ManifestTest, NoFileHandleLeftIsNotFinal) {
  const auto manifest = Create();
  fs_.FailOnce(CrashFileSystem::Op::kWrite, "Manifest-", ENOSPC);
  EXPECT_FALSE(manifest->Append(LabEdit(1)).ok());
  for (int i = 0; i < 3; ++i) {
    fs_.FailOnce(CrashFileSystem::Op::kCreate, "Manifest-", EMFILE);
    EXPECT_EQ(manifest->Witness().error_number(), EMFILE);
  }
  EXPECT_TRUE(manifest->error().ok());
  EXPECT_TRUE(manifest->Witness().ok());
  EXPECT_EQ(EditsAfterPowerCut(), 1u);
}

TEST_F(ManifestTest, NumbersAreNeverGivenTwice) {
  const auto manifest = Create();
  std::set<uint64_t> numbers = {manifest->number()};
  for (int i = 0; i < 10; ++i) {
    EXPECT_TRUE(numbers.insert(manifest->NewFileNumber()).second);
  }
  ASSERT_TRUE(manifest->Append(LabEdit(1)).ok());
  EXPECT_GT(manifest->NewFileNumber(), LabTable(101).info.number);
  EXPECT_NE(manifest->NewSegmentNumber(), manifest->NewSegmentNumber());
}

}  // namespace
}  // namespace lsm
