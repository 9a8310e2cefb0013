#include "lsm/salvage_file_system.h"

#include <gtest/gtest.h>

#include <string>

#include "support/crash_file_system.h"

namespace lsm {
namespace {

constexpr uint64_t kPage = 4096;

class SalvageFileSystemTest : public testing::Test {
 protected:
  void SetUp() override {
    for (uint64_t i = 0; i < 3 * kPage + 100; ++i) {
      bytes_.push_back(static_cast<char>('a' + i / kPage));
    }
    const auto file = disk_.CreateWritable("/f").value();
    ASSERT_TRUE(file->Append(bytes_).ok());
  }
  std::string Read(uint64_t offset, size_t size) {
    const auto file =
        fs_.OpenReadable("/f", base::FileSystem::ReadMode::kStable).value();
    std::string out(size, '?');
    out.resize(file->Read(offset, size, out.data()).value());
    return out;
  }

  support::CrashFileSystem disk_;
  SalvageFileSystem fs_{&disk_};
  std::string bytes_;
};

TEST_F(SalvageFileSystemTest, ReadsASoundFileAsItIs) {
  EXPECT_EQ(Read(0, bytes_.size()), bytes_);
  EXPECT_EQ(Read(10, 5000), bytes_.substr(10, 5000));
  EXPECT_EQ(Read(kPage, 1 << 20), bytes_.substr(kPage));
  EXPECT_EQ(Read(bytes_.size(), 10), "");
  EXPECT_TRUE(fs_.Unreadable().empty());
}

TEST_F(SalvageFileSystemTest, FillsThePagesThatCannotBeRead) {
  disk_.FailReads("/f", kPage + 7, 1);
  std::string expected = bytes_;
  std::fill_n(expected.begin() + kPage, kPage, SalvageFileSystem::kFill);
  EXPECT_EQ(Read(0, bytes_.size()), expected);
  EXPECT_EQ(Read(10, 1 << 20), expected.substr(10));
  EXPECT_EQ(Read(kPage - 1, 10), expected.substr(kPage - 1, 10));
  // Around the bad byte nothing is wrong.
  EXPECT_EQ(Read(kPage + 8, 10), bytes_.substr(kPage + 8, 10));
}

TEST_F(SalvageFileSystemTest, TellsWhatItCouldNotRead) {
  disk_.FailReads("/f", 2 * kPage, 2 * kPage);
  (void)Read(0, bytes_.size());
  (void)Read(0, bytes_.size());
  ASSERT_EQ(fs_.Unreadable().size(), 1u);
  const std::string told = fs_.Unreadable()[0];
  EXPECT_TRUE(told.starts_with(
      "/f: 2 of its pages (4096 bytes each) cannot be read, the first at 8192"))
      << told;
}

TEST_F(SalvageFileSystemTest, HidesNoOtherError) {
  EXPECT_FALSE(
      fs_.OpenReadable("/g", base::FileSystem::ReadMode::kStable).ok());
}

}  // namespace
}  // namespace lsm
