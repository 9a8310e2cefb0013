#include "base/file_system.h"

#include <gtest/gtest.h>

#include "support/crash_file_system.h"

namespace base {
namespace {

using support::CrashFileSystem;
using Op = CrashFileSystem::Op;

TEST(FileSystem, JoinsPathsWithOneSlash) {
  EXPECT_EQ(JoinPath("a", "b"), "a/b");
  EXPECT_EQ(JoinPath("a/", "b"), "a/b");
  EXPECT_EQ(JoinPath("", "b"), "b");
}

TEST(FileSystem, FindsTheDirectoryOfAPath) {
  EXPECT_EQ(ParentPath("/a/b"), "/a");
  EXPECT_EQ(ParentPath("/a"), "/");
  EXPECT_EQ(ParentPath("a"), ".");
}

TEST(FileSystem, ReadsAFileWhole) {
  CrashFileSystem fs;
  ASSERT_TRUE(ReplaceFile(&fs, "/a", "hello").ok());
  EXPECT_EQ(ReadWholeFile(&fs, "/a").value(), "hello");
  EXPECT_EQ(ReadWholeFile(&fs, "/none").status().code(), Code::kIo);
}

TEST(FileSystem, RefusesToReadAHugeFileWhole) {
  CrashFileSystem fs;
  ASSERT_TRUE(fs.CreateLog("/a", (64 << 20) + 1).ok());
  const Status status = ReadWholeFile(&fs, "/a").status();
  EXPECT_EQ(status.code(), Code::kIo);
  EXPECT_NE(status.message().find("/a"), std::string::npos);
}

TEST(FileSystem, LeavesTheOldFileWhenItCannotBeReplaced) {
  for (const Op op : {Op::kCreate, Op::kWrite, Op::kSync, Op::kRename}) {
    CrashFileSystem fs;
    ASSERT_TRUE(ReplaceFile(&fs, "/a", "old").ok());
    fs.FailOnce(op, "", ENOSPC);
    EXPECT_EQ(ReplaceFile(&fs, "/a", "new").code(), Code::kNoRoom);
    EXPECT_EQ(ReadWholeFile(&fs, "/a").value(), "old");
    EXPECT_EQ(ReadWholeFile(fs.Crash(1).get(), "/a").value(), "old");
  }
}

}  // namespace
}  // namespace base
