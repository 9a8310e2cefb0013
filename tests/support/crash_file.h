// CrashFile is the bytes of one file (one inode) of the crashing file
// system: what the disk has, what the page cache has, and every write in
// between.
//
//   disk      ....aaaaaaaa....      survives a power cut for certain
//   pending   ......b|b..b|c..      sectors written since, each with all of
//                                   its versions; a cut picks one of them,
//                                   or what the disk has
//   current   ....aabbaabc....      what an ordinary read returns
//
// Pages are shared copy-on-write between disk and current and between the
// copies that a cut makes, so a file of 64 MiB of zeros costs nothing and a
// copy costs its pointers.
//
// Threads: guarded by the mutex of the file system that it belongs to.

#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <map>
#include <memory>
#include <set>
#include <string_view>
#include <vector>

#include "base/random.h"

namespace support {

inline constexpr uint64_t kSectorBytes = 512;

// What a power cut does to what was not synced.
enum class Fate {
  kAny,  // Each sector, size and name by the seed.
  kOld,  // All of it is lost.
  kNew,  // All of it survives.
};

// How full the disk is. Shared by its files; each counts while it has a name.
struct CrashSpace {
  std::atomic<uint64_t> capacity = uint64_t{1} << 40;
  std::atomic<uint64_t> used = 0;
};

class CrashFile {
 public:
  explicit CrashFile(std::shared_ptr<CrashSpace> space)
      : space_(std::move(space)) {}
  CrashFile(const CrashFile&) = delete;
  CrashFile& operator=(const CrashFile&) = delete;

  uint64_t size() const { return size_; }

  // It has one name more, or less.
  void AddName();
  void DropName();

  // `stable`: as read past the page cache, so without what a failed sync
  // left there.
  size_t Read(uint64_t offset, size_t size, char* out, bool stable) const;

  // Both leave their bytes and the size pending.
  void Write(uint64_t offset, std::string_view bytes);
  void Truncate(uint64_t size);

  // Everything pending is on the disk now.
  void Sync();
  // Only these sectors are, and the size. REQUIRES: whole pages.
  void SyncRange(uint64_t offset, uint64_t size);
  // A sync failed: ordinary reads go on to show what was pending, but nobody
  // will ever write it to the disk.
  void LosePending();

  // Changes bytes on the disk and in memory behind everybody's back.
  void Damage(uint64_t offset, std::string_view bytes);

  // The file as found after a power cut. Takes from `random` the same number
  // of times whatever the content.
  std::shared_ptr<CrashFile> AfterCut(std::shared_ptr<CrashSpace> space,
                                      base::Random* random, Fate fate) const;
  // The same file, pending writes and all.
  std::shared_ptr<CrashFile> Copy(std::shared_ptr<CrashSpace> space) const;

 private:
  static constexpr uint64_t kPageBytes = 4096;
  using Page = std::array<char, kPageBytes>;
  using Pages = std::vector<std::shared_ptr<Page>>;  // nullptr: all zeros.
  using Sector = std::array<char, kSectorBytes>;

  struct Version {
    uint64_t write;
    Sector bytes;
  };
  struct Pending {
    uint64_t write = 0;  // The latest; its bytes are in current_.
    std::vector<Version> older;
  };

  static Page* Writable(Pages* pages, uint64_t page);
  static void Copy(const Pages& pages, uint64_t offset, size_t size, char* out);
  static void Paste(Pages* pages, uint64_t offset, std::string_view bytes);

  void Resize(uint64_t size);
  // `sector` is about to change as part of the current write.
  void MarkPending(uint64_t sector);
  void SyncSector(uint64_t sector);
  uint64_t SizeAfterCut(base::Random* random, Fate fate) const;
  void CutSector(uint64_t sector, const Pending& pending, uint64_t seed,
                 Fate fate, Pages* image) const;

  // Immutable.
  const std::shared_ptr<CrashSpace> space_;

  // Guarded by the file system's mutex.
  int names_ = 0;
  uint64_t size_ = 0;
  uint64_t disk_size_ = 0;
  std::vector<uint64_t> sizes_;  // Since disk_size_; the last is size_.
  Pages current_;
  Pages disk_;
  uint64_t write_ = 0;
  std::map<uint64_t, Pending> pending_;  // By sector.
  std::set<uint64_t> lost_;  // Sectors where current_ is not what disk_ has.
};

}  // namespace support
