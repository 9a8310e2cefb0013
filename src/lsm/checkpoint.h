// Checkpoint is a copy of the store as of one moment, in a directory of its
// own, that costs no copying: tables never change, so it shares them by hard
// link, under a fresh MANIFEST. It has no log; everything is in its tables.
//
//   link tables -> sync the directory -> MANIFEST -> CURRENT
//
// CURRENT comes last: a checkpoint that a crash has cut short is refused at
// opening, never taken for a smaller store.
//
// Threads: any. Touches only what it is given; takes no lock.

#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>

#include "base/file_system.h"
#include "base/status.h"
#include "lsm/format.h"
#include "lsm/version/version.h"
#include "lsm/version/version_edit.h"

namespace lsm {

// The store as of `flushed`. Holding it keeps the tables on the disk.
struct CheckpointSource {
  std::shared_ptr<const Version> version;
  Identity identity;
  uint64_t incarnation = 0;
  Sequence flushed = 0;
  std::map<uint64_t, int64_t> counters;
  std::map<std::string, Sequence> dead_scopes;
  int64_t wall_clock_us = 0;
};

// Makes `to`, or fills it if it is there and empty; Invalid if it is not
// empty. `from` is the directory of the store. Both must be on one file
// system. Durable when it returns Ok; after an error what it made is removed
// as far as that goes.
base::Status WriteCheckpoint(base::FileSystem* fs,
                             const CheckpointSource& source,
                             const std::string& from, const std::string& to);

}  // namespace lsm
