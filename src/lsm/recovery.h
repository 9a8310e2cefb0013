// Recovery opens a data directory in the one order that never loses and never
// repairs badly:
//
//   lock -> MANIFEST -> tables -> log    nothing on disk has changed so far
//        -> decide: refuse, or go on
//        -> new log segment -> new MANIFEST that lists it -> orphans removed
//
// A refusal names the file and leaves every byte as it was.
//
// Threads: one holder at a time.

#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/file_system.h"
#include "base/status.h"
#include "lsm/options.h"
#include "lsm/reserve_file.h"
#include "lsm/table_store.h"
#include "lsm/version/manifest.h"
#include "lsm/version/manifest_reader.h"
#include "lsm/version/orphans.h"
#include "lsm/version/version.h"
#include "lsm/wal/log.h"
#include "lsm/wal/recovery.h"
#include "lsm/write_batch.h"

namespace lsm {

class Recovery {
 public:
  // `options` must outlive the object.
  explicit Recovery(const Options& options);

  // Locks the directory, reads the MANIFEST and opens every table.
  base::Status ReadTables();
  // Replays the log beyond what the tables hold.
  using Apply =
      std::function<base::Status(Sequence sequence, const WriteBatch& batch)>;
  base::Status ReplayInto(const Apply& apply);
  // The first step that writes. `list_segment` and `on_progress` are what the
  // log will ask from now on. On a full disk the reserve makes room.
  base::Status OpenForWriting(LogOptions log_options, ReserveFile* reserve);

  // After ReadTables.
  const ManifestState& state() const { return state_; }
  const std::shared_ptr<const Version>& version() const { return version_; }
  const std::shared_ptr<TableStore>& tables() const { return tables_; }
  // After ReplayInto: everything up to here is in tables or was replayed.
  Sequence last() const { return last_; }
  // Every new sequence must be at least this.
  Sequence first_new() const { return first_new_; }
  // For the server's log file, a sentence each.
  const std::vector<std::string>& warnings() const { return warnings_; }

  // After OpenForWriting: why the reserve was released, or Ok.
  const base::Status& no_room() const { return no_room_; }
  // After OpenForWriting; handed over once.
  std::unique_ptr<base::FileLock> TakeLock() { return std::move(lock_); }
  std::unique_ptr<Manifest> TakeManifest() { return std::move(manifest_); }
  std::unique_ptr<Log> TakeLog() { return std::move(log_); }

 private:
  base::Status Prepare();
  base::Status OpenTables();
  base::Status ChooseFirstSequence(Sequence highest_in_log);
  base::Status BeginNew(const LogOptions& log_options);
  base::Status BeginAgain(const LogOptions& log_options);
  base::Status OpenLog(const LogOptions& log_options, LogStart* start);
  base::Status CreateManifest();
  // A step that has no room is taken again without what jobs have left behind,
  // and then without the reserve.
  base::Status InAnyRoom(const std::function<base::Status()>& step);
  bool RemoveLeftovers();
  void RemoveOrphans(const DirectoryListing& listing);

  const Options& options_;
  base::FileSystem* const fs_;
  std::unique_ptr<base::FileLock> lock_;
  bool is_new_ = false;
  ManifestState state_;
  std::string manifest_path_;
  std::shared_ptr<TableStore> tables_;
  std::shared_ptr<const Version> version_;
  LogEnd log_end_;
  Sequence last_ = 0;
  Sequence first_new_ = 0;
  std::vector<std::string> warnings_;
  ReserveFile* reserve_ = nullptr;
  std::vector<DirectoryListing::Orphan> leftovers_;  // tables and blob files
  base::Status no_room_;
  std::unique_ptr<Manifest> manifest_;
  std::unique_ptr<Log> log_;
};

}  // namespace lsm
