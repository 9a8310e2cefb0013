#include "lsm/version/manifest_scan.h"

#include <gtest/gtest.h>

#include "lsm/version/file_names.h"
#include "lsm/version/manifest_lab.h"

namespace lsm {
namespace {

class ManifestScanTest : public testing::Test {
 protected:
  ManifestScanTest() {
    const auto manifest = LabCreate(fs_.get()).value();
    for (uint64_t n = 1; n <= 4; ++n) {
      EXPECT_TRUE(manifest->Append(LabEdit(n)).ok());
    }
    EXPECT_TRUE(manifest->Witness().ok());
    path_ = base::JoinPath(kLabDirectory, ManifestName(manifest->number()));
  }
  ManifestScan Scan() {
    auto scan = ScanManifest(fs_.get(), path_);
    EXPECT_TRUE(scan.ok()) << scan.status().ToString();
    return std::move(scan).value();
  }

  std::unique_ptr<support::CrashFileSystem> fs_ = LabDisk();
  std::string path_;
};

TEST_F(ManifestScanTest, ShowsEveryFrameInOrder) {
  const ManifestScan scan = Scan();
  EXPECT_TRUE(scan.flaw.ok());
  EXPECT_TRUE(scan.unread.empty());
  ASSERT_EQ(scan.frames.size(), 6u);
  ManifestState state;
  for (const ManifestFrame& frame : scan.frames) {
    EXPECT_TRUE(frame.linked);
    EXPECT_EQ(frame.edit.has_value(), !frame.header.Has(kFrameEmpty));
    if (frame.edit) {
      EXPECT_TRUE(state.Apply(*frame.edit).ok());
    }
  }
  EXPECT_EQ(LabEditsIn(state), 4u);
  EXPECT_EQ(scan.frames.back().offset + scan.frames.back().bytes,
            scan.file_bytes);
}

TEST_F(ManifestScanTest, LosesOneFrameToADamagedByte) {
  const ManifestScan sound = Scan();
  for (const ManifestFrame& hit : sound.frames) {
    fs_->FlipBit(path_, hit.offset + 70, 2);
    const ManifestScan scan = Scan();
    ASSERT_EQ(scan.frames.size(), 5u);
    ASSERT_EQ(scan.unread.size(), 1u);
    EXPECT_EQ(scan.unread[0].offset, hit.offset);
    EXPECT_EQ(scan.unread[0].bytes, hit.bytes);
    fs_->FlipBit(path_, hit.offset + 70, 2);
  }
}

TEST_F(ManifestScanTest, ReadsOnBehindADamagedFirstBlock) {
  for (const uint64_t byte : {0, 20, 41, 300}) {
    fs_->FlipBit(path_, byte, 0);
    const ManifestScan scan = Scan();
    EXPECT_FALSE(scan.flaw.ok());
    EXPECT_EQ(scan.frames.size(), 6u);
    fs_->FlipBit(path_, byte, 0);
  }
}

TEST_F(ManifestScanTest, RefusesWhatIsNoManifest) {
  fs_->Overwrite(path_, 0, std::string(Scan().file_bytes, 'x'));
  const auto scan = ScanManifest(fs_.get(), path_);
  EXPECT_EQ(scan.status().code(), base::Code::kCorruption);
  EXPECT_NE(scan.status().message().find(path_), std::string_view::npos);
  ASSERT_TRUE(fs_->Truncate(path_, 10).ok());
  EXPECT_FALSE(ScanManifest(fs_.get(), path_).ok());
}

}  // namespace
}  // namespace lsm
