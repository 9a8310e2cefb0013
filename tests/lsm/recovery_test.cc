// What opening decides, and in which order. (That it decides rightly after any
// crash is the business of engine_crash_test.cc; of the log alone, of
// wal/recovery_test.cc.)

#include "lsm/recovery.h"

#include <gtest/gtest.h>

#include <cerrno>
#include <string>
#include <vector>

#include "lsm/damage_store.h"
#include "lsm/engine_lab.h"
#include "lsm/version/file_names.h"

namespace lsm {
namespace {

using Op = support::CrashFileSystem::Op;

class RecoveryTest : public testing::Test {
 protected:
  void Open() {
    const base::Status status = lab.Open();
    ASSERT_TRUE(status.ok()) << status.ToString();
  }
  // A store with a table, a log and nobody in it.
  void Prepare() {
    Open();
    lab.Put("old", "1");
    ASSERT_TRUE(lab.Compact().ok());
    lab.Put("new", "2");
    lab.Drive();
    ASSERT_TRUE(lab.Close().ok());
  }
  void Create(const std::string& name, std::string_view bytes) {
    auto file = lab.disk->CreateWritable(lab.Path(name)).value();
    ASSERT_TRUE(file->Append(bytes).ok());
    ASSERT_TRUE(file->Sync().ok());
  }
  bool Exists(const std::string& name) {
    return lab.disk->Exists(lab.Path(name)).value();
  }

