#include "lsm/version/manifest_reader.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>

#include "lsm/version/file_names.h"
#include "lsm/version/manifest_format.h"
#include "lsm/version/manifest_lab.h"
#include "lsm/wal/frame.h"
#include "lsm/wal/segment.h"

namespace lsm {
namespace {

using support::CrashFileSystem;

class ManifestReaderTest : public testing::Test {
 protected:
  // A MANIFEST of `edits` edits; the last may have no witness.
  void Write(uint64_t edits, bool witnessed) {
    const auto manifest = LabCreate(fs_.get()).value();
    for (uint64_t n = 1; n <= edits; ++n) {
      ends_.push_back(Size(manifest->number()));
      ASSERT_TRUE(manifest->Append(LabEdit(n)).ok());
    }
    number_ = manifest->number();
    ends_.push_back(Size(number_));
    if (witnessed) {
      ASSERT_TRUE(manifest->Witness().ok());
    }
    bytes_ = base::ReadWholeFile(fs_.get(), Path()).value();
  }
  std::string Path() const {
    return base::JoinPath(kLabDirectory, ManifestName(number_));
  }
  uint64_t Size(uint64_t number) const {
    return fs_->FileSize(base::JoinPath(kLabDirectory, ManifestName(number)))
        .value();
  }
  void Replace(const std::string& path, std::string_view bytes) {
    auto file = fs_->CreateWritable(path).value();
    ASSERT_TRUE(file->Append(bytes).ok());
    ASSERT_TRUE(file->Sync().ok());
  }
  base::Result<RecoveredManifest> Recover() {
    return RecoverManifest(fs_.get(), kLabDirectory);
  }
  void ExpectRefusal(base::Code code, const std::string& part) {
    const auto recovered = Recover();
    ASSERT_FALSE(recovered.ok());
    EXPECT_EQ(recovered.status().code(), code);
    EXPECT_NE(recovered.status().message().find(part), std::string_view::npos)
        << recovered.status().ToString();
  }

