// SLOWLOG: the commands that took long.

#include <algorithm>

#include "commands/command.h"
#include "commands/errors.h"
#include "commands/help.h"
#include "commands/server.h"

namespace commands {
namespace {

using base::Status;

// SLOWLOG GET [count]: the latest 10, or so many; -1 for all.
Status Get(Call& call) {
  constexpr int64_t kCountDefault = 10;
  int64_t count = kCountDefault;
  if (call.args.left() == 1) {
    count = call.args.NextIntBetween(
        -1, INT64_MAX, "ERR count should be greater than or equal to -1");
  } else if (call.args.More()) {
    return Status::Invalid(WrongSubcommand(call.words[1], "SLOWLOG"));
  }
  TRY(call.args.status());
  const auto& entries = call.server.slow_log.entries();
  size_t shown = entries.size();
  if (count >= 0) shown = std::min<size_t>(shown, static_cast<size_t>(count));
  resp::Writer& reply = call.reply;
  reply.Array(shown);
  for (size_t i = 0; i < shown; ++i) {
    const SlowLog::Entry& entry = entries[i];
    reply.Array(6);
    reply.Integer(entry.id);
    reply.Integer(entry.time_s);
    reply.Integer(entry.micros);
    reply.Array(entry.words.size());
    for (const std::string& word : entry.words) reply.Bulk(word);
    reply.Bulk(entry.peer);
    reply.Bulk(entry.client_name);
  }
  return Status::Ok();
}

Status Length(Call& call) {
  call.reply.Integer(
      static_cast<int64_t>(call.server.slow_log.entries().size()));
  return Status::Ok();
}

Status Reset(Call& call) {
  call.txn.After([&log = call.server.slow_log] { log.Clear(); });
  call.reply.Ok();
  return Status::Ok();
}

Status Help(Call& call) {
  static constexpr std::string_view kLines[] = {
      "GET [<count>]",
      "    Return top <count> entries from the slowlog (default: 10, -1 mean "
      "all).",
      "    Entries are made of:",
      "    id, timestamp, time in microseconds, arguments array, client IP and "
      "port,",
      "    client name",
      "LEN",
      "    Return the length of the slowlog.",
      "RESET",
      "    Reset the slowlog.",
  };
  WriteHelp(call.reply, "SLOWLOG", kLines);
  return Status::Ok();
}

constexpr uint32_t kLook = kAdmin | kLoading | kStale;

// name, handler, arity, keys, flags, categories, since, tips
// (clang-format 14 fails on rows of unequal length.)
// clang-format off
constexpr CommandSpec kSlowLogSubcommands[] = {
    {"get", Get, -2, Keys::None(), kLook, kCategoryNone, "2.2.12",
     "request_policy:all_nodes nondeterministic_output"},
    {"help", Help, 2, Keys::None(), kLoading | kStale, kCategoryNone, "6.2.0"},
    {"len", Length, 2, Keys::None(), kLook, kCategoryNone, "2.2.12",
     "request_policy:all_nodes response_policy:agg_sum "
     "nondeterministic_output"},
    {"reset", Reset, 2, Keys::None(), kLook, kCategoryNone, "2.2.12",
     "request_policy:all_nodes response_policy:all_succeeded"},
};
static_assert(IsSorted(kSlowLogSubcommands));

constexpr CommandSpec kSlowLogCommands[] = {
    {"slowlog", nullptr, -2, Keys::None(), 0, kCategoryNone, "2.2.12", {},
     kSlowLogSubcommands},
};
// clang-format on

}  // namespace

std::span<const CommandSpec> SlowLogCommands() { return kSlowLogCommands; }

}  // namespace commands
