// WAIT and WAITAOF: waiting until writes are safe somewhere else, or here.
//
// There are no replicas, so what is asked of them never happens before the
// deadline. Here is where it counts: the log is synced at once for whoever
// asks, whatever appendfsync says.

#include "base/strings.h"
#include "commands/command.h"
#include "commands/errors.h"
#include "commands/server.h"

namespace commands {
namespace {

using base::Status;

// WAIT replicas timeout
Status Wait(Call& call) {
  const int64_t replicas = call.args.NextInt();
  TRY(call.args.status());
  TRY_ASSIGN(const int64_t deadline_ms,
             DeadlineMs(call.args.Next(), call.now_ms));
  if (replicas <= 0 || call.in_exec()) {
    call.reply.Integer(0);
    return Status::Ok();
  }
  call.txn.After([&server = call.server, &session = call.session, deadline_ms] {
    server.waits.Add(session, deadline_ms,
                     [](resp::Writer& reply) { reply.Integer(0); });
  });
  return Status::Ok();
}

// How many are safe here (this server or nobody), and on replicas.
void WriteCounts(resp::Writer& reply, bool synced) {
  reply.Array(2);
  reply.Integer(synced ? 1 : 0);
  reply.Integer(0);
}

void WaitForSync(Server& server, Waits::Ticket ticket) {
  server.data.Sync([&server, ticket](Status status) {
    server.waits.Finish(ticket, /*gate=*/0, [&](resp::Writer& reply) {
      if (status.ok()) {
        WriteCounts(reply, true);
        return;
      }
      server.statistics.NoteError("ERR");
      reply.Error(base::StrCat("ERR ", status.message()));
    });
  });
}

// WAITAOF local replicas timeout
Status WaitForLog(Call& call) {
  const int64_t local = call.args.NextIntBetween(0, 1);
  const int64_t replicas = call.args.NextInt();
  TRY(call.args.status());
  if (replicas < 0) {
    return Status::Invalid("ERR value is out of range, must be positive");
  }
  TRY_ASSIGN(const int64_t deadline_ms,
             DeadlineMs(call.args.Next(), call.now_ms));
  // Whose write was the last one makes no difference: a log is synced whole.
  types::DataSet& data = call.server.data;
  const types::Sequence wanted = data.applied();
  const bool synced = data.synced() >= wanted;
  if (call.in_exec() || (replicas == 0 && (local == 0 || synced))) {
    WriteCounts(call.reply, synced);
    return Status::Ok();
  }
  call.txn.After([&server = call.server, &session = call.session, deadline_ms,
                  wanted, replicas] {
    const Waits::Ticket ticket = server.waits.Add(
        session, deadline_ms, [&server, wanted](resp::Writer& reply) {
          WriteCounts(reply, server.data.synced() >= wanted);
        });
    if (replicas == 0) WaitForSync(server, ticket);
  });
  return Status::Ok();
}

// name, handler, arity, keys, flags, categories, since, tips
// (clang-format 14 fails on rows of unequal length.)
// clang-format off
constexpr CommandSpec kWaitCommands[] = {
    {"wait", Wait, 3, Keys::None(), kNoScript, kConnection, "3.0.0",
     "request_policy:all_shards response_policy:agg_min"},
    {"waitaof", WaitForLog, 4, Keys::None(), kNoScript, kConnection, "7.2.0",
     "request_policy:all_shards response_policy:agg_min"},
};
// clang-format on
static_assert(IsSorted(kWaitCommands));

}  // namespace

std::span<const CommandSpec> WaitCommands() { return kWaitCommands; }

}  // namespace commands
