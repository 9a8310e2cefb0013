// A full disk with a reserve: what frees space goes through, and writes go on
// by themselves; beside each case stands what happens without it.

#include <gtest/gtest.h>

#include <string>

#include "base/strings.h"
#include "lsm/engine_lab.h"

namespace lsm {
namespace {

// A generation or a segment, both of 64 KiB in the lab, and an eighth.
constexpr uint64_t kReserve = 72 << 10;

class EngineReserve : public testing::Test {
 protected:
  EngineReserve() {
    lab.options.reserve_bytes = kReserve;
    lab.options.compress = false;
  }

  void Open() {
    const base::Status status = lab.Open();
    ASSERT_TRUE(status.ok()) << status.ToString();
    lab.Drive();
  }
  void DriveFor(int seconds) {
    for (int i = 0; i < seconds; ++i) {
      lab.clock.Advance(1'000'000);
      lab.Drive();
    }
  }
  uint64_t Held() { return lab->stats().reserve_bytes; }
  // The bytes of the file, or "absent".
  std::string File() {
    const auto size = lab.disk->FileSize(lab.Path("RESERVE"));
    return size.ok() ? base::StrCat(size.value()) : "absent";
  }
  base::Code MayWrite() { return lab->MayWrite().code(); }

  // Writes rows until no more are taken, however long one waits.
  int WriteUntilFull() {
    int rows = 0;
    while (rows < 10'000) {
      if (!lab->MayWrite().ok()) DriveFor(20);
      if (!lab->MayWrite().ok()) break;
      lab.Put(base::StrCat("M01", 10'000 + rows++), std::string(500, 'x'));
      lab.clock.Advance(20'000);
      lab.Drive();
    }
    return rows;
  }

  EngineLab lab;
};

TEST_F(EngineReserve, IsSetAsideOnceTheStoreIsOpen) {
  lab.options.reserve_bytes = 1 << 30;  // It takes no more than it needs.
  Open();
  EXPECT_EQ(Held(), kReserve);
  EXPECT_EQ(File(), base::StrCat(kReserve));
  lab.PowerCut();
  Open();
  EXPECT_EQ(Held(), kReserve);
}

TEST_F(EngineReserve, IsMadeAnewWhateverIsFound) {
  Open();
  lab.PowerCut();
  ASSERT_TRUE(base::ReplaceFile(lab.disk.get(), lab.Path("RESERVE"), "?").ok());
  Open();
  EXPECT_EQ(File(), base::StrCat(kReserve));
  lab.PowerCut();
  lab.options.reserve_bytes = 0;
  Open();
  EXPECT_EQ(File(), "absent");
}

TEST_F(EngineReserve, MakesRoomForAFlush) {
  for (const uint64_t reserve : {uint64_t{0}, kReserve}) {
    lab.options.reserve_bytes = reserve;
    Open();
    lab.Fill("k", 300);
    const auto rows = lab.ReadAll();
    lab->Submit();
    lab.disk->SetFreeBytes(0);
    const base::Status flushed = lab.Flush();
    if (reserve == 0) {
      EXPECT_EQ(flushed.code(), base::Code::kNoRoom);
      lab.disk->SetFreeBytes(1 << 20);
      lab.PowerCut();
      continue;
    }
    EXPECT_TRUE(flushed.ok()) << flushed.ToString();
    EXPECT_EQ(Held(), 0u);
    // What is left of it is for the next flush, not for ordinary writes.
    EXPECT_EQ(MayWrite(), base::Code::kNoRoom);
    EXPECT_TRUE(lab->MayWrite(/*may_use_reserve=*/true).ok());
    EXPECT_EQ(lab.ReadAll(), rows);

    lab.disk->SetFreeBytes(1 << 20);
    DriveFor(2);
    EXPECT_EQ(Held(), kReserve);
    EXPECT_EQ(MayWrite(), base::Code::kOk);
    lab.PowerCut();
    Open();
    EXPECT_EQ(lab.ReadAll(), rows);
  }
}

TEST_F(EngineReserve, LetsDeletesFreeTheDisk) {
  for (const uint64_t reserve : {uint64_t{0}, kReserve}) {
    lab.disk = std::make_shared<support::CrashFileSystem>();
    lab.options.reserve_bytes = reserve;
    Open();
    lab.disk->SetFreeBytes(256 << 10);
    const int rows = WriteUntilFull();
    ASSERT_LT(rows, 10'000);
    // What could have been set aside is gone, too.
    if (reserve == 0) lab.disk->SetFreeBytes(0);
    WriteBatch batch;
    for (int i = 0; i < rows; ++i) {
      const std::string key = base::StrCat("M01", 10'000 + i);
      batch.Delete(key, HashKey(key));
    }
    ASSERT_TRUE(lab->Write(batch, /*may_use_reserve=*/true).ok());
    DriveFor(30);
    EXPECT_EQ(MayWrite(), reserve == 0 ? base::Code::kNoRoom : base::Code::kOk);
    EXPECT_EQ(Held(), reserve);
    EXPECT_TRUE(lab.ReadAll().empty());
  }
}

TEST_F(EngineReserve, LetsKillsFreeTheDisk) {
  lab.disk->SetFreeBytes(1 << 20);
  Open();
  ASSERT_LT(WriteUntilFull(), 10'000);
  WriteBatch batch;
  batch.KillScope("M0");
  ASSERT_TRUE(lab->Write(batch, /*may_use_reserve=*/true).ok());
  DriveFor(30);
  EXPECT_EQ(MayWrite(), base::Code::kOk);
  EXPECT_EQ(Held(), kReserve);
  EXPECT_TRUE(lab.ReadAll().empty());
}

TEST_F(EngineReserve, MakesRoomForACompactionThatFitsIn) {
  Open();
  lab.Fill("k", 200);
  ASSERT_TRUE(lab.Flush().ok());
  lab.Fill("k", 200);
  ASSERT_TRUE(lab.Flush().ok());
  const auto rows = lab.ReadAll();
  lab.disk->SetFreeBytes(0);
  const base::Status compacted = lab.Compact();
  EXPECT_TRUE(compacted.ok()) << compacted.ToString();
  EXPECT_EQ(lab.ReadAll(), rows);
}

TEST_F(EngineReserve, IsNotWastedOnACompactionThatDoesNotFitIn) {
  Open();
  for (int i = 0; i < 3; ++i) {
    lab.Fill("k", 900);
    ASSERT_TRUE(lab.Flush().ok());
  }
  lab.disk->SetFreeBytes(0);
  EXPECT_EQ(lab.Compact().code(), base::Code::kNoRoom);
  EXPECT_EQ(Held(), kReserve);
}

TEST_F(EngineReserve, MakesRoomForOpening) {
  for (const bool has_spare : {false, true}) {
    for (const uint64_t reserve : {uint64_t{0}, kReserve}) {
      SCOPED_TRACE(testing::Message() << has_spare << " " << reserve);
      lab.disk = std::make_shared<support::CrashFileSystem>();
      lab.options.reserve_bytes = reserve;
      Open();
      lab.Fill("k", 100);
      ASSERT_TRUE(lab.Close().ok());
      for (const std::string& name :
           lab.disk->List(lab.options.directory).value()) {
        if (!has_spare && name.starts_with("spare-")) {
          ASSERT_TRUE(lab.disk->Remove(lab.Path(name)).ok());
        }
      }
      lab.disk->SetFreeBytes(0);
      if (reserve == 0) {
        EXPECT_EQ(lab.Open().code(), base::Code::kNoRoom);
        continue;
      }
      Open();
      EXPECT_EQ(lab.ReadAll().size(), 100u);
      EXPECT_EQ(MayWrite(), base::Code::kNoRoom);
      lab.disk->SetFreeBytes(1 << 20);
      DriveFor(3);
      EXPECT_EQ(MayWrite(), base::Code::kOk);
      EXPECT_EQ(Held(), kReserve);
    }
  }
}

TEST_F(EngineReserve, IsNotWaitedForWhereNoneIsWantedAnyMore) {
  lab.options.reserve_bytes = kReserve;
  Open();
  lab.Fill("k", 100);
  ASSERT_TRUE(lab.Close().ok());
  lab.options.reserve_bytes = 0;
  lab.disk->SetFreeBytes(0);
  Open();  // With what was set aside before.
  lab.disk->SetFreeBytes(1 << 20);
  DriveFor(3);
  EXPECT_EQ(MayWrite(), base::Code::kOk);
  EXPECT_EQ(Held(), 0u);
}

// A process that was killed while a job wrote has left part of a table.
TEST_F(EngineReserve, IsNotNeededWhereAJobHasLeftWhatNobodyNeeds) {
  lab.options.reserve_bytes = 0;
  Open();
  lab.Fill("k", 100);
  ASSERT_TRUE(lab.Close().ok());
  for (const std::string& name : lab.disk->List("/data").value()) {
    if (name.starts_with("spare-")) {
      ASSERT_TRUE(lab.disk->Remove(lab.Path(name)).ok());
    }
  }
  for (const char* name : {"00000000000000aa.sst", "00000000000000ab.blob"}) {
    auto file = lab.disk->CreateWritable(lab.Path(name)).value();
    ASSERT_TRUE(file->Append(std::string(100'000, 'x')).ok());
    ASSERT_TRUE(file->Sync().ok());
  }
  ASSERT_TRUE(lab.disk->SyncDirectory("/data").ok());
  lab.disk->SetFreeBytes(0);
  Open();
  EXPECT_EQ(lab.ReadAll().size(), 100u);
}

TEST_F(EngineReserve, StaysWhereAnOpeningIsRefused) {
  Open();
  lab.Fill("k", 100);
  ASSERT_TRUE(lab.Close().ok());
  lab.disk->FlipBit(lab.Path(lab.Find("Manifest-")), 100, 1);
  lab.disk->SetFreeBytes(0);
  const auto files = lab.Files();
  EXPECT_EQ(lab.Open().code(), base::Code::kCorruption);
  EXPECT_EQ(lab.Files(), files);
}

TEST_F(EngineReserve, IsMadeLaterWhereThereIsNoRoomAtFirst) {
  lab.options.reserve_bytes = 0;
  Open();
  lab.PowerCut();
  lab.options.reserve_bytes = kReserve;
  lab.disk->SetFreeBytes(kReserve / 2);
  Open();
  EXPECT_EQ(Held(), 0u);
  EXPECT_EQ(MayWrite(), base::Code::kNoRoom);
  lab.disk->SetFreeBytes(1 << 20);
  DriveFor(3);
  EXPECT_EQ(Held(), kReserve);
  EXPECT_EQ(MayWrite(), base::Code::kOk);
}

}  // namespace
}  // namespace lsm
