// DataSet is the meaning of one engine's rows: the databases, the wheel of
// expiry and the SCAN cursors around the engine itself.
//
//   types::Describe(&options);   // key ranges, times of death
//   engine = lsm::Engine::Open(options)
//   DataSet data(limits);
//   data.Attach(engine)
//
// The engine can be taken away and given back (DEBUG RELOAD); what is known of
// its rows is then read anew.
//
// Threads: loop-bound.

#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <utility>

#include "base/status.h"
#include "lsm/engine.h"
#include "lsm/options.h"
#include "lsm/stats.h"
#include "types/databases.h"
#include "types/expiry.h"
#include "types/scan_cursor.h"

namespace types {

struct DataLimits {
  int databases = 16;
  size_t cursors = 65536;  // at least twice maxclients
};

// Tells the engine what it must know of our rows. `on_expiring` stays the
// caller's: it hands what it gets to DataSet::expiry().Add.
void Describe(lsm::Options* options);

class DataSet {
 public:
  explicit DataSet(const DataLimits& limits)
      : databases_(limits.databases), cursors_(limits.cursors) {}
  DataSet(const DataSet&) = delete;
  DataSet& operator=(const DataSet&) = delete;

  // Reads the database map and the SCAN cursors. `engine` stays the caller's.
  base::Status Attach(lsm::Engine* engine);
  // Writes the SCAN cursors, closes the engine and forgets it. Whoever still
  // waits for the engine is answered meanwhile, and may still ask it.
  base::Status Close();

  lsm::Engine& engine() { return *engine_; }
  Databases& databases() { return databases_; }
  Expiry& expiry() { return expiry_; }
  ScanCursors& cursors() { return cursors_; }

  // Keys of a logical database, and how many of them have a time of death; as
  // committed (a Txn has Count).
  int64_t Keys(int db) const;
  int64_t Expires(int db) const;

  // The engine's door for floors that do not see it.
  using Done = lsm::Engine::Done;
  lsm::Stats stats() const { return engine_->stats(); }
  lsm::Sequence applied() const { return engine_->applied(); }
  lsm::Sequence released() const { return engine_->released(); }
  lsm::Sequence synced() const { return engine_->synced(); }
  base::Status log_error() const { return engine_->log_error(); }
  void Flush(Done done) { engine_->Flush(std::move(done)); }
  void Compact(Done done) { engine_->Compact(std::move(done)); }
  void Sync(Done done) { engine_->Sync(std::move(done)); }
  void AddCheckpoint(const std::string& directory, size_t keep,
                     std::function<void(base::Result<std::string>)> done) {
    engine_->AddCheckpoint(directory, keep, std::move(done));
  }

 private:
  base::Result<lsm::Lookup> Read(const RowKey& key);

  lsm::Engine* engine_ = nullptr;
  Databases databases_;
  Expiry expiry_;
  ScanCursors cursors_;
};

// Counters of the engine, two for each physical database.
inline uint64_t KeysCounter(PhysicalId physical) {
  return uint64_t{physical} * 2;
}
inline uint64_t ExpiresCounter(PhysicalId physical) {
  return uint64_t{physical} * 2 + 1;
}

}  // namespace types
