// CheckpointDirectory holds the newest checkpoints of a store, each a
// directory of its own:
//
//   000007-20261121T150322Z        whole: durable, and may be started on
//   000008-20261121T160324Z.part   on its way to a whole one, or to nothing
//
// The number orders them, whatever the clock does; the time (UTC) is for
// people. Only names of these two kinds are ever touched.
//
// Invariants
//   - A whole one gets its name when all of it is synced, and loses it before
//     anything of it is removed: a crash leaves a ".part", which the next Add
//     removes.
//   - What a store has been opened in (it then has a LOCK) has become a store
//     of its own: it does not count, and is never removed.
//
// Threads: any, one at a time for each directory.

#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "base/file_system.h"
#include "base/status.h"
#include "lsm/checkpoint.h"

namespace lsm {

class CheckpointDirectory {
 public:
  CheckpointDirectory(base::FileSystem* fs, std::string path)
      : fs_(fs), path_(std::move(path)) {}

  // Writes a checkpoint of the store in `from`, and makes the directory
  // itself if need be; the path of the checkpoint, which is durable.
  base::Result<std::string> Add(const CheckpointSource& source,
                                const std::string& from,
                                const CopyOptions& copy = {});
  // Removes all but the `count` newest.
  base::Status Keep(size_t count);
  // The path of the newest; empty when there is none.
  base::Result<std::string> Newest();

 private:
  struct Entry {
    uint64_t number;
    std::string name;
    bool whole;
  };
  // In order of their numbers.
  base::Result<std::vector<Entry>> List();
  base::Status Remove(const Entry& entry);
  // Whatever the name: all files in it, and the directory.
  base::Status RemoveFiles(const std::string& name);
  std::string PathOf(const std::string& name) const {
    return base::JoinPath(path_, name);
  }

  base::FileSystem* const fs_;
  const std::string path_;
};

}  // namespace lsm
