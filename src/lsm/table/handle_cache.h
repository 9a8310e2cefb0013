// HandleCache lets a data directory have more tables than the process may
// have open files: a table stays usable for as long as it exists, its file
// descriptor only for as long as it is read now and then.
//
//   Open(path) --> a file that knows its place in the ring
//                    | Read: has a handle? use it
//                    |       has none: give one back, elsewhere, and open
//                    v
//   ring   [file][file][file]      CLOCK: a read sets the mark, the hand
//             ^ hand               takes it away, or else takes the handle
//
// A handle in use is shared with its reader, so that giving it back never
// closes a file under a read.
//
// Invariants
//   - At most `handles_max` files of the ring have a handle, but for those
//     that are being read at this moment.
//   - Whoever unlinks a file lets go of it first: it is opened again by name.
//
// Threads: shared, and so are the files it gives out.

#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include "base/file_system.h"
#include "base/mutex.h"
#include "base/status.h"

namespace lsm {

class HandleCache : public std::enable_shared_from_this<HandleCache> {
 public:
  // At least one handle.
  HandleCache(base::FileSystem* fs, size_t handles_max);
  HandleCache(const HandleCache&) = delete;
  HandleCache& operator=(const HandleCache&) = delete;

  // Opens the file now, so that whoever asks learns of an error; it must not
  // change size afterwards. The file keeps the cache alive.
  base::Result<std::unique_ptr<base::ReadableFile>> Open(
      const std::string& path);

  // Files with a handle.
  size_t open_count() const;

 private:
  class File;
  using Handle = std::shared_ptr<base::ReadableFile>;

  // The file's handle, opened again if it has none.
  base::Result<Handle> Use(File* file) EXCLUDES(mutex_);
  base::Result<Handle> OpenHandle(const std::string& path) EXCLUDES(mutex_);
  void Give(File* file, Handle handle) REQUIRES(mutex_);
  void Forget(File* file) EXCLUDES(mutex_);
  // Takes handles back until `most` are left.
  void TakeBack(size_t most) REQUIRES(mutex_);

  // Immutable.
  base::FileSystem* const fs_;
  const size_t handles_max_;

  // Guarded.
  mutable base::Mutex mutex_;
  // Those with a handle, in no order; the hand goes around.
  std::vector<File*> ring_ GUARDED_BY(mutex_);
  size_t hand_ GUARDED_BY(mutex_) = 0;
};

}  // namespace lsm
