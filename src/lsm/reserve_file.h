// ReserveFile is space set aside for the worst day: a file of zeros that is
// removed when the disk is full, so that the flush or the compaction that will
// free space has room to begin with.
//
//   absent -- Make --> held -- Release --> absent
//
// Nothing depends on it: its bytes mean nothing, and one that is missing, cut
// short by a crash or of another size is made anew.
//
// Threads: shared. Make and Release take turns: whoever finds the other at
// work has nothing to do.

#pragma once

#include <atomic>
#include <cstdint>
#include <string>

#include "base/file_system.h"
#include "base/status.h"

namespace lsm {

class ReserveFile {
 public:
  ReserveFile(base::FileSystem* fs, const std::string& directory);

  // Looks for what an earlier process has left. REQUIRES: before the rest.
  base::Status Find();

  // Makes it anew with this size (0: none), if so much more stays free beside
  // it; otherwise nothing is done. NoRoom if there is no space for it alone.
  base::Status Make(uint64_t bytes, uint64_t beside);

  // Removes it. False where it was not held, or could not be removed.
  bool Release();

  // On the disk now; 0 while it is made or removed.
  uint64_t bytes() const { return bytes_.load(std::memory_order_acquire); }

 private:
  base::Status MakeAnew(uint64_t bytes, uint64_t beside);

  // Immutable.
  base::FileSystem* const fs_;
  const std::string directory_;
  const std::string path_;

  // Shared: who sets busy_ owns the file until he clears it.
  std::atomic<bool> busy_ = false;
  std::atomic<uint64_t> bytes_ = 0;
};

}  // namespace lsm
