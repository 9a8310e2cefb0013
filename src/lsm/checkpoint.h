// Checkpoint is a copy of the store as of one moment, in a directory of its
// own, that costs no copying: tables never change, so it shares them by hard
// link, under a fresh MANIFEST. It has no log; everything is in its tables.
// Where links cannot be (on another file system) the tables are copied.
//
//   link tables -> sync the directory -> MANIFEST -> CURRENT
//
// CURRENT comes last: a checkpoint that a crash has cut short is refused at
// opening, never taken for a smaller store.
//
// Threads: any. Touches only what it is given; takes no lock.

#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>

#include "base/file_system.h"
#include "base/status.h"
#include "lsm/compaction/pacer.h"
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

// How tables are copied where they cannot be linked.
struct CopyOptions {
  // Null: as quickly as it goes.
  Pacer* pacer = nullptr;
  // Asked before each chunk; the copy then ends with an error.
  std::function<bool()> should_stop;
};

// Makes `to`, or fills it if it is there and empty; Invalid if it is not
// empty. `from` is the directory of the store. Durable when it returns Ok;
// after an error what it made is removed as far as that goes. NoRoom, before
// a byte is copied, where the copies would not fit.
base::Status WriteCheckpoint(base::FileSystem* fs,
                             const CheckpointSource& source,
                             const std::string& from, const std::string& to,
                             const CopyOptions& copy = {});

}  // namespace lsm
