// Commands about the server as a whole: what it is, what time it has, and its
// end.

#include <algorithm>
#include <string>

#include "base/strings.h"
#include "commands/command.h"
#include "commands/errors.h"
#include "commands/help.h"
#include "commands/info.h"
#include "commands/lolwut.h"
#include "commands/server.h"
#include "commands/version.h"

namespace commands {
namespace {

using base::Status;

// INFO [section ...]
Status Info(Call& call) {
  call.reply.Verbatim("txt", WriteInfo(call));
  return Status::Ok();
}

// LOLWUT [VERSION n] [columns [rows]]. Two of Redis's versions take numbers
// and insist on them; the others take no notice of what follows.
Status Lolwut(Call& call) {
  int64_t sizes[] = {66, 16, 0};  // columns, rows, and what only 5 takes
  ArgReader& args = call.args;
  int64_t version = 0;
  if (args.left() >= 2 && args.Take("VERSION")) version = args.NextInt();
  const int numbers = version == 5 ? 3 : version == 6 ? 2 : 0;
  for (int i = 0; i < 3 && args.More(); ++i) {
    sizes[i] = i < numbers ? args.NextInt()
                           : base::ParseInt(args.Next()).value_or(sizes[i]);
  }
  TRY(args.status());
  std::string text =
      DrawRedBeds(static_cast<int>(std::clamp<int64_t>(sizes[0], 1, 200)),
                  static_cast<int>(std::clamp<int64_t>(sizes[1], 1, 100)),
                  call.txn.random());
  text += base::StrCat("\nRedis ver. ", kRedisVersion, "\n");
  call.reply.Verbatim("txt", text);
  return Status::Ok();
}

// A master without replicas.
Status Role(Call& call) {
  call.reply.Array(3);
  call.reply.Bulk("master");
  call.reply.Integer(0);
  call.reply.Array(0);
  return Status::Ok();
}

// The connection's end is the reply, unless the checkpoint fails.
void SaveAndShutdown(Server& server, uint64_t session_id,
                     const ShutdownOptions& options, bool force) {
  server.saves.Start([&server, session_id, options,
                      force](const Status& saved) {
    if (saved.ok() || force) {
      server.host->Shutdown(options);
      return;
    }
    server.sessions.Unblock(session_id, /*gate=*/0, [&](resp::Writer& reply) {
      server.statistics.NoteError("ERR");
      reply.Error("ERR Errors trying to SHUTDOWN. Check logs.");
    });
  });
}

// SHUTDOWN [NOSAVE | SAVE] [NOW] [FORCE] [ABORT]: nothing acknowledged is lost
// in any case. SAVE makes a checkpoint first, and without one does not shut
// down unless FORCE is said too.
Status Shutdown(Call& call) {
  bool nosave = false;
  bool save = false;
  bool force = false;
  bool abort = false;
  ShutdownOptions options;
  ArgReader& args = call.args;
  while (args.More()) {
    if (args.Take("NOSAVE", nosave)) continue;
    if (args.Take("SAVE", save)) continue;
    if (args.Take("NOW", options.now)) continue;
    if (args.Take("FORCE", force)) continue;
    if (args.Take("ABORT", abort)) continue;
    args.Fail();
  }
  TRY(args.status());
  if ((abort && (nosave || save || options.now || force)) || (nosave && save)) {
    return Status::Invalid(kSyntaxError);
  }
  if (abort) return Status::Invalid("ERR No shutdown in progress.");
  call.txn.After(
      [&server = call.server, &session = call.session, options, save, force] {
        session.Block();
        if (save) {
          SaveAndShutdown(server, session.id, options, force);
        } else {
          server.host->Shutdown(options);
        }
      });
  return Status::Ok();
}

Status Time(Call& call) {
  constexpr int64_t kMicros = 1'000'000;
  const int64_t now_us = call.server.clock.WallMicros();
  call.reply.Array(2);
  call.reply.BulkInteger(now_us / kMicros);
  call.reply.BulkInteger(now_us % kMicros);
  return Status::Ok();
}

Status ModuleList(Call& call) {
  call.reply.Array(0);
  return Status::Ok();
}

Status ModuleHelp(Call& call) {
  static constexpr std::string_view kLines[] = {
      "LIST",
      "    Return a list of loaded modules.",
  };
  WriteHelp(call.reply, "MODULE", kLines);
  return Status::Ok();
}

// name, handler, arity, keys, flags, categories, since, tips
// (clang-format 14 fails on rows of unequal length.)
// clang-format off
constexpr CommandSpec kModuleSubcommands[] = {
    {"help", ModuleHelp, 2, Keys::None(), kLoading | kStale, kCategoryNone,
     "5.0.0"},
    {"list", ModuleList, 2, Keys::None(), kAdmin | kNoScript, kCategoryNone,
     "4.0.0", "nondeterministic_output_order"},
};
static_assert(IsSorted(kModuleSubcommands));

constexpr CommandSpec kServerCommands[] = {
    {"info", Info, -1, Keys::None(), kLoading | kStale, kDangerous, "1.0.0",
     "nondeterministic_output request_policy:all_shards "
     "response_policy:special"},
    {"lolwut", Lolwut, -1, Keys::None(), kReadOnly | kFast, kCategoryNone,
     "5.0.0"},
    {"module", nullptr, -2, Keys::None(), 0, kCategoryNone, "4.0.0", {},
     kModuleSubcommands},
    {"role", Role, 1, Keys::None(), kNoScript | kLoading | kStale | kFast,
     kAdministration | kDangerous, "2.8.12"},
    {"shutdown", Shutdown, -1, Keys::None(),
     kAdmin | kNoScript | kLoading | kStale | kNoMulti | kAllowBusy,
     kCategoryNone, "1.0.0"},
    {"time", Time, 1, Keys::None(), kLoading | kStale | kFast, kCategoryNone,
     "2.6.0", "nondeterministic_output"},
};
// clang-format on
static_assert(IsSorted(kServerCommands));

}  // namespace

std::span<const CommandSpec> ServerCommands() { return kServerCommands; }

}  // namespace commands
