// Saves are the checkpoints that SAVE, BGSAVE, SHUTDOWN SAVE and the save
// points ask for, and what INFO and LASTSAVE tell of them.
//
// Nothing acknowledged depends on them: it is in the log already. They are
// backups: copies as of one moment that a server can be started on.
//
//   Start --> AddCheckpoint ... --> End --> whoever asked, then who came since
//
// Threads: loop-bound; the engine makes the checkpoint on a thread of its own.

#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/status.h"
#include "types/data_set.h"
#include "types/engine_stats.h"

namespace commands {

struct SavePoint {
  int64_t seconds;
  uint64_t changes;
};

struct SaveSettings {
  std::string directory;  // that the checkpoints are made in
  size_t kept = 1;
  std::vector<SavePoint> points;
};

class Saves {
 public:
  using Done = std::function<void(const base::Status&)>;

  // Both outlive it.
  Saves(types::DataSet* data, base::Clock* clock);
  Saves(const Saves&) = delete;
  Saves& operator=(const Saves&) = delete;

  // From the next checkpoint on.
  void Configure(SaveSettings settings) { settings_ = std::move(settings); }
  const std::string& directory() const { return settings_.directory; }

  // A checkpoint of now or a little later. While one is being made, the next
  // comes after it, one for all who asked meanwhile. `done` may be null.
  void Start(Done done);
  // Once in a while: starts one when a save point has been passed.
  void Tick();

  bool in_progress() const { return in_progress_; }
  int64_t last_s() const { return last_s_; }  // LASTSAVE
  bool last_ok() const { return last_ok_; }
  int64_t last_took_s() const { return last_took_s_; }  // -1: there was none
  uint64_t count() const { return count_; }
  int64_t seconds_so_far() const;  // -1: none is in progress
  // Batches written since what the last one holds.
  uint64_t Changes(const types::EngineStats& engine) const;
  // Where the newest one lies; empty: there is none.
  const std::string& newest() const { return newest_; }
  void set_newest(std::string path) { newest_ = std::move(path); }

 private:
  int64_t NowSeconds() const { return clock_->WallMicros() / 1'000'000; }
  void Begin();
  void End(const base::Result<std::string>& made);

  types::DataSet* const data_;
  base::Clock* const clock_;
  SaveSettings settings_;

  std::vector<Done> waiting_;  // for the one after the one in progress
  bool in_progress_ = false;
  int64_t begun_s_ = 0;
  uint64_t batches_at_begin_ = 0;
  uint64_t batches_at_last_ = 0;
  int64_t last_s_;
  bool last_ok_ = true;
  int64_t last_took_s_ = -1;
  uint64_t count_ = 0;
  std::string newest_;
  int64_t looked_s_ = 0;  // at the save points
};

}  // namespace commands
