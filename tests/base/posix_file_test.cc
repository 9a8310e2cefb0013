#include "base/posix_file.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>

#include "base/random.h"
#include "support/temporary_directory.h"

namespace base {
namespace {

class PosixFile : public testing::Test {
 protected:
  void Create(const std::string& path, std::string_view bytes) {
    Result<std::unique_ptr<WritableFile>> file = fs_->CreateWritable(path);
    ASSERT_TRUE(file.ok()) << file.status().ToString();
    ASSERT_TRUE(file.value()->Append(bytes).ok());
    ASSERT_TRUE(file.value()->Sync().ok());
  }

  FileSystem* const fs_ = PosixFileSystem();
  support::TemporaryDirectory directory_;
};

std::string Noise(size_t size) {
  Random random(size);
  std::string bytes(size, '\0');
  for (char& c : bytes) c = static_cast<char>(random.Next());
  return bytes;
}

TEST_F(PosixFile, ReadsBackWhatWasAppendedInPiecesOfAnySize) {
  const std::string bytes = Noise(3'000'000);
  Result<std::unique_ptr<WritableFile>> file =
      fs_->CreateWritable(directory_.Path("a"));
  ASSERT_TRUE(file.ok());
  Random random(1);
  for (size_t done = 0; done < bytes.size();) {
    const size_t n = std::min<size_t>(
        random.Below(random.OneIn(4) ? 300'000 : 3'000), bytes.size() - done);
    ASSERT_TRUE(file.value()->Append(bytes.substr(done, n)).ok());
    done += n;
    ASSERT_EQ(file.value()->size(), done);
  }
  ASSERT_TRUE(file.value()->Sync().ok());
  EXPECT_TRUE(ReadWholeFile(fs_, directory_.Path("a")).value() == bytes);
}

TEST_F(PosixFile, WritesOutTheRestWhenAFileIsClosedWithoutSync) {
  {
    Result<std::unique_ptr<WritableFile>> file =
        fs_->CreateWritable(directory_.Path("a"));
    ASSERT_TRUE(file.value()->Append("rest").ok());
  }
  EXPECT_EQ(ReadWholeFile(fs_, directory_.Path("a")).value(), "rest");
}

TEST_F(PosixFile, ReadsAnyRangePastThePageCache) {
  const std::string bytes = Noise(2'500'001);
  Create(directory_.Path("a"), bytes);
  Result<std::unique_ptr<ReadableFile>> file =
      fs_->OpenReadable(directory_.Path("a"), FileSystem::ReadMode::kStable);
  ASSERT_TRUE(file.ok());
  EXPECT_EQ(file.value()->size(), bytes.size());
  Random random(2);
  for (int i = 0; i < 60; ++i) {
    SCOPED_TRACE(i);
    const uint64_t offset = random.Below(bytes.size() + 5000);
    const size_t size = random.Below(i % 10 == 0 ? 3'000'000 : 9000);
    std::string out(size, '?');
    const Result<size_t> n = file.value()->Read(offset, size, out.data());
    ASSERT_TRUE(n.ok()) << n.status().ToString();
    out.resize(n.value());
    EXPECT_TRUE(out ==
                bytes.substr(std::min(offset, uint64_t{bytes.size()}), size));
  }
}

TEST_F(PosixFile, MakesALogOfZerosAndWritesItInPlace) {
  constexpr size_t kSize = 1 << 20;
  ASSERT_TRUE(fs_->CreateLog(directory_.Path("log"), kSize).ok());
  EXPECT_TRUE(ReadWholeFile(fs_, directory_.Path("log")).value() ==
              std::string(kSize, '\0'));
  const AlignedBuffer page = AllocateAligned(kDirectAlignment);
  for (const bool direct : {false, true}) {
    for (const Durability durability :
         {Durability::kDurable, Durability::kCached}) {
      Result<std::unique_ptr<LogFile>> log =
          fs_->OpenLog(directory_.Path("log"), direct);
      ASSERT_TRUE(log.ok()) << log.status().ToString();
      EXPECT_TRUE(direct || !log.value()->direct());
      const char fill = direct ? 'd' : 'b';
      std::fill(page.get(), page.get() + kDirectAlignment, fill);
      const Status status = log.value()->Write(
          8192, std::string_view(page.get(), kDirectAlignment), durability);
      ASSERT_TRUE(status.ok()) << status.ToString();
      ASSERT_TRUE(log.value()->Sync().ok());
      const std::string bytes =
          ReadWholeFile(fs_, directory_.Path("log")).value();
      EXPECT_EQ(bytes.size(), kSize);
      EXPECT_TRUE(bytes.substr(8192, kDirectAlignment) ==
                  std::string(kDirectAlignment, fill));
      EXPECT_EQ(bytes[8191], '\0');
      EXPECT_EQ(bytes[8192 + kDirectAlignment], '\0');
    }
  }
}

TEST_F(PosixFile, LetsABufferedLogGrowByBytesOfAnySize) {
  ASSERT_TRUE(fs_->CreateLog(directory_.Path("log"), 0).ok());
  Result<std::unique_ptr<LogFile>> log =
      fs_->OpenLog(directory_.Path("log"), /*direct=*/false);
  ASSERT_TRUE(log.value()->Write(0, "abc", Durability::kDurable).ok());
  ASSERT_TRUE(log.value()->Write(3, "de", Durability::kCached).ok());
  EXPECT_EQ(ReadWholeFile(fs_, directory_.Path("log")).value(), "abcde");
}

TEST_F(PosixFile, SaysNoRoomWhenTheDiskIsFull) {
  if (!fs_->Exists("/dev/full").value()) GTEST_SKIP();
  Result<std::unique_ptr<WritableFile>> file = fs_->CreateWritable("/dev/full");
  ASSERT_TRUE(file.ok());
  const Status status = file.value()->Append(std::string(100'000, 'x'));
  EXPECT_EQ(status.code(), Code::kNoRoom);
  EXPECT_EQ(status.error_number(), ENOSPC);
  // The first error is final.
  EXPECT_EQ(file.value()->Append("x").code(), Code::kNoRoom);
  EXPECT_EQ(file.value()->Sync().code(), Code::kNoRoom);
}

}  // namespace
}  // namespace base