  EngineLab lab;
};

TEST_F(RecoveryTest, MakesAMissingDirectoryOnlyIfAsked) {
  lab.options.create_if_missing = false;
  EXPECT_EQ(lab.Open().code(), base::Code::kIo);
  EXPECT_FALSE(lab.disk->Exists("/data").value());
  lab.options.create_if_missing = true;
  Open();
  lab.Put("k", "v");
  lab->Submit();
  // Made, but was its name synced?
  lab.PowerCut(1, support::Fate::kOld);
  Open();
  EXPECT_EQ(lab.Read("k").value(), "v");
}

// Whoever made the directory was killed before its name was synced.
TEST_F(RecoveryTest, SyncsTheNameOfADirectoryThatItFinds) {
  ASSERT_TRUE(lab.disk->CreateDirectory("/data").ok());
  Open();
  lab.Put("k", "v");
  lab->Submit();
  lab.PowerCut(1, support::Fate::kOld);
  Open();
  EXPECT_EQ(lab.Read("k").value(), "v");
}

TEST_F(RecoveryTest, TwoDoNotShareADirectory) {
  Open();
  Options options = lab.options;
  const auto second = Engine::Open(options);
  EXPECT_EQ(second.status().code(), base::Code::kIo);
}

TEST_F(RecoveryTest, RaisesTheIncarnationAtEachOpening) {
  for (uint64_t incarnation = 1; incarnation <= 3; ++incarnation) {
    Open();
    EXPECT_EQ(lab->stats().incarnation, incarnation);
  }
}

TEST_F(RecoveryTest, RemovesItsOwnOrphansAndNothingElse) {
  Prepare();
  Create(TableName(77), "half a table");
  Create(ManifestName(78), "half a MANIFEST");
  Create("wal-0000000000000063.log", "never listed");
  Create("CURRENT.tmp", "half a name");
  Create("notes.txt", "a stranger's");
  Create("abc.tmp", "a stranger's");
  Open();
  EXPECT_FALSE(Exists(TableName(77)));
  EXPECT_FALSE(Exists(ManifestName(78)));
  EXPECT_FALSE(Exists("wal-0000000000000063.log"));
  EXPECT_TRUE(Exists("notes.txt"));
  EXPECT_TRUE(Exists("abc.tmp"));
  EXPECT_EQ(lab.Read("old").value(), "1");
  EXPECT_EQ(lab.Read("new").value(), "2");
  // Their numbers are not used again.
  lab.Put("k", "v");
  ASSERT_TRUE(lab.Compact().ok());
  for (const auto& [name, bytes] : lab.Files()) {
    const auto parsed = ParseFileName(name);
    if (!parsed) continue;
    if (parsed->kind == FileKind::kManifest) {
      EXPECT_GT(parsed->number, 78u);
    }
    if (parsed->kind == FileKind::kLogSegment) {
      EXPECT_NE(parsed->number, 0x63u);
    }
  }
}

TEST_F(RecoveryTest, AnOrphanThatStaysIsNoReasonToRefuse) {
  Prepare();
  Create(TableName(77), "half a table");
  lab.disk->FailOnce(Op::kRemove, TableName(77));
  Open();
  EXPECT_EQ(lab.Read("new").value(), "2");
  EXPECT_TRUE(Exists(TableName(77)));
  Open();
  EXPECT_FALSE(Exists(TableName(77)));
}

TEST_F(RecoveryTest, ARefusalLeavesEveryByteAsItWas) {
  Prepare();
  Create(TableName(77), "an orphan");
  std::string victim;
  for (const auto& [name, bytes] : lab.Files()) {
    if (name.ends_with(".sst") && name != TableName(77)) victim = name;
  }
  lab.disk->FlipBit(lab.Path(victim),
                    lab.disk->FileSize(lab.Path(victim)).value() - 1, 0);
  const auto before = lab.Files();
  const base::Status status = lab.Open();
  EXPECT_EQ(status.code(), base::Code::kCorruption);
  EXPECT_NE(status.message().find(victim), std::string_view::npos);
  EXPECT_EQ(lab.Files(), before);
}

// Wherever opening fails, the next one finds all.
TEST_F(RecoveryTest, AnOpeningThatFailsLosesNothing) {
  Prepare();
  const auto pristine = lab.disk;
  for (const Op op : {Op::kCreate, Op::kWrite, Op::kSync, Op::kSyncDirectory,
                      Op::kRename, Op::kRemove}) {
    for (const int error : {EIO, ENOSPC}) {
      for (int times = 1; times <= 3; ++times) {
        SCOPED_TRACE(testing::Message()
                     << "op " << static_cast<int>(op) << " error " << error
                     << " times " << times);
        lab.disk = pristine->Kill();
        for (int i = 0; i < times; ++i) lab.disk->FailOnce(op, "data", error);
        (void)lab.Open().ok();
        lab.PowerCut(static_cast<uint64_t>(times));
        Open();
        EXPECT_EQ(lab.Read("old").value(), "1");
        EXPECT_EQ(lab.Read("new").value(), "2");
      }
    }
  }
}

TEST_F(RecoveryTest, GoesOnBeyondEverySequenceEverSeen) {
  Open();
  const Sequence before = lab.Put("k", "v");
  lab->Submit();
  // Back to before all that, and back again.
  for (int life = 0; life < 3; ++life) {
    lab.PowerCut();
    lab.clock.SetWall(1'000'000);
    Open();
    EXPECT_GE(lab.Put("k", "v"), before + (Sequence{1} << 27));
    lab->Submit();
  }
}

TEST_F(RecoveryTest, RefusesToRunUnderAClockBeyondTheYear2200) {
  Prepare();
  lab.clock.SetWall(kSequenceMax + 1);
  const auto before = lab.Files();
  EXPECT_EQ(lab.Open().code(), base::Code::kCorruption);
  EXPECT_EQ(lab.Files(), before);
  lab.clock.SetWall(1'800'000'000'000'000);
  Open();
  EXPECT_EQ(lab.Read("new").value(), "2");
}

TEST_F(RecoveryTest, SealsGenerationsWhileReplayingALongLog) {
  lab.options.generation_bytes = 8 << 20;
  lab.options.memory_bytes = 128 << 20;
  Open();
  for (int i = 0; i < 10; ++i) {
    lab.Fill("k" + std::to_string(i), 200);
    lab->Submit();
  }
  WriteBatch batch;
  batch.AddCount(1, 5);
  lab.Write(batch);
  lab->Submit();
  lab.PowerCut();
  lab.options.generation_bytes = 64 << 10;
  Open();
  EXPECT_GT(lab->stats().sealed_bytes, 0u);
  EXPECT_EQ(lab.ReadAll().size(), 2000u);
  EXPECT_EQ(lab->counter(1), 5);
  ASSERT_TRUE(lab.Flush().ok());
  lab.PowerCut();
  Open();
  EXPECT_EQ(lab->stats().replayed_batches, 0u);
  EXPECT_EQ(lab.ReadAll().size(), 2000u);
  EXPECT_EQ(lab->counter(1), 5);
}

TEST_F(RecoveryTest, CutsADamagedLogOnlyIfToldTo) {
  Open();
  lab.Put("a", std::string(5000, 'a'));
  lab->Submit();
  lab.Put("b", std::string(5000, 'b'));
  lab->Submit();
  lab.Put("c", std::string(5000, 'c'));
  lab->Submit();
  ASSERT_TRUE(lab.Close().ok());
  const std::string segment = lab.Find("wal-");
  const std::string bytes = lab.Files().at(segment);
  lab.disk->FlipBit(lab.Path(segment), bytes.find("bbbb"), 0);
  EXPECT_EQ(lab.Open().code(), base::Code::kCorruption);
  lab.options.salvage_log = true;
  Open();
  EXPECT_TRUE(lab.Read("a").value().has_value());
  EXPECT_FALSE(lab.Read("b").value().has_value());
  EXPECT_FALSE(lab.Read("c").value().has_value());
  const std::string copy = base::JoinPath("/data/salvage-1", segment);
  EXPECT_TRUE(lab.disk->Exists(copy).value());
  lab.Put("d", "v");
  lab->Submit();
  lab.options.salvage_log = false;
  lab.PowerCut();
  Open();
  EXPECT_EQ(lab.Read("d").value(), "v");
}

// Killed between its new MANIFEST and the removal of what that gives up.
// It is for a damaged log. Of a MANIFEST without its end it would remove what
// the lost edits had listed.
TEST_F(RecoveryTest, ASalvageSparesNoManifestThatHasLostItsEnd) {
  const DamageStore store;
  const auto disk = store.Copy();
  for (const std::string& name : store.names()) {
    if (!name.starts_with("Manifest-")) continue;
    ASSERT_TRUE(disk->Truncate(DamageStore::Path(name), 4500).ok());
  }
  EngineLab lab;
  lab.disk = disk;
  lab.options.salvage_log = true;
  const auto before = lab.Files();
  const base::Status refused = lab.Open();
  EXPECT_EQ(refused.code(), base::Code::kCorruption);
  EXPECT_NE(refused.message().find("has lost its end"), std::string_view::npos);
  EXPECT_EQ(lab.Files(), before);
}

TEST_F(RecoveryTest, WhatASalvageHasGivenUpIsNoReasonToRefuse) {
  for (const bool first : {false, true}) {
    SCOPED_TRACE(first ? "the first segment" : "the second segment");
    lab.disk = std::make_shared<support::CrashFileSystem>();
    lab.options.generation_bytes = 1 << 20;  // No flush.
    Open();
    std::vector<std::string> segments;
    for (int i = 0; i < 6; ++i) {
      lab.Put("k" + std::to_string(i), std::string(30'000, 'v'));
      lab.Drive();
    }
    ASSERT_TRUE(lab.Close().ok());
    for (const auto& [name, bytes] : lab.Files()) {
      if (name.starts_with("wal-")) segments.push_back(name);
    }
    ASSERT_GE(segments.size(), 3u);
    lab.disk->FlipBit(lab.Path(segments[first ? 0 : 1]), 20, 0);
    EXPECT_EQ(lab.Open().code(), base::Code::kCorruption);
    lab.options.salvage_log = true;
    for (const std::string& name : segments) {
      lab.disk->FailOnce(Op::kRemove, name);
    }
    Open();
    EXPECT_TRUE(Exists(segments.back()));
    lab.options.salvage_log = false;
    lab.PowerCut();
    Open();
    EXPECT_EQ(lab.Read("k0").value().has_value(), !first);
    EXPECT_FALSE(lab.Read("k5").value().has_value());
    EXPECT_FALSE(Exists(segments.back()));
  }
}

}  // namespace
}  // namespace lsm
