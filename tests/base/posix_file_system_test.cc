#include <gtest/gtest.h>

#include <algorithm>
#include <string>

#include "base/file_system.h"
#include "support/temporary_directory.h"

namespace base {
namespace {

class PosixFiles : public testing::Test {
 protected:
  FileSystem* const fs_ = PosixFileSystem();
  support::TemporaryDirectory directory_;
};

TEST_F(PosixFiles, NamesFileAndReasonInEveryError) {
  const std::string none = directory_.Path("none");
  for (const Status& status :
       {fs_->OpenReadable(none, FileSystem::ReadMode::kStable).status(),
        fs_->OpenLog(none, true).status(), fs_->SyncFile(none),
        fs_->SyncDirectory(none), fs_->Rename(none, directory_.Path("b")),
        fs_->Remove(none), fs_->RemoveDirectory(none),
        fs_->Link(none, directory_.Path("b")), fs_->Truncate(none, 1),
        fs_->List(none).status(), fs_->FileSize(none).status(),
        fs_->FreeBytes(none).status(),
        fs_->CreateWritable(none + "/a").status(),
        fs_->CreateLog(none + "/a", 4096)}) {
    EXPECT_EQ(status.code(), Code::kIo) << status.ToString();
    EXPECT_EQ(status.error_number(), ENOENT) << status.ToString();
    EXPECT_NE(status.message().find(none), std::string::npos);
    EXPECT_NE(status.message().find("No such file"), std::string::npos);
  }
}

TEST_F(PosixFiles, ChangesNames) {
  ASSERT_TRUE(ReplaceFile(fs_, directory_.Path("a"), "x").ok());
  ASSERT_TRUE(fs_->Rename(directory_.Path("a"), directory_.Path("b")).ok());
  ASSERT_TRUE(fs_->Link(directory_.Path("b"), directory_.Path("c")).ok());
  ASSERT_TRUE(fs_->Remove(directory_.Path("b")).ok());
  ASSERT_TRUE(fs_->CreateDirectory(directory_.Path("d")).ok());
  ASSERT_TRUE(fs_->CreateDirectory(directory_.Path("d")).ok());
  EXPECT_FALSE(fs_->CreateDirectory(directory_.Path("c")).ok());
  ASSERT_TRUE(fs_->SyncDirectory(directory_.path()).ok());
  std::vector<std::string> names = fs_->List(directory_.path()).value();
  std::sort(names.begin(), names.end());
  EXPECT_EQ(names, (std::vector<std::string>{"c", "d"}));
  EXPECT_FALSE(fs_->Exists(directory_.Path("a")).value());
  EXPECT_TRUE(fs_->Exists(directory_.Path("c")).value());
  ASSERT_TRUE(fs_->Truncate(directory_.Path("c"), 5000).ok());
  EXPECT_EQ(fs_->FileSize(directory_.Path("c")).value(), 5000u);
  EXPECT_GT(fs_->FreeBytes(directory_.path()).value(), 0u);
  EXPECT_FALSE(fs_->RemoveDirectory(directory_.path()).ok());  // Not empty.
  EXPECT_FALSE(fs_->Remove(directory_.Path("d")).ok());
  ASSERT_TRUE(fs_->RemoveDirectory(directory_.Path("d")).ok());
  EXPECT_FALSE(fs_->Exists(directory_.Path("d")).value());
}

TEST_F(PosixFiles, LetsOneHolderLockAtATime) {
  Result<std::unique_ptr<FileLock>> lock = fs_->Lock(directory_.Path("LOCK"));
  ASSERT_TRUE(lock.ok());
  const Status refused = fs_->Lock(directory_.Path("LOCK")).status();
  EXPECT_EQ(refused.code(), Code::kIo);
  EXPECT_NE(refused.message().find("in use by another process"),
            std::string::npos);
  std::move(lock).value().reset();
  EXPECT_TRUE(fs_->Lock(directory_.Path("LOCK")).ok());
}

}  // namespace
}  // namespace base
