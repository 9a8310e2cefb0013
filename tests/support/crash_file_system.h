// CrashFileSystem is a file system in memory that can be as bad as a disk.
// Left alone it is simply quick; a test asks it for the faults.
//
//   CrashFileSystem fs;
//   fs.CrashAt(17);                      // The power goes at the 17th change.
//   RunWorkload(&fs);                    // Sees Io from there on.
//   auto disk = fs.Crash(seed);          // What is found afterwards.
//   Recover(disk.get());
//
// What a power cut (Crash) may do, by seed; the same seed on the same state
// gives the same disk:
//
//   - Each 512-byte sector written since its file was last synced is old or
//     new; if it was written several times, any of these. Old is what the
//     disk had before: in a recycled file, the recycled bytes. In a file
//     that has grown: zeros or, for some files, noise. Writes are lost
//     whole, survive whole, or are torn sector by sector.
//   - The size is the synced one or any that the file has had since.
//   - Each name created, renamed, linked or removed since its directory was
//     last synced means what it did then, or anything it has meant since,
//     independently of every other name. But a rename never loses the file:
//     at least one of its two names has it; of a directory's two, exactly one
//     (no file system lets it have both). A file's Sync does not make its
//     name durable. A new directory whose parent was not synced may vanish
//     with all that is in it.
//   - Lost for certain: what a failed sync left in memory (see FailOnce).
//   - Never lost: what Sync, SyncFile or a kDurable write has returned Ok
//     for, and names after SyncDirectory. CreateLog syncs bytes and size.
//
// kill -9 (Kill) loses nothing, and leaves what was pending pending.
//
// Every mutating call (create, write, sync, rename, remove, link, truncate,
// directory creation and sync) is one operation. The one that CrashAt names
// is *in flight* when the power goes: it returns Io, and what it was to write
// is pending, so it may arrive in part; a sync has then synced nothing for
// certain. Later operations do nothing but return Io. Reads go on working.
//
// Paths: "a/b", "/a/b" and "/a//b" are the same; the root exists from the
// start, other directories must be made.
//
// Threads: shared. With several of them the disk after a cut depends on who
// came first; hold log writes where a test must know.

#pragma once

#include <cerrno>
#include <cstdint>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/file_system.h"
#include "base/mutex.h"
#include "support/crash_directory.h"
#include "support/crash_file.h"

namespace support {

class CrashFileSystem : public base::FileSystem {
 public:
  enum class Op {
    kCreate,  // CreateWritable, CreateLog, Lock of a new file.
    kWrite,   // Append and LogFile::Write.
    kSync,    // Sync and SyncFile.
    kSyncDirectory,
    kRename,
    kLink,
    kRemove,  // Of files and directories.
    kTruncate,
    kCreateDirectory,
  };

  CrashFileSystem() = default;

  // --- The end of the machine ---

  // The disk after a power cut now. This file system stays as it is, so the
  // same moment can be cut with many seeds.
  std::unique_ptr<CrashFileSystem> Crash(uint64_t seed,
                                         Fate fate = Fate::kAny) const;
  // The disk and page cache after kill -9 now. Locks are gone.
  std::unique_ptr<CrashFileSystem> Kill() const;

  // Operations so far.
  uint64_t ops() const;
  // The power goes at operation number `op` (the first is 1), or as soon as
  // that has passed.
  void CrashAt(uint64_t op);
  // The power goes now: every operation from here on fails.
  void CutPower();
  // The operation that was in flight when the power went, such as
  // "write wal-1.log"; empty while there is power.
  std::string crash_op() const;

  // --- Faults without a crash ---

  // The next operation of this kind on a path that contains `part` fails
  // with `error_number`. Usually without effect, but:
  //   - After a failed sync what was pending reads as new until a cut and is
  //     old after it; syncing again succeeds and does not bring it back.
  //   - A failed log write in direct mode stays pending: nobody knows. A
  //     failed durable one in buffered mode is like a failed sync.
  void FailOnce(Op op, std::string part, int error_number = EIO);
  // Reads that touch this range of `path` fail with EIO, until HealReads.
  void FailReads(const std::string& path, uint64_t offset, uint64_t size);
  void HealReads();
  // Changes stored bytes behind everybody's back. REQUIRES: inside the file.
  void Overwrite(const std::string& path, uint64_t offset,
                 std::string_view bytes);
  void FlipBit(const std::string& path, uint64_t offset, int bit);
  // From now on this many bytes are free; past them writes get NoRoom.
  void SetFreeBytes(uint64_t bytes);
  // Whether OpenLog(direct) is agreed to. It is, unless told otherwise.
  void SetDirect(bool direct);

  // --- Log writes in flight ---

