// CLIENT: what clients want to know of each other and of themselves.

#include <optional>
#include <string>
#include <vector>

#include "base/strings.h"
#include "commands/authentication.h"
#include "commands/client_info.h"
#include "commands/command.h"
#include "commands/errors.h"
#include "commands/help.h"
#include "commands/server.h"
#include "commands/waits.h"

namespace commands {
namespace {

using base::Status;

size_t BytesOf(resp::Words words) {
  size_t bytes = 0;
  for (const std::string_view word : words) bytes += word.size();
  return bytes;
}

std::string_view NameOf(const Call& call) {
  const bool renamed = call.in_exec() && call.staged->name;
  return renamed ? *call.staged->name : call.session.name;
}

std::string Describe(const Call& call, const Session& session) {
  const bool is_self = &session == &call.session;
  const ClientState state =
      is_self ? ClientState{call.txn.db(), call.reply.protocol(), NameOf(call),
                            BytesOf(call.words)}
              : ClientState{session.db, session.protocol, session.name};
  return DescribeClient(session, state, call.now_ms);
}

bool IsKilled(const Call& call, const Session& session) {
  return call.in_exec() && call.staged->killed.contains(session.id);
}

Status GetName(Call& call) {
  const std::string_view name = NameOf(call);
  if (name.empty()) {
    call.reply.Null();
  } else {
    call.reply.Bulk(name);
  }
  return Status::Ok();
}

Status SetName(Call& call) {
  const std::string_view name = call.args.Next();
  if (!IsPlainName(name)) return Status::Invalid(kBadClientName);
  if (call.in_exec()) call.staged->name = name;
  call.txn.After([&session = call.session, name = std::string(name)] {
    session.name = name;
  });
  call.reply.Ok();
  return Status::Ok();
}

// CLIENT SETINFO LIB-NAME name | LIB-VER version
Status SetInfo(Call& call) {
  const std::string_view what = call.args.Next();
  std::string Session::*field = nullptr;
  if (base::EqualsIgnoreCase(what, "lib-name")) {
    field = &Session::lib_name;
  } else if (base::EqualsIgnoreCase(what, "lib-ver")) {
    field = &Session::lib_version;
  } else {
    return Status::Invalid(
        base::StrCat("ERR Unrecognized option '", Echoed(what), "'"));
  }
  const std::string_view value = call.args.Next();
  if (!IsPlainName(value)) {
    return Status::Invalid(base::StrCat(
        "ERR ", Echoed(what),
        " cannot contain spaces, newlines or special characters."));
  }
  call.txn.After([&session = call.session, field, value = std::string(value)] {
    session.*field = value;
  });
  call.reply.Ok();
  return Status::Ok();
}

Status Id(Call& call) {
  call.reply.Integer(static_cast<int64_t>(call.session.id));
  return Status::Ok();
}

Status Info(Call& call) {
  call.reply.Verbatim("txt", Describe(call, call.session));
  return Status::Ok();
}

// CLIENT LIST [TYPE type | ID id ...]
Status List(Call& call) {
  std::optional<ClientType> type;
  std::vector<uint64_t> ids;
  ArgReader& args = call.args;
  if (args.left() == 2 && args.Take("TYPE")) {
    TRY_ASSIGN(type, ParseClientType(args.Next()));
  } else if (args.left() >= 2 && args.Take("ID")) {
    while (args.More()) {
      ids.push_back(
          static_cast<uint64_t>(args.NextInt("ERR Invalid client ID")));
    }
  } else if (args.More()) {
    args.Fail();
  }
  TRY(args.status());

  std::string text;
  const auto describe = [&](const Session& session) {
    if (IsKilled(call, session)) return;
    if (!type || TypeOf(session) == *type) text += Describe(call, session);
  };
  if (ids.empty()) {
    call.server.sessions.ForEach(describe);
  } else {
    for (const uint64_t id : ids) {
      const Session* const session = call.server.sessions.Find(id);
      if (session != nullptr) describe(*session);
    }
  }
  call.reply.Verbatim("txt", text);
  return Status::Ok();
}

// --- KILL.

struct KillFilter {
  std::optional<uint64_t> id;
  std::optional<ClientType> type;
  std::optional<std::string_view> address;
  std::optional<std::string_view> local_address;
  bool skip_me = true;

