// MULTI, EXEC, DISCARD, WATCH and UNWATCH: several commands as one atom.
//
// Between MULTI and EXEC dispatch queues what the client sends (see
// dispatch.cc); here the queue is opened, run and thrown away. An EXEC is one
// Txn and so one batch in the log.

#include "commands/command.h"
#include "commands/dispatch.h"
#include "commands/errors.h"
#include "commands/server.h"
#include "commands/table.h"
#include "types/keyspace.h"

namespace commands {
namespace {

using base::Status;

void LeaveMulti(Server& server, Session& session) {
  session.ClearQueue();
  server.sessions.watches().Unwatch(session);
}

// A watched key whose time has come since it was watched counts as touched,
// though nobody has deleted its row yet.
base::Result<bool> HasExpiredWatch(Call& call) {
  Watches& watches = call.server.sessions.watches();
  if (call.session.watching == 0) return false;
  bool missed = false;
  bool expired = false;
  for (const Watches::Watched& watched : watches.Of(call.session)) {
    if (watched.expired) continue;
    const types::RowKey row = call.txn.HeadKeyOf(watched.db, watched.key);
    const auto found = call.txn.Get(row);
    if (found.status().IsMiss()) {
      missed = true;
      continue;
    }
    if (!found.ok()) return found.status();
    if (!found.value()) continue;
    TRY_ASSIGN(const types::Head head, types::ParseHead(found.value()->value));
    expired |= head.ExpiredAt(call.now_ms);
  }
  if (missed) return Status::Miss();
  return expired;
}

Status Multi(Call& call) {
  Session& session = call.session;
  if (session.in_multi) {
    return Status::Invalid("ERR MULTI calls can not be nested");
  }
  call.txn.After([&session] { session.in_multi = true; });
  call.reply.Ok();
  return Status::Ok();
}

Status Discard(Call& call) {
  if (!call.session.in_multi) {
    return Status::Invalid("ERR DISCARD without MULTI");
  }
  call.txn.After([&server = call.server, &session = call.session] {
    LeaveMulti(server, session);
  });
  call.reply.Ok();
  return Status::Ok();
}

Status Exec(Call& call) {
  Session& session = call.session;
  if (!session.in_multi) return Status::Invalid("ERR EXEC without MULTI");
  // Dispatch ends the transaction whatever is answered.
  if (session.multi_failed) return Status::Invalid(kExecAbort);
  call.txn.After(
      [&server = call.server, &session] { LeaveMulti(server, session); });
  TRY_ASSIGN(const bool expired, HasExpiredWatch(call));
  if (session.watch_failed || expired) {
    // This tells that somebody has written; which sequence it was is not kept.
    call.txn.RaiseGate(call.server.data.applied());
    call.reply.NullArray();
    return Status::Ok();
  }
  return call.server.dispatcher->RunQueue(call);
}

Status Watch(Call& call) {
  if (call.session.in_multi) {
    return Status::Invalid("ERR WATCH inside MULTI is not allowed");
  }
  const int db = call.txn.db();
  Watches& watches = call.server.sessions.watches();
  for (const std::string_view key : call.words.subspan(1)) {
    TRY_ASSIGN(const auto row, call.txn.Get(call.txn.HeadKeyOf(db, key)));
    bool expired = false;
    if (row) {
      TRY_ASSIGN(const types::Head head, types::ParseHead(row->value));
      expired = head.ExpiredAt(call.now_ms);
    }
    call.txn.After([&watches, &session = call.session, db, key, expired] {
      watches.Watch(session, db, key, expired);
    });
  }
  call.reply.Ok();
  return Status::Ok();
}

Status Unwatch(Call& call) {
  call.txn.After([&server = call.server, &session = call.session] {
    server.sessions.watches().Unwatch(session);
    session.watch_failed = false;
  });
  call.reply.Ok();
  return Status::Ok();
}

constexpr uint32_t kAlways = kNoScript | kLoading | kStale;

// name, handler, arity, keys, flags, categories, since
// (clang-format 14 fails on rows of unequal length.)
// clang-format off
constexpr CommandSpec kTransactionCommands[] = {
    {"discard", Discard, 1, Keys::None(),
     kAlways | kFast | kAllowBusy | kNotQueued, kTransaction, "2.0.0"},
    {"exec", Exec, 1, Keys::None(),
     kAlways | kSkipSlowlog | kNotQueued | kRunsQueue, kTransaction, "1.2.0"},
    {"multi", Multi, 1, Keys::None(), kAlways | kFast | kAllowBusy | kNotQueued,
     kTransaction, "1.2.0"},
    {"unwatch", Unwatch, 1, Keys::None(), kAlways | kFast | kAllowBusy,
     kTransaction, "2.2.0"},
    {"watch", Watch, -2, Keys::All(kRO),
     kAlways | kFast | kAllowBusy | kNotQueued, kTransaction, "2.2.0"},
};
// clang-format on
static_assert(IsSorted(kTransactionCommands));

}  // namespace

std::span<const CommandSpec> TransactionCommands() {
  return kTransactionCommands;
}

}  // namespace commands
