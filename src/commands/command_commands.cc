// COMMAND: what commands there are, for programs and for people.

#include <algorithm>
#include <string>
#include <vector>

#include "base/glob.h"
#include "base/strings.h"
#include "commands/command.h"
#include "commands/command_docs.h"
#include "commands/command_info.h"
#include "commands/dispatch.h"
#include "commands/errors.h"
#include "commands/help.h"
#include "commands/server.h"
#include "commands/table.h"

namespace commands {
namespace {

using base::Status;

Table& TableOf(Call& call) { return call.server.dispatcher->table(); }

// COMMAND, and COMMAND INFO without names.
void WriteAll(Call& call) {
  Table& table = TableOf(call);
  call.reply.Array(table.count());
  for (const CommandEntry& entry : table.entries()) {
    if (entry.parent == nullptr) WriteCommandInfo(entry, call.reply);
  }
}

Status All(Call& call) {
  WriteAll(call);
  return Status::Ok();
}

Status Count(Call& call) {
  call.reply.Integer(static_cast<int64_t>(TableOf(call).count()));
  return Status::Ok();
}

// COMMAND INFO [name ...]
Status Info(Call& call) {
  if (!call.args.More()) {
    WriteAll(call);
    return Status::Ok();
  }
  call.reply.Array(call.args.left());
  while (call.args.More()) {
    const CommandEntry* const entry =
        TableOf(call).FindFullName(call.args.Next());
    if (entry == nullptr) {
      call.reply.Null();
    } else {
      WriteCommandInfo(*entry, call.reply);
    }
  }
  return Status::Ok();
}

// --- DOCS.

void WriteDocs(const CommandEntry& entry, resp::Writer& reply) {
  const FoundDoc found = FindDoc(entry.full_name);
  const auto subcommands = entry.spec->subcommands;
  reply.Map(CountDocFields(found) + !subcommands.empty());
  WriteDocFields(found, reply);
  if (subcommands.empty()) return;
  reply.Bulk("subcommands");
  reply.Map(subcommands.size());
  for (const CommandSpec& sub : subcommands) {
    const std::string name = base::StrCat(entry.spec->name, "|", sub.name);
    const FoundDoc sub_doc = FindDoc(name);
    reply.Bulk(name);
    reply.Map(CountDocFields(sub_doc));
    WriteDocFields(sub_doc, reply);
  }
}

// COMMAND DOCS [name ...]: unknown names are left out.
Status Docs(Call& call) {
  Table& table = TableOf(call);
  std::vector<const CommandEntry*> entries;
  if (!call.args.More()) {
    for (const CommandEntry& entry : table.entries()) {
      if (entry.parent == nullptr) entries.push_back(&entry);
    }
  }
  while (call.args.More()) {
    const CommandEntry* const entry = table.FindFullName(call.args.Next());
    if (entry != nullptr) entries.push_back(entry);
  }
  call.reply.Map(entries.size());
  for (const CommandEntry* const entry : entries) {
    call.reply.Bulk(entry->full_name);
    WriteDocs(*entry, call.reply);
  }
  return Status::Ok();
}

// --- LIST.

template <typename Matches>
void WriteNames(Call& call, Matches matches) {
  const resp::Writer::Mark mark = call.reply.mark();
  size_t count = 0;
  for (const CommandEntry& entry : TableOf(call).entries()) {
    if (!matches(entry)) continue;
    call.reply.Bulk(entry.full_name);
    ++count;
  }
  call.reply.ArrayAt(mark, count);
}

// COMMAND LIST [FILTERBY MODULE name | ACLCAT category | PATTERN pattern]
Status List(Call& call) {
  ArgReader& args = call.args;
  if (!args.More()) {
    WriteNames(call, [](const CommandEntry&) { return true; });
    return Status::Ok();
  }
  if (args.left() != 3 || !args.Take("FILTERBY")) {
    return Status::Invalid(kSyntaxError);
  }
  const std::string_view filter = args.Next();
  const std::string_view wanted = args.Next();
  if (base::EqualsIgnoreCase(filter, "MODULE")) {
    call.reply.Array(0);
  } else if (base::EqualsIgnoreCase(filter, "ACLCAT")) {
    WriteNames(call, [&](const CommandEntry& entry) {
      return HasCategory(*entry.spec, wanted);
    });
  } else if (base::EqualsIgnoreCase(filter, "PATTERN")) {
    WriteNames(call, [&](const CommandEntry& entry) {
      return base::GlobMatch(wanted, entry.full_name, base::GlobCase::kIgnore);
    });
  } else {
    return Status::Invalid(kSyntaxError);
  }
  return Status::Ok();
}

// --- GETKEYS.

// What `spec` does to its keys in this very request.
uint16_t FlagsIn(const KeySpec& spec, resp::Words words) {
  if (!(spec.flags & kVariableFlags)) return spec.flags;
  // SET reads only with GET.
  const bool reads = std::ranges::any_of(words.subspan(3), [](auto word) {
    return base::EqualsIgnoreCase(word, "GET");
  });
  return reads ? kRW | kAccess | kUpdate : kOW | kUpdate;
}

Status WriteKeys(Call& call, bool with_flags) {
  const resp::Words words = call.args.rest();
  Table& table = TableOf(call);
  const CommandEntry* entry = table.Find(words[0]);
  if (entry != nullptr && !entry->spec->subcommands.empty()) {
    entry = table.FindSub(*entry, words[1]);
  }
  if (entry == nullptr) return Status::Invalid("ERR Invalid command specified");
  const CommandSpec& spec = *entry->spec;
  if (spec.keys.none()) {
    return Status::Invalid("ERR The command has no key arguments");
  }
  const int count = static_cast<int>(words.size());
  if (spec.arity >= 0 ? count != spec.arity : count < -spec.arity) {
    return Status::Invalid(
        "ERR Invalid number of arguments specified for command");
  }
  const resp::Writer::Mark mark = call.reply.mark();
  size_t keys = 0;
  for (int i = 0; i < spec.keys.count; ++i) {
    const KeySpec& group = spec.keys.specs[i];
    ForEachKey(Keys{{group}, 1}, words.size(), [&](size_t at) {
      if (with_flags) call.reply.Array(2);
      call.reply.Bulk(words[at]);
      if (with_flags) WriteKeyFlags(FlagsIn(group, words), call.reply);
      ++keys;
    });
  }
  call.reply.ArrayAt(mark, keys);
  return Status::Ok();
}

Status GetKeys(Call& call) { return WriteKeys(call, /*with_flags=*/false); }
Status GetKeysAndFlags(Call& call) {
  return WriteKeys(call, /*with_flags=*/true);
}

Status Help(Call& call) {
  static constexpr std::string_view kLines[] = {
      "(no subcommand)",
      "    Return details about all Redis commands.",
      "COUNT",
      "    Return the total number of commands in this Redis server.",
      "LIST",
      "    Return a list of all commands in this Redis server.",
      "INFO [<command-name> ...]",
      "    Return details about multiple Redis commands.",
      "    If no command names are given, documentation details for all",
      "    commands are returned.",
      "DOCS [<command-name> ...]",
      "    Return documentation details about multiple Redis commands.",
      "    If no command names are given, documentation details for all",
      "    commands are returned.",
      "GETKEYS <full-command>",
      "    Return the keys from a full Redis command.",
      "GETKEYSANDFLAGS <full-command>",
      "    Return the keys and the access flags from a full Redis command.",
  };
  WriteHelp(call.reply, "COMMAND", kLines);
  return Status::Ok();
}

constexpr uint32_t kAnytime = kLoading | kStale;
constexpr std::string_view kUnordered = "nondeterministic_output_order";

// name, handler, arity, keys, flags, categories, since, tips
// (clang-format 14 fails on rows of unequal length.)
// clang-format off
constexpr CommandSpec kCommandSubcommands[] = {
    {"count", Count, 2, Keys::None(), kAnytime, kConnection, "2.8.13"},
    {"docs", Docs, -2, Keys::None(), kAnytime, kConnection, "7.0.0",
     kUnordered},
    {"getkeys", GetKeys, -4, Keys::None(), kAnytime, kConnection, "2.8.13"},
    {"getkeysandflags", GetKeysAndFlags, -4, Keys::None(), kAnytime,
     kConnection, "7.0.0"},
    {"help", Help, 2, Keys::None(), kAnytime, kConnection, "5.0.0"},
    {"info", Info, -2, Keys::None(), kAnytime, kConnection, "2.8.13",
     kUnordered},
    {"list", List, -2, Keys::None(), kAnytime, kConnection, "7.0.0",
     kUnordered},
};
static_assert(IsSorted(kCommandSubcommands));

constexpr CommandSpec kCommandCommands[] = {
    {"command", All, -1, Keys::None(), kAnytime, kConnection, "2.8.13",
     kUnordered, kCommandSubcommands},
};
// clang-format on

}  // namespace

std::span<const CommandSpec> CommandCommands() { return kCommandCommands; }

}  // namespace commands
