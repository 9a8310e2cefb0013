// EngineLab is an engine on a file system in memory, by default without
// threads, and the few words that a test wants to say to it.
//
//   EngineLab lab;
//   ASSERT_TRUE(lab.Open().ok());
//   lab.Put("k", "v");
//   ASSERT_TRUE(lab.Flush().ok());
//   lab.PowerCut();  lab.Open();  lab.Read("k");
//
// Threads: one holder at a time.

#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "lsm/engine.h"
#include "support/crash_file_system.h"
#include "support/manual_clock.h"

namespace lsm {

class EngineLab {
 public:
  using Rows = std::map<std::string, std::string>;

  EngineLab();
  ~EngineLab();

  // Opens what is on the disk; afterwards Engine's functions are behind ->.
  base::Status Open();
  base::Status Close();
  // The power goes and comes back; the engine is gone.
  void PowerCut(uint64_t seed = 1, support::Fate fate = support::Fate::kAny);
  Engine* operator->() { return engine_.get(); }
  bool is_open() const { return engine_ != nullptr; }

  // One batch of one row; CHECKs that it was accepted.
  Sequence Put(std::string_view key, std::string_view value);
  Sequence Delete(std::string_view key);
  Sequence Write(const WriteBatch& batch);
  // `count` rows "<prefix>0000" and on, of some 100 bytes.
  void Fill(std::string_view prefix, int count);

  // Get, and Fetch where it misses.
  base::Result<std::optional<std::string>> Read(std::string_view key);
  // By NewRange; CHECKs that it was read to its end.
  Rows ReadAll();

  // Ask, then drive the engine until it answers.
  base::Status Flush() { return Request(&Engine::Flush); }
  base::Status Compact() { return Request(&Engine::Compact); }
  base::Status Sync() { return Request(&Engine::Sync); }
  // One tick, and everything that waits for a lane.
  void Drive();

  // Every file of the data directory with its bytes.
  Rows Files() const;
  std::string Path(std::string_view name) const;
  // The one file whose name contains `part`.
  std::string Find(std::string_view part) const;

  std::shared_ptr<support::CrashFileSystem> disk;
  support::ManualClock clock;
  // As the next Open gets them.
  Options options;

 private:
  base::Status Request(void (Engine::*work)(Engine::Done));

  std::shared_ptr<support::CrashFileSystem> disk_in_use_;
  std::unique_ptr<Engine> engine_;
};

}  // namespace lsm