  // LogFile::Write calls with kDurable stay in flight, each on its thread,
  // until ReleaseLogWrites; a Crash in between may tear any of them. When
  // the power goes they return Io.
  void HoldLogWrites();
  void WaitForHeldLogWrites(int count);
  // Lets all go on and holds no more.
  void ReleaseLogWrites();

  // --- base::FileSystem ---

  base::Result<std::unique_ptr<base::ReadableFile>> OpenReadable(
      const std::string& path, ReadMode mode) override;
  base::Result<std::unique_ptr<base::WritableFile>> CreateWritable(
      const std::string& path) override;
  base::Status CreateLog(const std::string& path, uint64_t size) override;
  base::Result<std::unique_ptr<base::LogFile>> OpenLog(const std::string& path,
                                                       bool direct) override;
  base::Status SyncFile(const std::string& path) override;
  base::Status SyncDirectory(const std::string& path) override;
  base::Status Rename(const std::string& from, const std::string& to) override;
  base::Status Remove(const std::string& path) override;
  base::Status Link(const std::string& from, const std::string& to) override;
  base::Status Truncate(const std::string& path, uint64_t size) override;
  base::Status CreateDirectory(const std::string& path) override;
  base::Status RemoveDirectory(const std::string& path) override;
  base::Result<std::vector<std::string>> List(const std::string& path) override;
  base::Result<bool> Exists(const std::string& path) override;
  base::Result<uint64_t> FileSize(const std::string& path) override;
  base::Result<uint64_t> FreeBytes(const std::string& path) override;
  base::Result<std::unique_ptr<base::FileLock>> Lock(
      const std::string& path) override;

 private:
  class Readable;
  class Writable;
  class Log;
  class HeldLock;
  using FilePtr = std::shared_ptr<CrashFile>;
  using DirectoryPtr = std::shared_ptr<CrashDirectory>;

  // What becomes of an operation.
  struct Verdict {
    enum class Kind { kDone, kInFlight, kFailed, kNoPower } kind;
    base::Status status;
    bool done() const { return kind == Kind::kDone; }
    bool in_flight() const { return kind == Kind::kInFlight; }
    bool failed() const { return kind == Kind::kFailed; }
    // The bytes or names that it changes are to become pending.
    bool takes_effect() const { return done() || in_flight(); }
  };
  Verdict Begin(Op op, const std::string& path) REQUIRES(mutex_);

  // A directory and a name in it, which may mean nothing.
  struct Place {
    DirectoryPtr directory;
    std::string name;
    CrashNode node;
  };
  base::Result<Place> Locate(std::string_view what,
                             const std::string& path) const REQUIRES(mutex_);
  base::Result<FilePtr> FindFile(std::string_view what,
                                 const std::string& path) const
      REQUIRES(mutex_);
  base::Result<DirectoryPtr> FindDirectory(std::string_view what,
                                           const std::string& path) const
      REQUIRES(mutex_);
  // The file of this name, emptied or new.
  base::Result<FilePtr> CreateFile(const std::string& path) REQUIRES(mutex_);
  base::Status CheckRoom(const CrashFile& file, uint64_t end,
                         const std::string& path) const REQUIRES(mutex_);

  // The operations of open files.
  base::Result<size_t> Read(const CrashFile& file, const std::string& path,
                            ReadMode mode, uint64_t offset, size_t size,
                            char* out) const;
  base::Status Append(CrashFile* file, const std::string& path,
                      std::string_view bytes);
  base::Status Sync(CrashFile* file, const std::string& path);
  base::Status WriteLog(CrashFile* file, const std::string& path,
                        uint64_t offset, std::string_view bytes, bool direct,
                        base::Durability durability);
  void Unlock(const std::string& path);

  struct Failure {
    Op op;
    std::string part;
    int error_number;
  };
  struct BadRange {
    std::string path;
    uint64_t offset;
    uint64_t size;
  };

  mutable base::Mutex mutex_;
  base::CondVar held_changed_;

  // Guarded.
  std::shared_ptr<CrashSpace> space_ GUARDED_BY(mutex_) =
      std::make_shared<CrashSpace>();
  CrashTree tree_ GUARDED_BY(mutex_);
  uint64_t change_ GUARDED_BY(mutex_) = 0;
  std::set<std::string> locks_ GUARDED_BY(mutex_);

  uint64_t ops_ GUARDED_BY(mutex_) = 0;
  uint64_t crash_at_ GUARDED_BY(mutex_) = UINT64_MAX;
  bool power_ GUARDED_BY(mutex_) = true;
  std::string crash_op_ GUARDED_BY(mutex_);

  std::vector<Failure> failures_ GUARDED_BY(mutex_);
  std::vector<BadRange> bad_ranges_ GUARDED_BY(mutex_);
  bool direct_ GUARDED_BY(mutex_) = true;

  bool hold_ GUARDED_BY(mutex_) = false;
  int held_ GUARDED_BY(mutex_) = 0;
};

}  // namespace support
