// Manifest is the log of edits to the data directory, open for writing.
//
// Edits queue under a mutex. Whoever finds nobody writing becomes the leader:
// it takes the whole queue, lets go of the mutex, writes and syncs once for
// all, and wakes the others.
//
//   Append e7 --.
//   Append e8 ---+--> queue --leader--> [frame 7][frame 8][frame 9] one sync
//   Append e9 --'                        durable_upto 6 in each of them
//
// An edit is durable when Append returns Ok. It is *witnessed* when a later
// synced frame says in its durable_upto that it was: only then would damage
// to it be taken for corruption, not for a torn tail, and only then may what
// it replaced (inputs of a merge, log segments) be given up.
//
// A new file is begun at each opening, when the old one has grown to more
// than its share, and after the first error. It starts with a snapshot, is
// synced, its name is synced, and then CURRENT is renamed over and synced.
// What a snapshot holds is witnessed by CURRENT. The file before it is removed
// then.
//
// Invariants
//   - state() is what recovery would find plus the edits still on their way.
//   - Edit numbers in a file follow one another; a failed file is never
//     written again.
//   - An edit once given to Append is never taken back. After an error its
//     fate is open until a later call returns Ok; so the tables that it names
//     must not be deleted, whatever Append returned.
//
// Errors: NoRoom is not final, nor that the process has no file handle left;
// the edit stays with the others and goes into the file that the next call
// begins. After the first other Io error a new file is tried at once; a second
// one is final: error() is set and every call returns it.
//
// Threads: shared. No mutex is held over I/O.

#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "base/file_system.h"
#include "base/mutex.h"
#include "base/status.h"
#include "lsm/version/manifest_file.h"
#include "lsm/version/manifest_state.h"
#include "lsm/version/version_edit.h"

namespace lsm {

struct ManifestOptions {
  // A new file is begun when the old one has more than this, and more than
  // twice the snapshot it began with: below 16 MiB reading it costs less than
  // a tenth of a second.
  uint64_t roll_bytes = 16 << 20;
  // Deliberate mistakes, for the tests that must notice them.
  ManifestFaults faults;
};

class Manifest {
 public:
  // Begins a new file that holds `state`, under the number
  // state.next_file_number, and makes it the CURRENT one. In a new directory
  // this comes before the first log segment and the first table: where those
  // are, a missing CURRENT is corruption.
  static base::Result<std::unique_ptr<Manifest>> Create(
      base::FileSystem* fs, const std::string& directory, ManifestState state,
      const ManifestOptions& options = {});
  ~Manifest();

  // Returns when the edit is synced. CHECKs that it fits the state.
  base::Status Append(const VersionEdit& edit) EXCLUDES(mutex_);
  // Returns when everything appended before the call is synced and witnessed.
  // Writes at most one frame for all who wait, and none when another edit's
  // frame has done it already.
  base::Status Witness() EXCLUDES(mutex_);
  // Append, then Witness.
  base::Status AppendWitnessed(const VersionEdit& edit) EXCLUDES(mutex_);

  // A number for a new table, never given out before.
  uint64_t NewFileNumber() EXCLUDES(mutex_);
  // A number for a new log segment, never given out before.
  uint64_t NewSegmentNumber() EXCLUDES(mutex_);

  // A copy of the sum of all edits, those still being synced included. It names
  // every table: not for the owner, nor for often.
  ManifestState state() const EXCLUDES(mutex_);
  // That log segment is listed.
  bool Lists(uint64_t segment) const EXCLUDES(mutex_);
  // The final error, or Ok. Does not wait while there is none: whoever leads
  // may be putting a snapshot of many tables into words.
  base::Status error() const EXCLUDES(mutex_);
  // Of the file that is CURRENT.
  uint64_t number() const EXCLUDES(mutex_);

 private:
  Manifest(base::FileSystem* fs, std::string directory, ManifestState state,
           const ManifestOptions& options);

  // Waits until the ticket is synced, or witnessed, leading where nobody else
  // does.
  base::Status WaitFor(uint64_t ticket, bool witnessed) REQUIRES(mutex_);
  void Lead() REQUIRES(mutex_);
  void LeadNewFile() REQUIRES(mutex_);
  void RemoveOld(uint64_t number);
  static bool MayPass(const base::Status& status);
  void Fail(const base::Status& status) REQUIRES(mutex_);
  bool NeedsNewFile() const REQUIRES(mutex_);

  // Immutable.
  base::FileSystem* const fs_;
  const std::string directory_;
  const ManifestOptions options_;

  // Handed over: only the leader touches it, and whoever is to become it.
  std::unique_ptr<ManifestFile> file_;

  // Guarded.
  mutable base::Mutex mutex_;
  base::CondVar progress_;
  ManifestState state_ GUARDED_BY(mutex_);
  std::vector<std::string> queue_ GUARDED_BY(mutex_);  // encoded edits
  bool leading_ GUARDED_BY(mutex_) = false;
  // Each Append takes the next ticket. synced_ and witnessed_ are tickets.
  uint64_t appended_ GUARDED_BY(mutex_) = 0;
  uint64_t synced_ GUARDED_BY(mutex_) = 0;
  uint64_t witnessed_ GUARDED_BY(mutex_) = 0;
  uint64_t number_ GUARDED_BY(mutex_) = 0;  // of the file that is CURRENT
  uint64_t failures_ GUARDED_BY(mutex_) = 0;
  int io_errors_ GUARDED_BY(mutex_) = 0;
  base::Status last_failure_ GUARDED_BY(mutex_);
  base::Status error_ GUARDED_BY(mutex_);
  std::atomic<bool> failed_ = false;  // shared: error_ is there
};

}  // namespace lsm
