// No room, at each place where a disk can run full: writes may be refused, but
// nothing is lost, nothing is done twice, and the store goes on by itself.

#include <gtest/gtest.h>

#include <cerrno>
#include <string>

#include "lsm/engine_lab.h"

namespace lsm {
namespace {

using Op = support::CrashFileSystem::Op;

class EngineFullDisk : public testing::Test {
 protected:
  void SetUp() override { Open(); }
  void Open() {
    const base::Status status = lab.Open();
    ASSERT_TRUE(status.ok()) << status.ToString();
  }
  std::string Read(std::string_view key) {
    const auto value = lab.Read(key);
    if (!value.ok()) return value.status().ToString();
    return value.value().value_or("absent");
  }

  EngineLab lab;
};

TEST_F(EngineFullDisk, AFlushWithoutRoomForItsTablesIsBegunAgain) {
  lab.Fill("k", 300);
  const auto rows = lab.ReadAll();
  lab->Submit();
  lab.disk->SetFreeBytes(0);
  EXPECT_EQ(lab.Flush().code(), base::Code::kNoRoom);
  EXPECT_EQ(lab.ReadAll(), rows);
  lab.disk->SetFreeBytes(64 << 20);
  EXPECT_TRUE(lab.Flush().ok());
  lab.PowerCut();
  Open();
  EXPECT_EQ(lab.ReadAll(), rows);
}

// The edit is with the MANIFEST by then, which does not give it back; making
// the flush again would list its rows and give up its segments twice.
TEST_F(EngineFullDisk, AFlushWithoutRoomForItsEditIsResumed) {
  for (int skipped_writes = 0; skipped_writes < 2; ++skipped_writes) {
    SCOPED_TRACE(skipped_writes);
    // Enough to fill some segments, which the flush gives up: then it writes
    // an edit and a witness.
    for (int i = 0; i < 10; ++i) {
      lab.Fill("k", 100);
      lab->Submit();
    }
    const auto rows = lab.ReadAll();
    if (skipped_writes == 1) {
      lab->Flush([](const base::Status&) {});
      ASSERT_TRUE(lab->RunBackground());
    }
    lab.disk->FailOnce(Op::kWrite, "Manifest-", ENOSPC);
    lab.disk->FailOnce(Op::kCreate, "Manifest-", ENOSPC);
    lab.Put("l", "v");
    lab->Submit();
    (void)lab.Flush().code();
    for (int i = 0; i < 4; ++i) {
      lab.clock.Advance(1'100'000);
      lab.Drive();
    }
    EXPECT_TRUE(lab.Flush().ok());
    EXPECT_EQ(lab.ReadAll().size(), rows.size() + 1);
    lab.PowerCut();
    Open();
    EXPECT_EQ(lab.ReadAll().size(), rows.size() + 1);
    EXPECT_EQ(Read("l"), "v");
    lab.Delete("l");
  }
}

// Whatever write or sync of a file is the first without room, the store goes
// on as if nothing had been once there is room again.
TEST_F(EngineFullDisk, EveryStepSurvivesAFullDisk) {
  for (const char* part : {"Manifest-", ".sst", "wal-", "spare-", "CURRENT"}) {
    for (const Op op : {Op::kCreate, Op::kWrite}) {
      for (int times = 1; times <= 3; ++times) {
        SCOPED_TRACE(testing::Message()
                     << part << " op " << static_cast<int>(op) << " times "
                     << times);
        EngineLab other;
        ASSERT_TRUE(other.Open().ok());
        other.Fill("k", 400);
        ASSERT_TRUE(other.Sync().ok());
        for (int i = 0; i < times; ++i) other.disk->FailOnce(op, part, ENOSPC);
        (void)other.Flush().code();
        other.clock.Advance(2'000'000);
        other.Drive();
        (void)other.Compact().code();
        for (int i = 0; i < 6; ++i) {
          other.clock.Advance(2'000'000);
          other.Drive();
        }
        // (A log that met ENOSPC inside a segment is over until reopened.)
        if (other->log_error().ok()) {
          for (int i = 1; i < times; ++i) (void)other.Compact().code();
          const base::Status status = other.Compact();
          EXPECT_TRUE(status.ok()) << status.ToString();
        }
        EXPECT_EQ(other.ReadAll().size(), 400u);
        other.PowerCut(7);
        const base::Status status = other.Open();
        ASSERT_TRUE(status.ok()) << status.ToString();
        EXPECT_EQ(other.ReadAll().size(), 400u);
      }
    }
  }
}

// Before that they need not care: there is memory for what they write.
TEST_F(EngineFullDisk, WhoWouldWaitForAFlushWithoutRoomIsToldSo) {
  lab.Fill("k", 10);
  lab->Submit();
  lab.disk->FailOnce(Op::kCreate, ".sst", ENOSPC);
  EXPECT_EQ(lab.Flush().code(), base::Code::kNoRoom);
  for (char prefix = 'a'; lab->pressure() < 1; ++prefix) {
    ASSERT_TRUE(lab->MayWrite().ok());
    lab.Fill({&prefix, 1}, 200);
    lab->Submit();
    lab->Tick();
  }
  EXPECT_EQ(lab->MayWrite().code(), base::Code::kNoRoom);
  EXPECT_TRUE(lab->MayWrite(/*may_use_reserve=*/true).ok());
  // The flush is tried again, and writes go on by themselves.
  lab.clock.Advance(2'000'000);
  lab.Drive();
  lab.Drive();
  EXPECT_TRUE(lab->MayWrite().ok());
  lab.Put("k", "v");
}

TEST_F(EngineFullDisk, InputsThatCouldNotBeWitnessedGoLater) {
  lab.Fill("k", 300);
  ASSERT_TRUE(lab.Flush().ok());
  lab.Fill("k", 300);
  ASSERT_TRUE(lab.Compact().ok());
  lab.Drive();
  size_t tables = 0;
  for (const auto& [name, bytes] : lab.Files()) {
    tables += name.ends_with(".sst");
  }
  uint64_t files = 0;
  for (const auto& level : lab->stats().levels) files += level.files;
  EXPECT_EQ(tables, files);
}

}  // namespace
}  // namespace lsm
