// Large values, from the door: where they lie nobody can tell, but by what it
// costs.

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "base/random.h"
#include "base/strings.h"
#include "lsm/checkpoint_directory.h"
#include "lsm/engine_lab.h"
#include "lsm/pinned_snapshot.h"
#include "lsm/range_pages.h"

namespace lsm {
namespace {

class EngineBlobsTest : public testing::Test {
 protected:
  EngineBlobsTest() {
    lab.options.blob_bytes_min = 1000;
    lab.options.generation_bytes = 1 << 20;  // No flush but those below.
    CHECK(lab.Open().ok());
  }

  static std::string KeyOf(int i) { return base::StrCat("Mk", 1000 + i); }
  // Noise: its size is that on disk.
  static std::string ValueOf(int i, int round) {
    base::Random random(static_cast<uint64_t>(i * 1000 + round));
    std::string value = base::StrCat(KeyOf(i), " round ", round, " ");
    while (value.size() < 2000) {
      value.push_back(static_cast<char>(random.Next()));
    }
    return value;
  }

  void PutSome(int begin, int end, int round) {
    for (int i = begin; i < end; ++i) lab.Put(KeyOf(i), ValueOf(i, round));
  }
  // A restart, so that nothing is in memory.
  void Reopen() {
    CHECK(lab.Close().ok());
    CHECK(lab.Open().ok());
  }
  std::vector<std::string> Blobs() {
    std::vector<std::string> names;
    for (const std::string& name : lab.disk->List("/data").value()) {
      if (name.ends_with(".blob")) names.push_back(name);
    }
    return names;
  }
  uint64_t BlobBytes() {
    uint64_t bytes = 0;
    for (const std::string& name : Blobs()) {
      bytes += lab.disk->FileSize(lab.Path(name)).value();
    }
    return bytes;
  }
  void ExpectRound(int begin, int end, int round) {
    for (int i = begin; i < end; ++i) {
      const auto value = lab.Read(KeyOf(i));
      ASSERT_TRUE(value.ok()) << value.status().ToString();
      ASSERT_EQ(value.value(), ValueOf(i, round)) << KeyOf(i);
    }
  }

