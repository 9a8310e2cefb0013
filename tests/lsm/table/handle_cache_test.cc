#include "lsm/table/handle_cache.h"

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "base/random.h"
#include "base/strings.h"
#include "support/crash_file_system.h"

namespace lsm {
namespace {

class HandleCacheTest : public testing::Test {
 protected:
  std::string Path(int i) { return base::StrCat("/", i); }
  void Write(int count) {
    for (int i = 0; i < count; ++i) {
      ASSERT_TRUE(
          base::ReplaceFile(&disk_, Path(i), base::StrCat("file ", i)).ok());
    }
  }
  std::unique_ptr<base::ReadableFile> Open(int i) {
    auto file = cache_->Open(Path(i));
    EXPECT_TRUE(file.ok());
    return std::move(file).value();
  }
  static std::string Read(base::ReadableFile* file) {
    std::string bytes(file->size(), '\0');
    const auto got = file->Read(0, bytes.size(), bytes.data());
    return got.ok() ? bytes : std::string(got.status().message());
  }

  support::CrashFileSystem disk_;
  std::shared_ptr<HandleCache> cache_ =
      std::make_shared<HandleCache>(&disk_, 4);
};

TEST_F(HandleCacheTest, ReadsMoreFilesThanItHasHandles) {
  Write(20);
  std::vector<std::unique_ptr<base::ReadableFile>> files;
  for (int i = 0; i < 20; ++i) {
    files.push_back(Open(i));
    EXPECT_LE(cache_->open_count(), 4u);
  }
  base::Random random(7);
  for (int n = 0; n < 1000; ++n) {
    const auto i = random.Below(20);
    ASSERT_EQ(Read(files[i].get()), base::StrCat("file ", i));
    ASSERT_LE(cache_->open_count(), 4u);
    if (n % 100 == 99) files[i] = Open(static_cast<int>(i));
  }
  files.clear();
  EXPECT_EQ(cache_->open_count(), 0u);
}

TEST_F(HandleCacheTest, KeepsWhatIsReadAgainAndAgain) {
  Write(20);
  const auto hot = Open(0);
  std::vector<std::unique_ptr<base::ReadableFile>> files;
  for (int i = 1; i < 20; ++i) {
    EXPECT_EQ(Read(hot.get()), "file 0");
    files.push_back(Open(i));
  }
  // Were it opened again, this would be seen.
  ASSERT_TRUE(disk_.Remove(Path(0)).ok());
  EXPECT_EQ(Read(hot.get()), "file 0");
}

TEST_F(HandleCacheTest, TellsWhatIsWrong) {
  Write(6);
  EXPECT_FALSE(cache_->Open("/none").ok());
  const auto gone = Open(0);
  const auto changed = Open(1);
  std::vector<std::unique_ptr<base::ReadableFile>> files;
  for (int n = 0; n < 2; ++n) {
    for (int i = 2; i < 6; ++i) files.push_back(Open(i));
  }
  ASSERT_TRUE(disk_.Remove(Path(0)).ok());
  ASSERT_TRUE(base::ReplaceFile(&disk_, Path(1), "longer than it was").ok());
  EXPECT_NE(Read(gone.get()).find(Path(0)), std::string::npos);
  EXPECT_NE(Read(changed.get()).find(Path(1)), std::string::npos);
}

TEST_F(HandleCacheTest, ServesManyThreads) {
  Write(12);
  std::vector<std::unique_ptr<base::ReadableFile>> files;
  for (int i = 0; i < 12; ++i) files.push_back(Open(i));
  std::vector<std::thread> threads;
  for (uint64_t seed = 1; seed <= 4; ++seed) {
    threads.emplace_back([&files, seed] {
      base::Random random(seed);
      for (int n = 0; n < 500; ++n) {
        const auto i = random.Below(12);
        EXPECT_EQ(Read(files[i].get()), base::StrCat("file ", i));
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_LE(cache_->open_count(), 4u);
}

}  // namespace
}  // namespace lsm