  bool Matches(const Session& session) const {
    const Transport* const transport = session.transport;
    if (id && session.id != *id) return false;
    if (type && TypeOf(session) != *type) return false;
    if (address && (transport == nullptr || transport->peer() != *address)) {
      return false;
    }
    return !local_address ||
           (transport != nullptr && transport->local() == *local_address);
  }
};

// [ID id] [TYPE type] [ADDR address] [LADDR address] [USER name]
// [SKIPME yes | no]
base::Result<KillFilter> ReadKillFilter(ArgReader& args) {
  KillFilter filter;
  while (args.More()) {
    const std::string_view option = args.Next();
    if (!args.More()) return Status::Invalid(kSyntaxError);
    if (base::EqualsIgnoreCase(option, "ID")) {
      constexpr std::string_view kBadId =
          "ERR client-id should be greater than 0";
      filter.id =
          static_cast<uint64_t>(args.NextIntBetween(1, INT64_MAX, kBadId));
      TRY(args.status());
    } else if (base::EqualsIgnoreCase(option, "TYPE")) {
      TRY_ASSIGN(filter.type, ParseClientType(args.Next()));
    } else if (base::EqualsIgnoreCase(option, "ADDR")) {
      filter.address = args.Next();
    } else if (base::EqualsIgnoreCase(option, "LADDR")) {
      filter.local_address = args.Next();
    } else if (base::EqualsIgnoreCase(option, "USER")) {
      const std::string_view user = args.Next();
      if (user != kDefaultUser) {
        return Status::Invalid(
            base::StrCat("ERR No such user '", Echoed(user), "'"));
      }
    } else if (base::EqualsIgnoreCase(option, "SKIPME")) {
      filter.skip_me = args.Take("yes");
      if (!filter.skip_me && !args.Take("no")) args.Fail();
      TRY(args.status());
    } else {
      return Status::Invalid(kSyntaxError);
    }
  }
  return filter;
}

// The one who asks still gets the reply.
void KillAfterwards(Call& call, std::vector<uint64_t> ids) {
  if (call.in_exec()) {
    call.staged->killed.insert(ids.begin(), ids.end());
    call.staged->killed.erase(call.session.id);
  }
  call.txn.After([&sessions = call.server.sessions, asking = call.session.id,
                  ids = std::move(ids)] {
    for (const uint64_t id : ids) {
      Session* const session = sessions.Find(id);
      if (session == nullptr) continue;
      if (id == asking) {
        session->close_after_reply = true;
      } else if (session->transport != nullptr) {
        sessions.MarkDying(*session);
        session->transport->CloseSoon(/*after_replies=*/false);
      }
    }
  });
}

// CLIENT KILL address | filter ...
Status Kill(Call& call) {
  KillFilter filter;
  const bool by_address = call.args.left() == 1;
  if (by_address) {
    filter.address = call.args.Next();
    filter.skip_me = false;
  } else {
    TRY_ASSIGN(filter, ReadKillFilter(call.args));
  }
  std::vector<uint64_t> ids;
  call.server.sessions.ForEach([&](const Session& session) {
    if (filter.skip_me && &session == &call.session) return;
    if (IsKilled(call, session)) return;
    if (filter.Matches(session)) ids.push_back(session.id);
  });
  if (!by_address) {
    call.reply.Integer(static_cast<int64_t>(ids.size()));
  } else if (ids.empty()) {
    return Status::Invalid("ERR No such client");
  } else {
    ids.resize(1);
    call.reply.Ok();
  }
  KillAfterwards(call, std::move(ids));
  return Status::Ok();
}

// --- PAUSE.

// CLIENT PAUSE ms [WRITE | ALL]
Status Pause(Call& call) {
  ArgReader& args = call.args;
  const std::string_view timeout = args.Next();
  Sessions::Pause pause = Sessions::Pause::kAll;
  if (args.left() > 1) {
    return Status::Invalid(WrongSubcommand(call.words[1], "CLIENT"));
  }
  if (args.left() == 1) {
    if (args.Take("WRITE")) {
      pause = Sessions::Pause::kWrites;
    } else if (!args.Take("ALL")) {
      return Status::Invalid("ERR CLIENT PAUSE mode must be WRITE or ALL");
    }
  }
  TRY_ASSIGN(const int64_t until_ms, DeadlineMs(timeout, call.now_ms));
  call.txn.After(
      [&sessions = call.server.sessions, pause, until_ms,
       now_ms = call.now_ms] { sessions.SetPause(pause, until_ms, now_ms); });
  call.reply.Ok();
  return Status::Ok();
}

Status Unpause(Call& call) {
  call.txn.After([&sessions = call.server.sessions] { sessions.EndPause(); });
  call.reply.Ok();
  return Status::Ok();
}

// --- Switches.

// CLIENT REPLY ON | OFF | SKIP: only ON is answered.
Status Reply(Call& call) {
  std::optional<ReplyMode> mode;
  if (call.args.Take("ON")) {
    mode = ReplyMode::kOn;
    call.reply.Ok();
  } else if (call.args.Take("OFF")) {
    mode = ReplyMode::kOff;
  } else if (call.args.Take("SKIP")) {
    mode = ReplyMode::kSkipNext;
  } else {
    return Status::Invalid(kSyntaxError);
  }
  call.txn.After([&session = call.session, mode = *mode] {
    const bool silent = session.reply_mode == ReplyMode::kOff;
    if (mode != ReplyMode::kSkipNext || !silent) session.reply_mode = mode;
  });
  return Status::Ok();
}

Status Switch(Call& call, bool Session::*flag) {
  const bool on = call.args.Take("ON");
  if (!on && !call.args.Take("OFF")) return Status::Invalid(kSyntaxError);
  call.txn.After([&session = call.session, flag, on] { session.*flag = on; });
  call.reply.Ok();
  return Status::Ok();
}

Status NoEvict(Call& call) { return Switch(call, &Session::no_evict); }
Status NoTouch(Call& call) { return Switch(call, &Session::no_touch); }

Status Help(Call& call) {
  static constexpr std::string_view kLines[] = {
      "GETNAME",
      "    Return the name of the current connection.",
      "ID",
      "    Return the ID of the current connection.",
      "INFO",
      "    Return information about the current client connection.",
      "KILL <ip:port>",
      "    Kill connection made from <ip:port>.",
      "KILL <option> <value> [<option> <value> [...]]",
      "    Kill connections. Options are:",
      "    * ADDR (<ip:port>|<unixsocket>:0)",
      "      Kill connections made from the specified address",
      "    * LADDR (<ip:port>|<unixsocket>:0)",
      "      Kill connections made to specified local address",
      "    * TYPE (NORMAL|MASTER|REPLICA|PUBSUB)",
      "      Kill connections by type.",
      "    * USER <username>",
      "      Kill connections authenticated by <username>.",
      "    * SKIPME (YES|NO)",
      "      Skip killing current connection (default: yes).",
      "LIST [options ...]",
      "    Return information about client connections. Options:",
      "    * TYPE (NORMAL|MASTER|REPLICA|PUBSUB)",
      "      Return clients of specified type.",
      "    * ID <id> [<id> ...]",
      "      Return clients with these IDs.",
      "UNPAUSE",
      "    Stop the current client pause, resuming traffic.",
      "PAUSE <timeout> [WRITE|ALL]",
      "    Suspend all, or just write, clients for <timeout> milliseconds.",
      "REPLY (ON|OFF|SKIP)",
      "    Control the replies sent to the current connection.",
      "SETNAME <name>",
      "    Assign the name <name> to the current connection.",
      "SETINFO <option> <value>",
      "    Note the LIB-NAME or LIB-VER of the client library.",
      "NO-EVICT (ON|OFF)",
      "    Protect current client connection from eviction.",
      "NO-TOUCH (ON|OFF)",
      "    Let commands of this connection not count as uses of keys.",
  };
  WriteHelp(call.reply, "CLIENT", kLines);
  return Status::Ok();
}

constexpr uint32_t kPlain = kNoScript | kLoading | kStale;
constexpr uint32_t kOthers = kAdmin | kPlain;

// name, handler, arity, keys, flags, categories, since, tips
// (clang-format 14 fails on rows of unequal length.)
// clang-format off
constexpr CommandSpec kClientSubcommands[] = {
    {"getname", GetName, 2, Keys::None(), kPlain, kConnection, "2.6.9"},
    {"help", Help, 2, Keys::None(), kLoading | kStale, kConnection, "5.0.0"},
    {"id", Id, 2, Keys::None(), kPlain, kConnection, "5.0.0"},
    {"info", Info, 2, Keys::None(), kPlain, kConnection, "6.2.0",
     "nondeterministic_output"},
    {"kill", Kill, -3, Keys::None(), kOthers, kConnection, "2.4.0"},
    {"list", List, -2, Keys::None(), kOthers, kConnection, "2.4.0",
     "nondeterministic_output"},
    {"no-evict", NoEvict, 3, Keys::None(), kOthers, kConnection, "7.0.0"},
    {"no-touch", NoTouch, 3, Keys::None(), kPlain, kConnection, "7.2.0"},
    {"pause", Pause, -3, Keys::None(), kOthers, kConnection, "2.9.50"},
    {"reply", Reply, 3, Keys::None(), kPlain, kConnection, "3.2.0"},
    {"setinfo", SetInfo, 4, Keys::None(), kPlain, kConnection, "7.2.0"},
    {"setname", SetName, 3, Keys::None(), kPlain, kConnection, "2.6.9"},
    {"unpause", Unpause, 2, Keys::None(), kOthers, kConnection, "6.2.0"},
};
static_assert(IsSorted(kClientSubcommands));

constexpr CommandSpec kClientCommands[] = {
    {"client", nullptr, -2, Keys::None(), 0, kCategoryNone, "2.4.0", {},
     kClientSubcommands},
};
// clang-format on

}  // namespace

std::span<const CommandSpec> ClientCommands() { return kClientCommands; }

}  // namespace commands
