// Rows without commands: an engine in memory, a data set on it, and a clock
// that the test moves. The log is written only when the test says so.
//
// Threads: one.

#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "base/check.h"
#include "lsm/engine.h"
#include "support/crash_file_system.h"
#include "support/manual_clock.h"
#include "types/data_set.h"
#include "types/keyspace.h"
#include "types/txn.h"

namespace types {

class Store {
 public:
  Store() { Open(); }

  // A clean shutdown, and a start from what it left.
  void Reopen() {
    CHECK(data_.Close().ok());
    engine_.reset();
    Open();
  }

  // Begins a command on database `db` that may write.
  Txn& Begin(int db = 0) {
    txn_.Begin(clock_.WallMillis(), ++seed_, db, /*writes=*/true);
    return txn_;
  }
  Txn& BeginToRead(int db = 0) {
    txn_.Begin(clock_.WallMillis(), ++seed_, db, /*writes=*/false);
    return txn_;
  }
  void Commit() {
    CHECK(txn_.Commit(/*may_use_reserve=*/false).ok());
    txn_.RunAfter();
  }

  Txn& txn() { return txn_; }
  DataSet& data() { return data_; }
  lsm::Engine& engine() { return *engine_; }
  support::ManualClock& clock() { return clock_; }

 private:
  void Open() {
    lsm::Options options;
    options.fs = &fs_;
    options.clock = &clock_;
    options.directory = "/data";
    options.log_segment_bytes = 1 << 20;
    options.log_preallocate = false;
    options.background_threads = false;
    Describe(&options);
    auto engine = lsm::Engine::Open(std::move(options));
    CHECK(engine.ok());
    engine_ = std::move(engine).value();
    CHECK(data_.Attach(engine_.get()).ok());
  }

  support::ManualClock clock_;
  support::CrashFileSystem fs_;
  std::unique_ptr<lsm::Engine> engine_;
  DataSet data_{DataLimits()};
  Txn txn_{&data_};
  uint64_t seed_ = 0;
};

}  // namespace types
