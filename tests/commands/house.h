// A server without a socket: the engine, the rows, dispatch, settings, and a
// clock that the test moves.
//
//   House house;
//   house.Run("SET k v")            -> "+OK\r\n"
//   house.Show("TTL k")             -> "(integer) -1"
//
// Threads: one.

#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/settings.h"
#include "commands/dispatch.h"
#include "commands/server.h"
#include "commands/table.h"
#include "lsm/engine.h"
#include "support/crash_file_system.h"
#include "support/manual_clock.h"
#include "types/data_set.h"

namespace commands {

// Where a connection would be: keeps what comes later than its request.
class Wire final : public Transport {
 public:
  explicit Wire(int number);

  std::string_view peer() const override { return peer_; }
  std::string_view local() const override { return "127.0.0.1:6379"; }
  int fd() const override { return 8; }
  bool is_unix() const override { return false; }
  Usage usage() const override { return {}; }
  void CloseSoon(bool) override { closed_ = true; }
  void Deliver(std::string reply, types::Sequence gate) override {
    delivered_ += reply;
    gate_ = gate;
  }
  void Resume() override { ++resumes_; }

  bool closed() const { return closed_; }
  int resumes() const { return resumes_; }
  // Of the last delivery.
  types::Sequence gate() const { return gate_; }
  // What was delivered since the last call.
  std::string TakeDelivered() { return std::exchange(delivered_, {}); }

 private:
  const std::string peer_;  // 127.0.0.1:5000n
  std::string delivered_;
  types::Sequence gate_ = 0;
  bool closed_ = false;
  int resumes_ = 0;
};

class House final : private Host {
 public:
  explicit House(Families families = AllFamilies());

  Session& Connect();
  // REQUIRES: the session comes from Connect.
  static Wire& wire(Session& session);
  // The client of Run and Show.
  Session& client() { return *client_; }

  // One request, its words as a configuration file would quote them; the
  // reply as it goes over the wire. Rows that it misses are read. If the client
  // is blocked, the engine's background work is done, and the reply is what
  // came of it.
  std::string Run(std::string_view line) { return Run(client(), line); }
  std::string Run(Session& session, std::string_view line);
  // The same, executed once: with rows missing, or the client blocked, the
  // reply is empty.
  std::string Once(Session& session, std::string_view line);
  // Of the last execution.
  const Done& done() const { return done_; }
  // The reply as redis-cli shows it.
  std::string Show(std::string_view line) { return Show(client(), line); }
  std::string Show(Session& session, std::string_view line);

  // Everything is written to tables, and leaves memory.
  void PutOnDisk();
  // The engine reads what it was asked for, and settles what it owes.
  void ReadRows();
  // Time passes, and the expiry walk does its rounds.
  void Wait(int64_t ms);

  support::ManualClock& clock() { return clock_; }
  support::CrashFileSystem& fs() { return fs_; }
  lsm::Engine& engine() { return *engine_; }
  types::DataSet& data() { return data_; }
  Sessions& sessions() { return sessions_; }
  Statistics& statistics() { return statistics_; }
  Rules& rules() { return rules_; }
  Server& server() { return server_; }
  Table& table() { return table_; }
  Dispatcher& dispatcher() { return dispatcher_; }
  base::Settings& settings() { return settings_; }
  bool shut_down() const { return shut_down_; }
  // What the last Run wrote to the log; empty for nothing.
  std::string_view batch() const { return dispatcher_.txn().batch().bytes(); }

 private:
  base::Status Reload() override;
  void Shutdown(const ShutdownOptions&) override { shut_down_ = true; }
  void AbortShutdown() override {}
  base::Status RewriteConfig() override;

  support::ManualClock clock_;
  support::CrashFileSystem fs_;
  std::unique_ptr<lsm::Engine> engine_;
  types::DataSet data_{types::DataLimits()};
  base::Settings settings_;
  std::vector<std::unique_ptr<Wire>> wires_;
  Sessions sessions_;
  Statistics statistics_;
  Rules rules_;
  Table table_;
  Server server_{clock_, data_, sessions_, statistics_, rules_};
  Dispatcher dispatcher_;
  Session* client_;
  Done done_;
  bool shut_down_ = false;
};

// One RESP2 or RESP3 reply as redis-cli shows it. Takes it off the front.
std::string ShowReply(std::string_view* bytes);

}  // namespace commands