  EngineLab lab;
};

TEST_F(EngineBlobsTest, AreReadBackWholeAfterARestart) {
  PutSome(0, 50, 1);
  lab.Put("Ma", "small");
  ASSERT_TRUE(lab.Flush().ok());
  Reopen();
  EXPECT_EQ(Blobs().size(), 1u);
  EXPECT_EQ(lab->stats().blobs.files, 1u);
  EXPECT_EQ(lab->stats().blobs.garbage_bytes, 0u);
  ExpectRound(0, 50, 1);
  EXPECT_EQ(lab.ReadAll().size(), 51u);
  EXPECT_EQ(lab.ReadAll().at(KeyOf(7)), ValueOf(7, 1));
}

TEST_F(EngineBlobsTest, AreNotWrittenAgainByMerges) {
  PutSome(0, 50, 1);
  ASSERT_TRUE(lab.Compact().ok());
  PutSome(50, 60, 1);
  const uint64_t before = lab->stats().compaction_written_bytes;
  ASSERT_TRUE(lab.Compact().ok());
  EXPECT_LT(lab->stats().compaction_written_bytes - before, 10'000u);
  ExpectRound(0, 60, 1);
}

TEST_F(EngineBlobsTest, GoWhenTheirLastReferenceDoes) {
  PutSome(0, 30, 1);
  ASSERT_TRUE(lab.Compact().ok());
  const std::vector<std::string> first = Blobs();
  ASSERT_EQ(first.size(), 1u);
  for (int i = 0; i < 30; ++i) lab.Delete(KeyOf(i));
  ASSERT_TRUE(lab.Compact().ok());
  lab.Drive();
  EXPECT_TRUE(Blobs().empty());
}

// With nothing else to do: no level is beyond its target.
TEST_F(EngineBlobsTest, MakeRoomWhenMoreThanHalfOfAFileIsGarbage) {
  PutSome(0, 100, 1);
  ASSERT_TRUE(lab.Compact().ok());
  for (int round = 2; round < 12; ++round) {
    PutSome(round % 3 * 30, round % 3 * 30 + 40, round);
    ASSERT_TRUE(lab.Compact().ok());
    lab.Drive();
    const Stats stats = lab->stats();
    EXPECT_LE(stats.blobs.garbage_bytes * 2, stats.blobs.bytes + 2);
    EXPECT_EQ(stats.blobs.files, Blobs().size());
    // 100 values of 2000 bytes.
    EXPECT_LE(BlobBytes(), 450'000u);
  }
  ExpectRound(90, 100, 11);
  ExpectRound(60, 90, 11);
  Reopen();
  EXPECT_EQ(lab.ReadAll().size(), 100u);
}

TEST_F(EngineBlobsTest, StayForThoseWhoReadThem) {
  PutSome(0, 30, 1);
  ASSERT_TRUE(lab.Compact().ok());
  const auto snapshot = lab->TakeSnapshot();
  PutSome(0, 30, 2);
  ASSERT_TRUE(lab.Compact().ok());
  lab.Drive();
  const auto row = snapshot->Get(KeyOf(3), HashKey(KeyOf(3)));
  ASSERT_TRUE(row.ok()) << row.status().ToString();
  EXPECT_EQ(row.value()->value, ValueOf(3, 1));
  EXPECT_EQ(Blobs().size(), 2u);
}

TEST_F(EngineBlobsTest, AreReadableUnderAnotherSetting) {
  PutSome(0, 30, 1);
  ASSERT_TRUE(lab.Compact().ok());
  lab.options.blob_bytes_min = 0;
  Reopen();
  PutSome(0, 20, 2);
  ASSERT_TRUE(lab.Compact().ok());
  lab.Drive();
  // Those that had to leave their file went to the tables.
  EXPECT_TRUE(Blobs().empty());
  lab.options.blob_bytes_min = 1000;
  Reopen();
  ExpectRound(0, 20, 2);
  ExpectRound(20, 30, 1);
}

TEST_F(EngineBlobsTest, AreNotReadByWhoWantsOnlyTheirBeginning) {
  PutSome(0, 30, 1);
  ASSERT_TRUE(lab.Flush().ok());
  Reopen();
  lab.disk->FailReads(lab.Path(Blobs().at(0)), 0, 1 << 20);
  const RangeNeed heads = {.value_bytes = 8};
  auto range = lab->NewRange("M", "N", nullptr, heads);
  int rows = 0;
  for (; range->Valid(); range->Next(), ++rows) {
    EXPECT_TRUE(range->value().starts_with(range->key()));
  }
  EXPECT_TRUE(range->status().ok());
  EXPECT_EQ(rows, 30);

  range = lab->NewRange("M", "N");
  EXPECT_FALSE(range->Valid());
  EXPECT_NE(range->status().message().find(Blobs().at(0)),
            std::string_view::npos);
}

TEST_F(EngineBlobsTest, AreNeverReadOnTheOwnersThread) {
  PutSome(0, 30, 1);
  ASSERT_TRUE(lab.Flush().ok());
  Reopen();
  const auto pages = std::make_shared<RangePages>();
  const RangeNeed heads = {.rows = 100, .value_bytes = 8};
  const RangeNeed whole = {.rows = 100};
  const auto fetch = [&] {
    bool came = false;
    lab->FetchRangeAsync(pages, 1 << 20, [&came](const base::Status& status) {
      EXPECT_TRUE(status.ok()) << status.ToString();
      came = true;
    });
    lab.Drive();
    lab->Tick();
    EXPECT_TRUE(came);
  };
  // Now the tables' blocks are in the cache, and the values are not.
  for (int i = 0; i < 30; ++i) {
    (void)lab->NewRange("M", "N", nullptr, heads);
  }
  lab.disk->FailReads(lab.Path(Blobs().at(0)), 0, 1 << 20);
  auto range = lab->NewRange("M", "N", pages.get(), whole);
  EXPECT_FALSE(range->Valid());
  EXPECT_TRUE(range->status().IsMiss());
  EXPECT_TRUE(pages->missed());
  lab.disk->HealReads();
  fetch();
  range = lab->NewRange("M", "N", pages.get(), whole);
  int rows = 0;
  for (; range->Valid(); range->Next(), ++rows) {
    EXPECT_EQ(range->value(), ValueOf(rows, 1));
  }
  EXPECT_TRUE(range->status().ok()) << range->status().ToString();
  EXPECT_EQ(rows, 30);
}

TEST_F(EngineBlobsTest, ABrokenOneFailsItsKeyAndNoOther) {
  PutSome(0, 10, 1);
  ASSERT_TRUE(lab.Flush().ok());
  Reopen();
  const std::string path = lab.Path(Blobs().at(0));
  lab.disk->FlipBit(path, 100, 1);
  const auto broken = lab.Read(KeyOf(0));
  EXPECT_EQ(broken.status().code(), base::Code::kCorruption);
  EXPECT_NE(broken.status().message().find(path), std::string_view::npos);
  ExpectRound(1, 10, 1);
}

TEST_F(EngineBlobsTest, AMissingOneRefusesTheStore) {
  PutSome(0, 10, 1);
  ASSERT_TRUE(lab.Flush().ok());
  const std::string name = Blobs().at(0);
  ASSERT_TRUE(lab.Close().ok());
  ASSERT_TRUE(lab.disk->Remove(lab.Path(name)).ok());
  const auto before = lab.Files();
  const base::Status status = lab.Open();
  EXPECT_NE(status.message().find(name), std::string_view::npos);
  EXPECT_EQ(lab.Files(), before);
}

TEST_F(EngineBlobsTest, AreRemovedAsOrphansWhenNoTableRefersToThem) {
  PutSome(0, 10, 1);
  ASSERT_TRUE(lab.Flush().ok());
  const std::string name = Blobs().at(0);
  ASSERT_TRUE(lab.Close().ok());
  const std::string orphan = "00000000000000aa.blob";
  ASSERT_TRUE(lab.disk->Link(lab.Path(name), lab.Path(orphan)).ok());
  ASSERT_TRUE(lab.Open().ok());
  EXPECT_EQ(Blobs(), std::vector<std::string>{name});
  // Its number is not used again.
  PutSome(10, 20, 1);
  ASSERT_TRUE(lab.Flush().ok());
  EXPECT_GT(Blobs().back(), orphan);
}

TEST_F(EngineBlobsTest, AreInCheckpoints) {
  PutSome(0, 30, 1);
  ASSERT_TRUE(lab.Compact().ok());
  bool came = false;
  std::string path;
  lab->AddCheckpoint("/copies", 1, [&](const base::Result<std::string>& made) {
    ASSERT_TRUE(made.ok()) << made.status().ToString();
    path = made.value();
    came = true;
  });
  for (int i = 0; i < 20 && !came; ++i) lab.Drive();
  ASSERT_TRUE(came);
  for (int i = 0; i < 30; ++i) lab.Delete(KeyOf(i));
  ASSERT_TRUE(lab.Compact().ok());
  lab.Drive();
  EXPECT_TRUE(Blobs().empty());
  ASSERT_TRUE(lab.Close().ok());
  lab.options.directory = path;
  ASSERT_TRUE(lab.Open().ok());
  ExpectRound(0, 30, 1);
}

TEST_F(EngineBlobsTest, LeaveNothingBehindOnAFullDisk) {
  PutSome(0, 100, 1);
  lab.Drive();
  lab.disk->SetFreeBytes(50'000);
  EXPECT_EQ(lab.Flush().code(), base::Code::kNoRoom);
  EXPECT_TRUE(Blobs().empty());
  lab.disk->SetFreeBytes(uint64_t{1} << 40);
  ASSERT_TRUE(lab.Flush().ok());
  Reopen();
  ExpectRound(0, 100, 1);
}

// The times of death are known without a look at the values.
TEST_F(EngineBlobsTest, DieInTime) {
  std::vector<std::string> died;
  lab.options.expiry_of = [](std::string_view, std::string_view value) {
    // At the end, so that the beginning does not tell.
    return value.ends_with("!") ? int64_t{5} : int64_t{0};
  };
  lab.options.on_expiring = [&](std::span<const ExpiringRow> rows) {
    for (const ExpiringRow& row : rows) died.push_back(row.key);
  };
  Reopen();
  PutSome(0, 3, 1);
  lab.Put("Mx", ValueOf(3, 1) + "!");
  ASSERT_TRUE(lab.Compact().ok());
  lab.disk->FailReads(lab.Path(Blobs().at(0)), 0, 1 << 20);
  for (int i = 0; i < 3; ++i) {
    lab.clock.Advance(30'000'000);
    lab.Drive();
  }
  ASSERT_FALSE(died.empty());
  EXPECT_EQ(died.front(), "Mx");
}

}  // namespace
}  // namespace lsm
