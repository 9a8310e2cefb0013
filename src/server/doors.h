// The doors between floors that must not know each other: what the network
// asks of the log and of the commands, answered here.
//
// Threads: loop-bound, except EngineLog::released and failed, which are
// shared.

#pragma once

#include <algorithm>
#include <memory>
#include <string>

#include "base/clock.h"
#include "commands/dispatch.h"
#include "commands/sessions.h"
#include "lsm/engine.h"
#include "net/executor.h"
#include "net/log_door.h"
#include "net/loop.h"

namespace server {

// The engine may be exchanged for another (DEBUG RELOAD) between two ticks.
class EngineLog final : public net::LogDoor {
 public:
  // Both outlive it.
  EngineLog(const std::unique_ptr<lsm::Engine>* engine, net::Loop* loop)
      : engine_(engine), loop_(loop) {}

  // Before the engine is open nothing is.
  uint64_t released() const override {
    return *engine_ == nullptr ? 0 : engine().released();
  }
  bool failed() const override { return !engine().log_error().ok(); }
  std::string failure_reply() const override;
  size_t open_bytes() const override { return engine().open_bytes(); }
  uint64_t open_first() const override { return engine().open_first(); }
  int frames_in_flight() const override { return engine().frames_in_flight(); }
  int depth() const override { return depth_; }
  bool Submit() override { return engine().Submit(); }
  bool SubmitInline() override { return engine().SubmitInline(); }
  size_t unreleased_bytes() const override {
    return engine().unreleased_bytes();
  }
  // Where writes are refused nobody waits for good: those that free space go
  // on, at once on a full disk, else slowly.
  double pressure() const override {
    const base::Status may = engine().MayWrite();
    if (may.code() == base::Code::kNoRoom) return 0;
    const double pressure = engine().pressure();
    return may.ok() ? pressure : std::min(pressure, 0.98);
  }
  void EndOfTick() override;

  void set_depth(int depth) { depth_ = depth; }

 private:
  lsm::Engine& engine() const { return **engine_; }

  const std::unique_ptr<lsm::Engine>* const engine_;
  net::Loop* const loop_;
  int depth_ = 2;
};

class SessionExecutor final : public net::Executor {
 public:
  // All outlive it.
  SessionExecutor(commands::Sessions* sessions,
                  commands::Dispatcher* dispatcher,
                  const commands::Rules* rules, base::Clock* clock)
      : sessions_(sessions),
        dispatcher_(dispatcher),
        rules_(rules),
        clock_(clock) {}

  commands::Session* Open(commands::Transport* transport) override;
  void Close(commands::Session& session) override {
    dispatcher_->Remove(session);
  }
  commands::Done Execute(commands::Session& session, resp::Words words,
                         resp::Writer& reply) override {
    return dispatcher_->Execute(session, words, reply);
  }
  void Prefetch(const commands::Session& session,
                const net::RequestBatch& requests) override;
  void FetchAhead(const commands::Session& session,
                  const net::RequestBatch& requests) override;

 private:
  commands::Sessions* const sessions_;
  commands::Dispatcher* const dispatcher_;
  const commands::Rules* const rules_;
  base::Clock* const clock_;
};

}  // namespace server
