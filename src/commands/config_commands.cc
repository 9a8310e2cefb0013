// CONFIG: looking at settings and changing them while the server runs.
//
// A setting is changed on the spot and not on the after-list: whether it can
// be is known only by doing it, and doing it again changes nothing. (An EXEC
// that is run again may so show its own CONFIG SET to an earlier CONFIG GET.)

#include <string>
#include <vector>

#include "base/strings.h"
#include "commands/command.h"
#include "commands/dispatch.h"
#include "commands/errors.h"
#include "commands/help.h"
#include "commands/server.h"

namespace commands {
namespace {

using base::Status;

// CONFIG GET pattern ...
Status Get(Call& call) {
  const auto found = call.server.settings->Get(call.args.rest());
  call.reply.Map(found.size());
  for (const auto& [name, value] : found) {
    call.reply.Bulk(name);
    call.reply.Bulk(value);
  }
  return Status::Ok();
}

// CONFIG SET name value ...: all of them or none.
Status Set(Call& call) {
  ArgReader& args = call.args;
  if (args.left() % 2 != 0) return Status::Invalid(kSyntaxError);
  base::Settings::Assignments assignments;
  while (args.More()) {
    const std::string_view name = args.Next();
    assignments.emplace_back(name, args.Next());
  }
  TRY(call.server.settings->Set(assignments));
  call.reply.Ok();
  return Status::Ok();
}

Status ResetStat(Call& call) {
  call.txn.After([&server = call.server] {
    server.statistics.Reset();
    server.dispatcher->table().ResetStatistics();
    server.data.expiry().ResetStatistics();
    server.peak_memory_bytes = 0;
    if (server.host != nullptr) server.host->ResetTraffic();
  });
  call.reply.Ok();
  return Status::Ok();
}

Status Rewrite(Call& call) {
  const Status status = call.server.host->RewriteConfig();
  if (!status.ok() && status.code() != base::Code::kInvalid) {
    return Status::Invalid(
        base::StrCat("ERR Rewriting config file: ", status.message()));
  }
  TRY(status);
  call.reply.Ok();
  return Status::Ok();
}

Status Help(Call& call) {
  static constexpr std::string_view kLines[] = {
      "GET <pattern>",
      "    Return parameters matching the glob-like <pattern> and their "
      "values.",
      "SET <directive> <value>",
      "    Set the configuration <directive> to <value>.",
      "RESETSTAT",
      "    Reset statistics reported by the INFO command.",
      "REWRITE",
      "    Rewrite the configuration file.",
  };
  WriteHelp(call.reply, "CONFIG", kLines);
  return Status::Ok();
}

constexpr uint32_t kOperator = kAdmin | kNoScript | kLoading | kStale;

// name, handler, arity, keys, flags, categories, since, tips
// (clang-format 14 fails on rows of unequal length.)
// clang-format off
constexpr CommandSpec kConfigSubcommands[] = {
    {"get", Get, -3, Keys::None(), kOperator, kCategoryNone, "2.0.0"},
    {"help", Help, 2, Keys::None(), kLoading | kStale, kCategoryNone, "5.0.0"},
    {"resetstat", ResetStat, 2, Keys::None(), kOperator, kCategoryNone,
     "2.0.0"},
    {"rewrite", Rewrite, 2, Keys::None(), kOperator, kCategoryNone, "2.8.0"},
    // What is set may be a password.
    {"set", Set, -4, Keys::None(), kOperator | kSecret, kCategoryNone, "2.0.0",
     "request_policy:all_nodes response_policy:all_succeeded"},
};
static_assert(IsSorted(kConfigSubcommands));

constexpr CommandSpec kConfigCommands[] = {
    {"config", nullptr, -2, Keys::None(), 0, kCategoryNone, "2.0.0", {},
     kConfigSubcommands},
};
// clang-format on

}  // namespace

std::span<const CommandSpec> ConfigCommands() { return kConfigCommands; }

}  // namespace commands
