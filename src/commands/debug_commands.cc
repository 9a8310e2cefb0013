// DEBUG: for tests, of this server and of client libraries. Off unless
// enable-debug-command says otherwise.

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <thread>

#include "base/log.h"
#include "base/strings.h"
#include "commands/command.h"
#include "commands/data_digest.h"
#include "commands/debug_protocol.h"
#include "commands/errors.h"
#include "commands/help.h"
#include "commands/server.h"
#include "types/keyspace.h"

namespace commands {
namespace {

using base::Status;
using types::Keyspace;

// DEBUG SLEEP seconds: nobody is served meanwhile, which is what it is for.
Status Sleep(Call& call) {
  // As far as it is a number; "x" is none, and no time.
  const double seconds =
      std::strtod(std::string(call.args.Next()).c_str(), nullptr);
  if (seconds > 0) {
    call.txn.After([seconds] {
      std::this_thread::sleep_for(std::chrono::duration<double>(seconds));
    });
  }
  call.reply.Ok();
  return Status::Ok();
}

// DEBUG OBJECT key. The length is that of the value, not compressed.
Status Object(Call& call) {
  TRY_ASSIGN(const types::Slot slot, Keyspace(call.txn).Open(call.args.Next()));
  if (!slot.exists()) return Status::Invalid(kNoSuchKey);
  const int64_t written_ms = slot.sequence == 0
                                 ? call.now_ms
                                 : static_cast<int64_t>(slot.sequence / 1000);
  const int64_t idle_s = std::max<int64_t>(call.now_ms - written_ms, 0) / 1000;
  constexpr int64_t kClockTurn = 1 << 24;
  call.reply.Simple(base::StrCat(
      "Value at:0x0 refcount:1 encoding:",
      types::EncodingName(slot.head->encoding),
      " serializedlength:", slot.head->payload.size() + 1,
      " lru:", written_ms / 1000 % kClockTurn, " lru_seconds_idle:", idle_s));
  return Status::Ok();
}

Status SetActiveExpire(Call& call) {
  const bool active =
      std::strtol(std::string(call.args.Next()).c_str(), nullptr, 10) != 0;
  call.txn.After([&expiry = call.server.data.expiry(), active] {
    expiry.set_active(active);
  });
  call.reply.Ok();
  return Status::Ok();
}

Status Protocol(Call& call) {
  return WriteSample(call.args.Next(), call.reply);
}

Status Error(Call& call) { return Status::Invalid(call.args.Next()); }

Status Log(Call& call) {
  call.txn.After([message = std::string(call.args.Next())] {
    base::LogWarning("DEBUG LOG: ", message);
  });
  call.reply.Ok();
  return Status::Ok();
}

// --- Digests.

Status Digest(Call& call) {
  DataDigest all;
  for (int db = 0; db < call.txn.databases(); ++db) {
    Keyspace keys(call.txn, db);
    const size_t prefix_bytes = keys.RowOf("").size();
    bool began = false;
    const auto rows = keys.Rows("");
    for (; rows->Valid(); rows->Next()) {
      TRY_ASSIGN(const auto head, keys.HeadAt(*rows));
      if (!head) continue;
      if (!began) all.MixNumber(static_cast<uint32_t>(db));
      began = true;
      DataDigest one;
      one.Mix(rows->key().substr(prefix_bytes));
      one.AddValue(*head);
      all.Xor(one);
    }
    TRY(rows->status());
  }
  call.reply.Simple(all.Hex());
  return Status::Ok();
}

Status DigestValue(Call& call) {
  call.reply.Array(call.args.left());
  while (call.args.More()) {
    TRY_ASSIGN(const types::Slot slot,
               Keyspace(call.txn).Open(call.args.Next()));
    DataDigest digest;
    if (slot.exists()) digest.AddValue(*slot.head);
    call.reply.Simple(digest.Hex());
  }
  return Status::Ok();
}

// --- Closing the data and opening it again.

Status ReloadFromDisk(Call& call) {
  if (call.in_exec()) {
    return Status::Invalid("ERR the data cannot be closed in a transaction");
  }
  call.txn.After([&server = call.server, &session = call.session] {
    session.Block();
    const Status status = server.host->Reload();
    server.sessions.Unblock(session.id, /*gate=*/0, [&](resp::Writer& reply) {
      if (status.ok()) {
        reply.Ok();
      } else {
        server.statistics.NoteError("ERR");
        reply.Error(base::StrCat("ERR ", status.message()));
      }
    });
  });
  return Status::Ok();
}

// DEBUG RELOAD [MERGE] [NOFLUSH] [NOSAVE]: what is on disk is all there is, so
// none of them makes a difference.
Status Reload(Call& call) {
  while (call.args.More()) {
    if (call.args.Take("MERGE") || call.args.Take("NOFLUSH") ||
        call.args.Take("NOSAVE")) {
      continue;
    }
    return Status::Invalid(
        "ERR DEBUG RELOAD only supports the MERGE, NOFLUSH and NOSAVE "
        "options.");
  }
  return ReloadFromDisk(call);
}

Status Help(Call& call) {
  static constexpr std::string_view kLines[] = {
      "DIGEST",
      "    Output a hex signature representing the current DB content.",
      "DIGEST-VALUE <key> [<key> ...]",
      "    Output a hex signature of the values of all the specified keys.",
      "ERROR <string>",
      "    Return a Redis protocol error with <string> as message.",
      "LOADAOF",
      "    Close the data and open it again from disk.",
      "LOG <message>",
      "    Write <message> to the server log.",
      "OBJECT <key>",
      "    Show low level info about `key` and associated value.",
      "PROTOCOL <type>",
      "    Reply with a test value of the specified type: string, integer,",
      "    double, bignum, null, array, set, map, attrib, push, verbatim,",
      "    true, false.",
      "RELOAD [option ...]",
      "    Close the data and open it again from disk.",
      "SET-ACTIVE-EXPIRE <0|1>",
      "    Setting it to 0 leaves expired keys alone until they are accessed.",
      "SLEEP <seconds>",
      "    Stop the server for <seconds>. Decimals allowed.",
  };
  WriteHelp(call.reply, "DEBUG", kLines);
  return Status::Ok();
}

// DEBUG is one command with one row; its subcommands are no commands.
struct Subcommand {
  std::string_view name;
  Status (*handler)(Call&);
  // Words after the name.
  size_t words_min;
  size_t words_max;
};
constexpr size_t kAny = SIZE_MAX;
constexpr Subcommand kSubcommands[] = {
    {"digest",            Digest,          0, 0   },
    {"digest-value",      DigestValue,     0, kAny},
    {"error",             Error,           1, 1   },
    {"help",              Help,            0, 0   },
    {"loadaof",           ReloadFromDisk,  0, 0   },
    {"log",               Log,             1, 1   },
    {"object",            Object,          1, 1   },
    {"protocol",          Protocol,        1, 1   },
    {"reload",            Reload,          0, kAny},
    {"set-active-expire", SetActiveExpire, 1, 1   },
    {"sleep",             Sleep,           1, 1   },
};

Status Debug(Call& call) {
  const std::string_view name = call.args.Next();
  for (const Subcommand& subcommand : kSubcommands) {
    if (!base::EqualsIgnoreCase(name, subcommand.name)) continue;
    const size_t words = call.args.left();
    if (words >= subcommand.words_min && words <= subcommand.words_max) {
      return subcommand.handler(call);
    }
  }
  return Status::Invalid(WrongSubcommand(name, "DEBUG"));
}

// name, handler, arity, keys, flags, categories, since
// (clang-format 14 fails on rows of unequal length.)
// clang-format off
constexpr CommandSpec kDebugCommands[] = {
    {"debug", Debug, -2, Keys::None(),
     kAdmin | kNoScript | kLoading | kStale | kProtected, kCategoryNone,
     "1.0.0"},
};
// clang-format on

}  // namespace

std::span<const CommandSpec> DebugCommands() { return kDebugCommands; }

}  // namespace commands
