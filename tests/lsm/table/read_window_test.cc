#include "lsm/table/read_window.h"

#include <gtest/gtest.h>

#include "base/random.h"
#include "support/crash_file_system.h"

namespace lsm {
namespace {

TEST(ReadWindow, ReadsWhatTheFileHolds) {
  support::CrashFileSystem fs;
  std::string bytes;
  for (size_t i = 0; i < (size_t{5} << 19); ++i) {
    bytes.push_back(static_cast<char>(i * i >> 3));
  }
  ASSERT_TRUE(fs.CreateWritable("file").value()->Append(bytes).ok());
  ReadWindow file(
      fs.OpenReadable("file", base::FileSystem::ReadMode::kCached).value());
  EXPECT_EQ(file.size(), bytes.size());
  base::Random random(1);
  uint64_t offset = 0;
  for (int i = 0; i < 2000; ++i) {
    // Mostly onward, sometimes anywhere, sometimes beyond the end.
    if (random.OneIn(10)) offset = random.Below(bytes.size() + 1000);
    const size_t size =
        random.OneIn(20) ? random.Below(2 << 20) : random.Below(10'000);
    std::string got(size, '\0');
    const size_t read = file.Read(offset, size, got.data()).value();
    const std::string expected =
        offset < bytes.size() ? bytes.substr(offset, size) : "";
    ASSERT_EQ(read, expected.size());
    ASSERT_EQ(got.substr(0, read), expected) << offset << " " << size;
    offset += size;
  }
}

TEST(ReadWindow, HandsOnTheErrorAndTriesAgain) {
  support::CrashFileSystem fs;
  ASSERT_TRUE(
      fs.CreateWritable("file").value()->Append(std::string(9000, 'x')).ok());
  ReadWindow file(
      fs.OpenReadable("file", base::FileSystem::ReadMode::kCached).value());
  char byte = 0;
  ASSERT_TRUE(file.Read(0, 1, &byte).ok());
  fs.FailReads("file", 0, 9000);
  EXPECT_TRUE(file.Read(100, 1, &byte).ok());  // From the window.
}

}  // namespace
}  // namespace lsm
