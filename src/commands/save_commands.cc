// Commands that make checkpoints (SAVE and its like), and those that move what
// is in memory to tables.

#include "base/strings.h"
#include "commands/command.h"
#include "commands/errors.h"
#include "commands/server.h"

namespace commands {
namespace {

using base::Status;

constexpr std::string_view kSaveInProgress =
    "ERR Background save already in progress";

// The reply of a command that was waiting for the engine.
void Answer(Server& server, uint64_t session_id, const Status& status) {
  server.sessions.Unblock(session_id, /*gate=*/0, [&](resp::Writer& reply) {
    if (status.ok()) {
      reply.Ok();
      return;
    }
    server.statistics.NoteError("ERR");
    reply.Error(base::StrCat("ERR ", status.message()));
  });
}

Status Save(Call& call) {
  if (call.server.saves.in_progress()) {
    return Status::Invalid(kSaveInProgress);
  }
  call.txn.After([&server = call.server, &session = call.session] {
    session.Block();
    server.saves.Start([&server, id = session.id](const Status& status) {
      Answer(server, id, status);
    });
  });
  return Status::Ok();
}

// BGSAVE [SCHEDULE]: there is nothing that it would have to wait for.
Status BackgroundSave(Call& call) {
  if (call.args.More() && !call.args.Take("SCHEDULE")) call.args.Fail();
  if (call.args.More()) call.args.Fail();
  TRY(call.args.status());
  if (call.server.saves.in_progress()) {
    return Status::Invalid(kSaveInProgress);
  }
  call.txn.After([&server = call.server] {
    if (!server.saves.in_progress()) server.saves.Start(nullptr);
  });
  call.reply.Simple("Background saving started");
  return Status::Ok();
}

Status LastSave(Call& call) {
  call.reply.Integer(call.server.saves.last_s());
  return Status::Ok();
}

// REDBED.FLUSH: everything is in tables and synced, as often as one likes.
Status EngineFlush(Call& call) {
  call.txn.After([&server = call.server, &session = call.session] {
    session.Block();
    server.data.Flush([&server, id = session.id](Status status) {
      Answer(server, id, status);
    });
  });
  return Status::Ok();
}

Status EngineCompact(Call& call) {
  call.txn.After([&server = call.server, &session = call.session] {
    session.Block();
    server.data.Compact([&server, id = session.id](Status status) {
      Answer(server, id, status);
    });
  });
  return Status::Ok();
}

constexpr uint32_t kSaving = kAdmin | kNoScript | kNoAsyncLoading;

// name, handler, arity, keys, flags, categories, since, tips
// (clang-format 14 fails on rows of unequal length.)
// clang-format off
constexpr CommandSpec kSaveCommands[] = {
    {"bgsave", BackgroundSave, -1, Keys::None(), kSaving, kCategoryNone,
     "1.0.0"},
    {"lastsave", LastSave, 1, Keys::None(), kLoading | kStale | kFast,
     kAdministration | kDangerous, "1.0.0", "nondeterministic_output"},
    {"redbed.compact", EngineCompact, 1, Keys::None(), kSaving | kNoMulti,
     kCategoryNone, "0.1.0"},
    {"redbed.flush", EngineFlush, 1, Keys::None(), kSaving | kNoMulti,
     kCategoryNone, "0.1.0"},
    {"save", Save, 1, Keys::None(), kSaving | kNoMulti, kCategoryNone,
     "1.0.0"},
};
// clang-format on
static_assert(IsSorted(kSaveCommands));

}  // namespace

std::span<const CommandSpec> SaveCommands() { return kSaveCommands; }

}  // namespace commands
