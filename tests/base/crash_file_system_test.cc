// The tool that tests everything else: does it lose what it may lose, and
// nothing more?

#include "support/crash_file_system.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <set>
#include <string>
#include <thread>

#include "base/posix_file.h"
#include "base/strings.h"

namespace base {
namespace {

using support::CrashFileSystem;
using support::Fate;
using Op = CrashFileSystem::Op;

constexpr uint64_t kSeeds = 200;

void Append(FileSystem* fs, const std::string& path, std::string_view bytes,
            bool sync) {
  Result<std::unique_ptr<WritableFile>> file = fs->CreateWritable(path);
  ASSERT_TRUE(file.ok()) << file.status().ToString();
  ASSERT_TRUE(file.value()->Append(bytes).ok());
  if (!sync) return;
  ASSERT_TRUE(file.value()->Sync().ok());
}

std::string Read(FileSystem* fs, const std::string& path,
                 FileSystem::ReadMode mode = FileSystem::ReadMode::kCached) {
  Result<std::unique_ptr<ReadableFile>> file = fs->OpenReadable(path, mode);
  if (!file.ok()) return file.status().ToString();
  std::string bytes(file.value()->size(), '?');
  Result<size_t> n = file.value()->Read(0, bytes.size(), bytes.data());
  return n.ok() ? bytes.substr(0, n.value()) : n.status().ToString();
}

// A page of `c` that direct writes accept.
struct AlignedPage {
  explicit AlignedPage(char c) : bytes(AllocateAligned(kDirectAlignment)) {
    std::fill(bytes.get(), bytes.get() + kDirectAlignment, c);
  }
  std::string_view view() const { return {bytes.get(), kDirectAlignment}; }
  AlignedBuffer bytes;
};

std::unique_ptr<LogFile> OpenLog(FileSystem* fs, const std::string& path,
                                 bool direct = true) {
  Result<std::unique_ptr<LogFile>> log = fs->OpenLog(path, direct);
  CHECK(log.ok());
  return std::move(log).value();
}

TEST(CrashFileSystem, IsAnOrdinaryFileSystemUntilItIsToldOtherwise) {
  CrashFileSystem fs;
  ASSERT_TRUE(fs.CreateDirectory("/db").ok());
  Append(&fs, "/db/a", "hello", true);
  EXPECT_EQ(Read(&fs, "db//a"), "hello");
  ASSERT_TRUE(fs.Rename("/db/a", "/db/b").ok());
  ASSERT_TRUE(fs.Link("/db/b", "/db/c").ok());
  ASSERT_TRUE(fs.Remove("/db/b").ok());
  EXPECT_FALSE(fs.Exists("/db/a").value());
  EXPECT_EQ(fs.List("/db").value(), std::vector<std::string>{"c"});
  ASSERT_TRUE(fs.Truncate("/db/c", 2).ok());
  ASSERT_TRUE(fs.Truncate("/db/c", 4).ok());
  EXPECT_EQ(Read(&fs, "/db/c"), std::string("he\0\0", 4));
  EXPECT_EQ(fs.FileSize("/db/c").value(), 4u);
}

TEST(CrashFileSystem, RefusesAsARealOneDoes) {
  CrashFileSystem fs;
  EXPECT_EQ(fs.CreateWritable("/none/a").status().error_number(), ENOENT);
  EXPECT_EQ(fs.Remove("/a").error_number(), ENOENT);
  EXPECT_EQ(fs.Rename("/a", "/b").error_number(), ENOENT);
  EXPECT_EQ(fs.OpenLog("/a", true).status().error_number(), ENOENT);
  Append(&fs, "/a", "x", true);
  Append(&fs, "/b", "y", true);
  EXPECT_EQ(fs.Link("/a", "/b").error_number(), EEXIST);
  EXPECT_EQ(fs.CreateDirectory("/a").error_number(), EEXIST);
  EXPECT_EQ(fs.List("/a").status().error_number(), ENOTDIR);
}

TEST(CrashFileSystem, KeepsWhatWasSynced) {
  CrashFileSystem fs;
  Append(&fs, "/a", std::string(5000, 'x'), true);
  ASSERT_TRUE(fs.SyncDirectory("/").ok());
  for (uint64_t seed = 0; seed < kSeeds; ++seed) {
    EXPECT_EQ(Read(fs.Crash(seed).get(), "/a"), std::string(5000, 'x'));
  }
}

TEST(CrashFileSystem, MayLoseANameWhoseDirectoryWasNotSynced) {
  CrashFileSystem fs;
  Append(&fs, "/a", "x", true);
  std::set<bool> seen;
  for (uint64_t seed = 0; seed < kSeeds; ++seed) {
    seen.insert(fs.Crash(seed)->Exists("/a").value());
  }
  EXPECT_EQ(seen.size(), 2u);
  EXPECT_FALSE(fs.Crash(1, Fate::kOld)->Exists("/a").value());
  EXPECT_TRUE(fs.Crash(1, Fate::kNew)->Exists("/a").value());
}

TEST(CrashFileSystem, LosesADirectoryWithAllThatIsInIt) {
  CrashFileSystem fs;
  ASSERT_TRUE(fs.CreateDirectory("/db").ok());
  Append(&fs, "/db/a", "x", true);
  ASSERT_TRUE(fs.SyncDirectory("/db").ok());
  EXPECT_FALSE(fs.Crash(1, Fate::kOld)->Exists("/db").value());
  ASSERT_TRUE(fs.SyncDirectory("/").ok());
  EXPECT_EQ(Read(fs.Crash(1, Fate::kOld).get(), "/db/a"), "x");
}

TEST(CrashFileSystem, MixesOldAndNewSectorsOfARecycledFile) {
  CrashFileSystem fs;
  Append(&fs, "/log", std::string(4096, 'o'), true);
  ASSERT_TRUE(fs.SyncDirectory("/").ok());
  const AlignedPage fresh('n');
  ASSERT_TRUE(
      OpenLog(&fs, "/log")->Write(0, fresh.view(), Durability::kCached).ok());
  std::set<std::string> sights;
  for (uint64_t seed = 0; seed < kSeeds; ++seed) {
    SCOPED_TRACE(seed);
    const std::string bytes = Read(fs.Crash(seed).get(), "/log");
    ASSERT_EQ(bytes.size(), 4096u);
    for (size_t sector = 0; sector < 8; ++sector) {
      const std::string_view one =
          std::string_view(bytes).substr(sector * 512, 512);
      EXPECT_TRUE(one == std::string(512, 'o') || one == std::string(512, 'n'));
    }
    sights.insert(bytes);
  }
  EXPECT_GT(sights.size(), 10u);
  EXPECT_TRUE(sights.contains(std::string(4096, 'o')));
  EXPECT_TRUE(sights.contains(std::string(4096, 'n')));
}

TEST(CrashFileSystem, MayStopAtAnyVersionOfASector) {
  CrashFileSystem fs;
  Result<std::unique_ptr<WritableFile>> file = fs.CreateWritable("/a");
  ASSERT_TRUE(file.value()->Append("0").ok());
  ASSERT_TRUE(file.value()->Sync().ok());
  ASSERT_TRUE(fs.SyncDirectory("/").ok());
  for (const char* digit : {"1", "2", "3"}) {
    ASSERT_TRUE(file.value()->Append(digit).ok());
  }
  std::set<std::string> sights;
  for (uint64_t seed = 0; seed < kSeeds; ++seed) {
    const std::string bytes = Read(fs.Crash(seed).get(), "/a");
    EXPECT_EQ(bytes[0], '0');
    // Within one sector a cut leaves no hole: zeros only follow.
    const size_t zero = bytes.find('\0');
    if (zero != std::string::npos) {
      EXPECT_EQ(bytes.find_first_not_of('\0', zero), std::string::npos);
    }
    sights.insert(bytes);
  }
  for (const char* expected : {"0", "01", "012", "0123"}) {
    EXPECT_TRUE(sights.contains(expected)) << expected;
  }
}

TEST(CrashFileSystem, ShowsZerosOrNoiseWhereAFileHasGrown) {
  CrashFileSystem fs;
  Append(&fs, "/a", "", true);
  ASSERT_TRUE(fs.SyncDirectory("/").ok());
  Append(&fs, "/a", std::string(4096, 'n'), false);
  bool zeros = false, noise = false, shorter = false;
  for (uint64_t seed = 0; seed < kSeeds; ++seed) {
    const std::string bytes = Read(fs.Crash(seed).get(), "/a");
    shorter |= bytes.empty();
    for (const char c : bytes) {
      zeros |= c == '\0';
      noise |= c != '\0' && c != 'n';
    }
  }
  EXPECT_TRUE(zeros && noise && shorter);
}

TEST(CrashFileSystem, GivesTheSameDiskForTheSameSeed) {
  CrashFileSystem fs;
  Append(&fs, "/a", std::string(9000, 'x'), false);
  Append(&fs, "/b", std::string(9000, 'y'), false);
  for (uint64_t seed = 0; seed < 20; ++seed) {
    const auto first = fs.Crash(seed);
    const auto second = fs.Crash(seed);
    EXPECT_EQ(Read(first.get(), "/a"), Read(second.get(), "/a"));
    EXPECT_EQ(Read(first.get(), "/b"), Read(second.get(), "/b"));
  }
}

TEST(CrashFileSystem, NeverLosesAFileThroughARename) {
  CrashFileSystem fs;
  Append(&fs, "/a", "kept", true);
  ASSERT_TRUE(fs.SyncDirectory("/").ok());
  ASSERT_TRUE(fs.Rename("/a", "/b").ok());
  ASSERT_TRUE(fs.Rename("/b", "/c").ok());
  std::set<std::string> sights;
  for (uint64_t seed = 0; seed < kSeeds; ++seed) {
    const auto disk = fs.Crash(seed);
    std::string names;
    for (const std::string& name : disk->List("/").value()) {
      names += name;
      EXPECT_EQ(Read(disk.get(), name), "kept");
    }
    EXPECT_FALSE(names.empty()) << "seed " << seed;
    sights.insert(names);
  }
  // Also several names at once, which is harsher than a journal would be.
  EXPECT_TRUE(sights.contains("a") && sights.contains("b") &&
              sights.contains("c") && sights.contains("ac"));
}

TEST(CrashFileSystem, GivesARenamedDirectoryOneOfItsTwoNames) {
  CrashFileSystem fs;
  ASSERT_TRUE(fs.CreateDirectory("old").ok());
  ASSERT_TRUE(fs.SyncDirectory("/").ok());
  ASSERT_TRUE(fs.Rename("old", "new").ok());
  int renamed = 0;
  for (uint64_t seed = 0; seed < kSeeds; ++seed) {
    const auto disk = fs.Crash(seed);
    EXPECT_NE(disk->Exists("old").value(), disk->Exists("new").value());
    renamed += disk->Exists("new").value();
  }
  EXPECT_GT(renamed, 0);
  EXPECT_LT(renamed, static_cast<int>(kSeeds));
}

TEST(CrashFileSystem, RemovesOnlyEmptyDirectories) {
  CrashFileSystem fs;
  ASSERT_TRUE(fs.CreateDirectory("d").ok());
  Append(&fs, "d/a", "x", /*sync=*/true);
  EXPECT_EQ(fs.RemoveDirectory("d").error_number(), ENOTEMPTY);
  EXPECT_EQ(fs.RemoveDirectory("e").error_number(), ENOENT);
  ASSERT_TRUE(fs.Remove("d/a").ok());
  ASSERT_TRUE(fs.RemoveDirectory("d").ok());
  EXPECT_FALSE(fs.Exists("d").value());
}

TEST(CrashFileSystem, ReplacesANameByOldOrNewButNeverByNothing) {
  CrashFileSystem fs;
  Append(&fs, "/CURRENT", "old", true);
  ASSERT_TRUE(fs.SyncDirectory("/").ok());
  Append(&fs, "/tmp", "new", true);
  ASSERT_TRUE(fs.Rename("/tmp", "/CURRENT").ok());
  std::set<std::string> sights;
  for (uint64_t seed = 0; seed < kSeeds; ++seed) {
    sights.insert(Read(fs.Crash(seed).get(), "/CURRENT"));
  }
  EXPECT_EQ(sights, (std::set<std::string>{"old", "new"}));
}

TEST(CrashFileSystem, KeepsLinksOfOneFileTheSame) {
  CrashFileSystem fs;
  Append(&fs, "/a", std::string(4096, 'x'), false);
  ASSERT_TRUE(fs.Link("/a", "/b").ok());
  ASSERT_TRUE(fs.SyncDirectory("/").ok());
  for (uint64_t seed = 0; seed < kSeeds; ++seed) {
    const auto disk = fs.Crash(seed);
    EXPECT_EQ(Read(disk.get(), "/a"), Read(disk.get(), "/b"));
  }
}

TEST(CrashFileSystem, ReadsAsNewUntilTheCutAfterAFailedSync) {
  CrashFileSystem fs;
  Append(&fs, "/a", std::string(512, 'o'), true);
  ASSERT_TRUE(fs.SyncDirectory("/").ok());
  const std::unique_ptr<LogFile> log = OpenLog(&fs, "/a", /*direct=*/false);
  ASSERT_TRUE(log->Write(0, std::string(512, 'n'), Durability::kCached).ok());
  fs.FailOnce(Op::kSync, "/a");
  EXPECT_EQ(log->Sync().error_number(), EIO);
  EXPECT_TRUE(log->Sync().ok());  // The lie that fsync tells.
  EXPECT_EQ(Read(&fs, "/a"), std::string(512, 'n'));
  EXPECT_EQ(Read(&fs, "/a", FileSystem::ReadMode::kStable),
            std::string(512, 'o'));
  EXPECT_EQ(Read(fs.Kill().get(), "/a"), std::string(512, 'n'));
  EXPECT_EQ(Read(fs.Crash(1, Fate::kNew).get(), "/a"), std::string(512, 'o'));
}

TEST(CrashFileSystem, TakesUpALostSectorThatIsWrittenAgain) {
  CrashFileSystem fs;
  Append(&fs, "/a", std::string(1024, 'o'), true);
  ASSERT_TRUE(fs.SyncDirectory("/").ok());
  const std::unique_ptr<LogFile> log = OpenLog(&fs, "/a", /*direct=*/false);
  ASSERT_TRUE(log->Write(0, std::string(1024, 'n'), Durability::kCached).ok());
  fs.FailOnce(Op::kSync, "");
  EXPECT_FALSE(log->Sync().ok());
  ASSERT_TRUE(log->Write(0, std::string(512, 'm'), Durability::kDurable).ok());
  EXPECT_EQ(Read(fs.Crash(1, Fate::kOld).get(), "/a"),
            std::string(512, 'm') + std::string(512, 'o'));
}

TEST(CrashFileSystem, LosesNothingToKillButLeavesItPending) {
  CrashFileSystem fs;
  Append(&fs, "/a", "cached", false);
  const auto killed = fs.Kill();
  EXPECT_EQ(Read(killed.get(), "/a"), "cached");
  EXPECT_FALSE(killed->Crash(1, Fate::kOld)->Exists("/a").value());
  ASSERT_TRUE(killed->SyncFile("/a").ok());
  ASSERT_TRUE(killed->SyncDirectory("/").ok());
  EXPECT_EQ(Read(killed->Crash(1, Fate::kOld).get(), "/a"), "cached");
}

TEST(CrashFileSystem, GoesDarkAtTheChosenOperation) {
  CrashFileSystem fs;
  Append(&fs, "/a", "", true);  // Two operations; an empty append is a third.
  const uint64_t before = fs.ops();
  EXPECT_EQ(before, 3u);
  ASSERT_TRUE(fs.SyncDirectory("/").ok());
  fs.CrashAt(before + 2);
  EXPECT_EQ(fs.Rename("/a", "/b").code(), Code::kIo);
  EXPECT_EQ(fs.crash_op(), "rename /a");
  EXPECT_EQ(fs.Remove("/a").code(), Code::kIo);
  EXPECT_EQ(fs.CreateWritable("/c").status().code(), Code::kIo);
  std::set<std::string> sights;
  for (uint64_t seed = 0; seed < kSeeds; ++seed) {
    std::string names;
    for (const auto& name : fs.Crash(seed)->List("/").value()) names += name;
    sights.insert(names);
  }
  // The rename was in flight; nothing after it has happened.
  EXPECT_EQ(sights, (std::set<std::string>{"a", "b", "ab"}));
}

TEST(CrashFileSystem, SyncsNothingForCertainWhenTheSyncIsInFlight) {
  CrashFileSystem fs;
  Append(&fs, "/a", "", true);
  ASSERT_TRUE(fs.SyncDirectory("/").ok());
  Result<std::unique_ptr<WritableFile>> file = fs.CreateWritable("/a");
  ASSERT_TRUE(file.value()->Append("x").ok());
  fs.CrashAt(fs.ops() + 1);
  EXPECT_FALSE(file.value()->Sync().ok());
  EXPECT_EQ(Read(fs.Crash(1, Fate::kOld).get(), "/a"), "");
  EXPECT_EQ(Read(fs.Crash(1, Fate::kNew).get(), "/a"), "x");
}

TEST(CrashFileSystem, KeepsADurableWriteAndTearsTheOneBesideIt) {
  CrashFileSystem fs;
  ASSERT_TRUE(fs.CreateLog("/log", 8192).ok());
  ASSERT_TRUE(fs.SyncDirectory("/").ok());
  const std::unique_ptr<LogFile> log = OpenLog(&fs, "/log");
  ASSERT_TRUE(log->direct());
  const AlignedPage a('a'), b('b');
  ASSERT_TRUE(log->Write(4096, b.view(), Durability::kDurable).ok());
  ASSERT_TRUE(log->Write(0, a.view(), Durability::kCached).ok());
  std::set<std::string> firsts;
  for (uint64_t seed = 0; seed < kSeeds; ++seed) {
    const std::string bytes = Read(fs.Crash(seed).get(), "/log");
    EXPECT_EQ(bytes.substr(4096), b.view());
    firsts.insert(bytes.substr(0, 4096));
  }
  EXPECT_GT(firsts.size(), 2u);
}

TEST(CrashFileSystem, HoldsLogWritesInFlight) {
  CrashFileSystem fs;
  ASSERT_TRUE(fs.CreateLog("/log", 8192).ok());
  ASSERT_TRUE(fs.SyncDirectory("/").ok());
  const std::unique_ptr<LogFile> log = OpenLog(&fs, "/log");
  const AlignedPage page('x');
  fs.HoldLogWrites();
  Status first, second;
  std::thread one(
      [&] { first = log->Write(0, page.view(), Durability::kDurable); });
  std::thread two(
      [&] { second = log->Write(4096, page.view(), Durability::kDurable); });
  fs.WaitForHeldLogWrites(2);
  std::set<std::string> sights;
  for (uint64_t seed = 0; seed < kSeeds; ++seed) {
    const std::string bytes = Read(fs.Crash(seed).get(), "/log");
    sights.insert(StrCat(bytes.substr(0, 4096) == page.view() ? "1" : "-",
                         bytes.substr(4096) == page.view() ? "2" : "-"));
  }
  EXPECT_EQ(sights, (std::set<std::string>{"--", "1-", "-2", "12"}));
  fs.ReleaseLogWrites();
  one.join();
  two.join();
  EXPECT_TRUE(first.ok() && second.ok());
  EXPECT_EQ(Read(fs.Crash(1, Fate::kOld).get(), "/log"),
            std::string(8192, 'x'));
}

TEST(CrashFileSystem, EndsHeldWritesWhenThePowerGoes) {
  CrashFileSystem fs;
  ASSERT_TRUE(fs.CreateLog("/log", 4096).ok());
  const std::unique_ptr<LogFile> log = OpenLog(&fs, "/log");
  const AlignedPage page('x');
  fs.HoldLogWrites();
  Status status;
  std::thread writer(
      [&] { status = log->Write(0, page.view(), Durability::kDurable); });
  fs.WaitForHeldLogWrites(1);
  fs.CutPower();
  writer.join();
  EXPECT_EQ(status.code(), Code::kIo);
}

TEST(CrashFileSystem, RunsOutOfRoomAndGetsItBack) {
  CrashFileSystem fs;
  fs.SetFreeBytes(10000);
  EXPECT_EQ(fs.CreateLog("/log", 20000).code(), Code::kNoRoom);
  ASSERT_TRUE(fs.CreateLog("/log", 8192).ok());
  EXPECT_EQ(fs.FreeBytes("/").value(), 1808u);
  Result<std::unique_ptr<WritableFile>> file = fs.CreateWritable("/a");
  EXPECT_EQ(file.value()->Append(std::string(4096, 'x')).code(), Code::kNoRoom);
  ASSERT_TRUE(fs.Remove("/log").ok());
  EXPECT_EQ(fs.FreeBytes("/").value(), 10000u);
  ASSERT_TRUE(fs.CreateLog("/log", 10000).ok());
  EXPECT_EQ(fs.Crash(1, Fate::kNew)->FreeBytes("/").value(), 0u);
  EXPECT_EQ(fs.Kill()->FreeBytes("/").value(), 0u);
}

TEST(CrashFileSystem, FailsReadsOfARangeAndFlipsBits) {
  CrashFileSystem fs;
  Append(&fs, "/a", std::string(100, 'a'), true);
  fs.FailReads("/a", 50, 1);
  Result<std::unique_ptr<ReadableFile>> file =
      fs.OpenReadable("/a", FileSystem::ReadMode::kCached);
  char buffer[100];
  EXPECT_TRUE(file.value()->Read(0, 50, buffer).ok());
  EXPECT_EQ(file.value()->Read(0, 51, buffer).status().error_number(), EIO);
  fs.HealReads();
  EXPECT_EQ(file.value()->Read(0, 100, buffer).value(), 100u);
  fs.FlipBit("/a", 99, 1);
  EXPECT_EQ(Read(&fs, "/a").back(), 'c');
  EXPECT_EQ(Read(&fs, "/a", FileSystem::ReadMode::kStable).back(), 'c');
}

TEST(CrashFileSystem, LetsOneHolderLockAtATime) {
  CrashFileSystem fs;
  Result<std::unique_ptr<FileLock>> lock = fs.Lock("/LOCK");
  ASSERT_TRUE(lock.ok());
  EXPECT_EQ(fs.Lock("/LOCK").status().code(), Code::kIo);
  EXPECT_TRUE(fs.Kill()->Lock("/LOCK").ok());
  std::move(lock).value().reset();
  EXPECT_TRUE(fs.Lock("/LOCK").ok());
}

}  // namespace
}  // namespace base
