// Commands by which a client says who it is and how it wants to talk.

#include <optional>
#include <string>

#include "base/strings.h"
#include "commands/authentication.h"
#include "commands/command.h"
#include "commands/errors.h"
#include "commands/server.h"
#include "commands/version.h"

namespace commands {
namespace {

using base::Status;

// AUTH [user] password
Status Auth(Call& call) {
  if (call.args.left() > 2) return Status::Invalid(kSyntaxError);
  const bool names_user = call.args.left() == 2;
  if (!names_user && call.server.rules.password.empty()) {
    return Status::Invalid(
        "ERR AUTH <password> called without any password configured for the "
        "default user. Are you sure your configuration is correct?");
  }
  const std::string_view user = names_user ? call.args.Next() : kDefaultUser;
  TRY(CheckPassword(call.server.rules, user, call.args.Next()));
  call.txn.After([&session = call.session] { session.authenticated = true; });
  call.reply.Ok();
  return Status::Ok();
}

Status Echo(Call& call) {
  call.reply.Bulk(call.args.Next());
  return Status::Ok();
}

struct Greeting {
  std::optional<int64_t> protocol;
  bool authenticates = false;
  std::string_view user;
  std::string_view password;
  std::optional<std::string> name;
};

base::Result<Greeting> ReadGreeting(ArgReader& args) {
  Greeting greeting;
  if (!args.More()) return greeting;
  const int64_t protocol =
      args.NextInt("ERR Protocol version is not an integer or out of range");
  TRY(args.status());
  if (protocol != 2 && protocol != 3) {
    return Status::Invalid("NOPROTO unsupported protocol version");
  }
  greeting.protocol = protocol;
  while (args.More()) {
    const std::string_view option = args.Next();
    if (base::EqualsIgnoreCase(option, "AUTH") && args.left() >= 2) {
      greeting.authenticates = true;
      greeting.user = args.Next();
      greeting.password = args.Next();
    } else if (base::EqualsIgnoreCase(option, "SETNAME") && args.More()) {
      greeting.name = std::string(args.Next());
      if (!IsPlainName(*greeting.name)) return Status::Invalid(kBadClientName);
    } else {
      return Status::Invalid(base::StrCat("ERR Syntax error in HELLO option '",
                                          Echoed(option), "'"));
    }
  }
  return greeting;
}

void WriteHello(Call& call) {
  resp::Writer& reply = call.reply;
  reply.Map(7);
  reply.Bulk("server");
  reply.Bulk("redis");
  reply.Bulk("version");
  reply.Bulk(kRedisVersion);
  reply.Bulk("proto");
  reply.Integer(reply.protocol());
  reply.Bulk("id");
  reply.Integer(static_cast<int64_t>(call.session.id));
  reply.Bulk("mode");
  reply.Bulk("standalone");
  reply.Bulk("role");
  reply.Bulk("master");
  reply.Bulk("modules");
  reply.Array(0);
}

// HELLO [protocol [AUTH user password] [SETNAME name]]
Status Hello(Call& call) {
  Session& session = call.session;
  TRY_ASSIGN(const Greeting greeting, ReadGreeting(call.args));
  if (greeting.authenticates) {
    TRY(CheckPassword(call.server.rules, greeting.user, greeting.password));
  } else if (!session.authenticated) {
    return Status::Invalid(
        "NOAUTH HELLO must be called with the client already authenticated, "
        "otherwise the HELLO <proto> AUTH <user> <pass> option can be used "
        "to authenticate the client and select the RESP protocol version at "
        "the same time");
  }
  if (greeting.protocol) {
    call.reply.set_protocol(static_cast<int>(*greeting.protocol));
  }
  if (call.in_exec() && greeting.name) call.staged->name = greeting.name;
  call.txn.After(
      [&session, protocol = call.reply.protocol(), name = greeting.name] {
        session.authenticated = true;
        session.protocol = protocol;
        if (name) session.name = *name;
      });
  WriteHello(call);
  return Status::Ok();
}

// PING [message]
Status Ping(Call& call) {
  if (call.args.left() > 1) return Status::Invalid(WrongArity("ping"));
  if (call.args.More()) {
    call.reply.Bulk(call.args.Next());
  } else {
    call.reply.Simple("PONG");
  }
  return Status::Ok();
}

Status Quit(Call& call) {
  call.txn.After(
      [&session = call.session] { session.close_after_reply = true; });
  call.reply.Ok();
  return Status::Ok();
}

// RESET: as if the client had just connected, but for its id and library.
Status Reset(Call& call) {
  call.txn.set_db(0);
  call.reply.set_protocol(2);
  call.txn.After([&server = call.server, &session = call.session] {
    session.ClearQueue();
    server.sessions.watches().Unwatch(session);
    session.db = 0;
    session.protocol = 2;
    session.authenticated = server.rules.password.empty();
    session.user = kDefaultUser;
    session.name.clear();
    // After a CLIENT REPLY SKIP this very reply is still dropped.
    if (session.reply_mode != ReplyMode::kSkip) {
      session.reply_mode = ReplyMode::kOn;
    }
    session.no_evict = false;
    session.no_touch = false;
    session.monitor = false;
  });
  call.reply.Simple("RESET");
  return Status::Ok();
}

constexpr uint32_t kGate =
    kNoScript | kLoading | kStale | kFast | kNoAuth | kAllowBusy;

// name, handler, arity, keys, flags, categories, since, tips
// (clang-format 14 fails on rows of unequal length.)
// clang-format off
constexpr CommandSpec kConnectionCommands[] = {
    {"auth", Auth, -2, Keys::None(), kGate | kSecret, kConnection, "1.0.0"},
    {"echo", Echo, 2, Keys::None(), kLoading | kStale | kFast, kConnection,
     "1.0.0"},
    {"hello", Hello, -1, Keys::None(), kGate | kSecret, kConnection, "6.0.0"},
    {"ping", Ping, -1, Keys::None(), kFast, kConnection, "1.0.0",
     "request_policy:all_shards response_policy:all_succeeded"},
    {"quit", Quit, -1, Keys::None(), kGate | kNotQueued, kConnection, "1.0.0"},
    {"reset", Reset, 1, Keys::None(), kGate | kNotQueued, kConnection,
     "6.2.0"},
};
// clang-format on
static_assert(IsSorted(kConnectionCommands));

}  // namespace

std::span<const CommandSpec> ConnectionCommands() {
  return kConnectionCommands;
}

}  // namespace commands