  std::unique_ptr<CrashFileSystem> fs_ = LabDisk();
  uint64_t number_ = 0;
  std::vector<uint64_t> ends_;  // of the snapshot and each edit
  std::string bytes_;
};

TEST_F(ManifestReaderTest, AnEmptyDirectoryIsNew) {
  const auto recovered = Recover();
  ASSERT_TRUE(recovered.ok()) << recovered.status().ToString();
  EXPECT_TRUE(recovered.value().is_new);
  EXPECT_NE(recovered.value().state.identity.uuid, Uuid());
}

TEST_F(ManifestReaderTest, ADirectoryWithStrangersIsNew) {
  Replace("db/dump.rdb", "REDIS0011");
  Replace("db/LOCK", "");
  Replace("db/" + ManifestName(1), "the first opening was cut short");
  EXPECT_TRUE(Recover().value().is_new);
}

TEST_F(ManifestReaderTest, DataWithoutCurrentIsNotTakenForNew) {
  for (const std::string& name : {TableName(3), SegmentName(4)}) {
    Replace("db/" + name, "");
    ExpectRefusal(base::Code::kCorruption, name);
    ASSERT_TRUE(fs_->Remove("db/" + name).ok());
  }
}

TEST_F(ManifestReaderTest, EveryFlippedByteOfAWitnessedManifestIsHarmless) {
  Write(4, /*witnessed=*/true);
  size_t refused = 0;
  for (size_t i = 0; i < bytes_.size(); ++i) {
    std::string broken = bytes_;
    broken[i] = static_cast<char>(broken[i] ^ (1 << i % 8));
    Replace(Path(), broken);
    const auto recovered = Recover();
    if (!recovered.ok()) {
      EXPECT_EQ(recovered.status().code(), base::Code::kCorruption);
      EXPECT_NE(recovered.status().message().find(Path()),
                std::string_view::npos);
      ++refused;
      continue;
    }
    // Only in the witness itself may damage be overlooked.
    ASSERT_EQ(LabEditsIn(recovered.value().state), 4u) << "byte " << i;
    ASSERT_EQ(LabDifference(recovered.value().state), "");
  }
  EXPECT_GE(refused, ends_.back());
}

TEST_F(ManifestReaderTest, DamageToTheLastEditIsATornTailWithoutAWitness) {
  Write(4, /*witnessed=*/false);
  for (size_t i = ends_[3]; i < bytes_.size(); ++i) {
    std::string broken = bytes_;
    broken[i] = static_cast<char>(broken[i] ^ 0x40);
    Replace(Path(), broken);
    const auto recovered = Recover();
    ASSERT_TRUE(recovered.ok()) << recovered.status().ToString();
    const uint64_t edits = LabEditsIn(recovered.value().state);
    EXPECT_EQ(LabDifference(recovered.value().state), "");
    EXPECT_EQ(edits == 3, !recovered.value().torn_tail.empty());
    EXPECT_TRUE(edits == 3 || edits == 4);
  }
}

TEST_F(ManifestReaderTest, AMissingWitnessIsNoticed) {
  const auto manifest =
      LabCreate(fs_.get(), {.faults = {.skip_witness = true}}).value();
  ASSERT_TRUE(manifest->AppendWitnessed(LabEdit(1)).ok());
  number_ = manifest->number();
  fs_->FlipBit(Path(), Size(number_) - 12, 0);
  // What AppendWitnessed promised is gone, and nobody says so.
  EXPECT_EQ(LabEditsIn(Recover().value().state), 0u);
}

TEST_F(ManifestReaderTest, EveryTruncationIsATornTailOrRefused) {
  Write(4, /*witnessed=*/true);
  for (size_t size = 0; size <= bytes_.size(); ++size) {
    if (size == kFileHeaderBytes) size = kFileHeaderBlock;
    Replace(Path(), bytes_.substr(0, size));
    // A frame may lack its padding; nothing else.
    const auto whole = [this](size_t end) {
      return std::upper_bound(ends_.begin(), ends_.end(), end) - ends_.begin();
    };
    const int64_t frames_min = whole(size);
    const int64_t frames_max = whole(size + kManifestAlignment - 1);
    const auto recovered = Recover();
    if (!recovered.ok()) {
      EXPECT_EQ(recovered.status().code(), base::Code::kCorruption);
      EXPECT_EQ(frames_min, 0);
      continue;
    }
    const int64_t frames = recovered.value().edits;
    EXPECT_GE(frames, frames_min);
    EXPECT_LE(frames, frames_max);
    EXPECT_EQ(LabEditsIn(recovered.value().state), recovered.value().edits - 1);
    EXPECT_EQ(LabDifference(recovered.value().state), "");
  }
}

TEST_F(ManifestReaderTest, NoiseBehindTheLastFrameIsATornTail) {
  Write(3, /*witnessed=*/false);
  base::Random random(3);
  std::string noise;
  for (int i = 0; i < 300; ++i) {
    noise.push_back(static_cast<char>(random.Next()));
  }
  Replace(Path(), bytes_ + noise);
  const auto recovered = Recover();
  ASSERT_TRUE(recovered.ok()) << recovered.status().ToString();
  EXPECT_EQ(LabEditsIn(recovered.value().state), 3u);
  EXPECT_NE(recovered.value().torn_tail, "");
}

TEST_F(ManifestReaderTest, AFrameLeftOutIsNoticed) {
  Write(4, /*witnessed=*/true);
  Replace(Path(), bytes_.substr(0, ends_[1]) + bytes_.substr(ends_[2]));
  ExpectRefusal(base::Code::kCorruption, "were synced and are damaged");
}

TEST_F(ManifestReaderTest, ADamagedCurrentIsRefused) {
  Write(1, /*witnessed=*/true);
  fs_->FlipBit("db/CURRENT", 3, 1);
  ExpectRefusal(base::Code::kCorruption, "db/CURRENT");
}

TEST_F(ManifestReaderTest, AMissingManifestIsRefused) {
  Write(1, /*witnessed=*/true);
  ASSERT_TRUE(fs_->Remove(Path()).ok());
  ExpectRefusal(base::Code::kCorruption, Path());
}

TEST_F(ManifestReaderTest, AnotherManifestUnderItsNameIsRefused) {
  Write(1, /*witnessed=*/true);
  auto other = LabDisk();
  ManifestState state = ManifestState::ForNewDirectory();
  state.next_file_number = 9;
  ASSERT_TRUE(Manifest::Create(other.get(), kLabDirectory, state).ok());
  Replace(Path(),
          base::ReadWholeFile(other.get(), "db/" + ManifestName(9)).value());
  ExpectRefusal(base::Code::kCorruption, Path());
}

TEST_F(ManifestReaderTest, ANewerFormatIsRefusedInAClearSentence) {
  ManifestState state = ManifestState::ForNewDirectory();
  state.identity.format = kDbFormat + 1;
  ASSERT_TRUE(Manifest::Create(fs_.get(), kLabDirectory, state).ok());
  ExpectRefusal(base::Code::kInvalid,
                "data directory db was written by a newer version");
}

TEST_F(ManifestReaderTest, AReadErrorIsNeverATornTail) {
  Write(4, /*witnessed=*/false);
  fs_->FailReads(Path(), ends_[3], 1);
  ExpectRefusal(base::Code::kIo, Path());
  fs_->HealReads();
  EXPECT_TRUE(Recover().ok());
}

TEST_F(ManifestReaderTest, AFileThatCannotBeSyncedIsNotBelieved) {
  Write(2, /*witnessed=*/false);
  for (const std::string& name :
       {ManifestName(number_), std::string("CURRENT")}) {
    fs_->FailOnce(CrashFileSystem::Op::kSync, name);
    ExpectRefusal(base::Code::kIo, name);
  }
}

TEST_F(ManifestReaderTest, ReadingChangesNoByte) {
  Write(4, /*witnessed=*/false);
  fs_->FlipBit(Path(), bytes_.size() - 20, 0);
  const auto contents = [this] {
    std::map<std::string, std::string> files;
    for (const std::string& name : fs_->List(kLabDirectory).value()) {
      files[name] =
          base::ReadWholeFile(fs_.get(), base::JoinPath(kLabDirectory, name))
              .value();
    }
    return files;
  };
  const auto before = contents();
  EXPECT_NE(Recover().value().torn_tail, "");
  EXPECT_EQ(contents(), before);
}

}  // namespace
}  // namespace lsm
