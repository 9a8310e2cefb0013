// Commands on whole databases: choosing one, counting, emptying and exchanging
// them. All of them cost the same whatever the databases hold.

#include <string>
#include <vector>

#include "commands/command.h"
#include "commands/errors.h"
#include "commands/server.h"
#include "types/keyspace.h"

namespace commands {
namespace {

using base::Status;
using types::Keyspace;

base::Result<int> CheckDatabase(const Call& call, int64_t db) {
  if (db < 0 || db >= call.txn.databases()) {
    return Status::Invalid(kDbOutOfRange);
  }
  return static_cast<int>(db);
}

Status Select(Call& call) {
  const int64_t number = call.args.NextIntBetween(INT32_MIN, INT32_MAX);
  TRY(call.args.status());
  TRY_ASSIGN(const int db, CheckDatabase(call, number));
  call.txn.set_db(db);
  call.txn.After([&session = call.session, db] { session.db = db; });
  call.reply.Ok();
  return Status::Ok();
}

Status Size(Call& call) {
  TRY_ASSIGN(const int64_t keys, Keyspace(call.txn).ExactSize());
  call.reply.Integer(keys);
  return Status::Ok();
}

// Notes those watched keys of `db` as touched that exist in it or in
// `replacement`, which is about to take its place.
Status TouchWatched(Call& call, int db, int replacement) {
  bool missed = false;
  for (const std::string& key : call.server.sessions.watches().KeysIn(db)) {
    bool exists[2] = {false, false};
    for (const bool other : {false, true}) {
      const base::Result<bool> found =
          Keyspace(call.txn, other ? replacement : db).Exists(key);
      if (found.ok()) {
        exists[other] = found.value();
      } else if (found.status().IsMiss()) {
        missed = true;
      } else {
        return found.status();
      }
    }
    if (!exists[0] && !exists[1]) continue;
    call.txn.NoteWritten(db, call.txn.arena().Copy(key), /*deleted=*/false);
  }
  return missed ? Status::Miss() : Status::Ok();
}

// FLUSHDB and FLUSHALL [ASYNC | SYNC]: the rows become garbage either way, and
// are taken apart in the background.
Status ReadFlushMode(ArgReader& args) {
  if (args.left() > 1) args.Fail();
  if (args.More() && !args.Take("SYNC") && !args.Take("ASYNC")) args.Fail();
  return args.status();
}

Status FlushDatabase(Call& call) {
  TRY(ReadFlushMode(call.args));
  const int db = call.txn.db();
  TRY(TouchWatched(call, db, db));
  Keyspace(call.txn).Flush();
  call.reply.Ok();
  return Status::Ok();
}

Status FlushAll(Call& call) {
  TRY(ReadFlushMode(call.args));
  for (int db = 0; db < call.txn.databases(); ++db) {
    TRY(TouchWatched(call, db, db));
  }
  for (int db = 0; db < call.txn.databases(); ++db) {
    Keyspace(call.txn, db).Flush();
  }
  call.reply.Ok();
  return Status::Ok();
}

Status SwapDatabases(Call& call) {
  const int64_t first = call.args.NextIntBetween(INT32_MIN, INT32_MAX,
                                                 "ERR invalid first DB index");
  const int64_t second = call.args.NextIntBetween(
      INT32_MIN, INT32_MAX, "ERR invalid second DB index");
  TRY(call.args.status());
  TRY_ASSIGN(const int a, CheckDatabase(call, first));
  TRY_ASSIGN(const int b, CheckDatabase(call, second));
  if (a != b) {
    TRY(TouchWatched(call, a, b));
    TRY(TouchWatched(call, b, a));
    call.txn.SwapDatabases(a, b);
  }
  call.reply.Ok();
  return Status::Ok();
}

// name, handler, arity, keys, flags, categories, since, tips
// (clang-format 14 fails on rows of unequal length.)
// clang-format off
constexpr CommandSpec kDatabaseCommands[] = {
    {"dbsize", Size, 1, Keys::None(), kReadOnly | kFast, kKeyspace, "1.0.0",
     "request_policy:all_shards response_policy:agg_sum"},
    {"flushall", FlushAll, -1, Keys::None(), kWrite | kFreesSpace,
     kKeyspace | kDangerous, "1.0.0",
     "request_policy:all_shards response_policy:all_succeeded"},
    {"flushdb", FlushDatabase, -1, Keys::None(), kWrite | kFreesSpace,
     kKeyspace | kDangerous, "1.0.0",
     "request_policy:all_shards response_policy:all_succeeded"},
    {"select", Select, 2, Keys::None(),
     kLoading | kStale | kFast | kSelects, kConnection,
     "1.0.0"},
    {"swapdb", SwapDatabases, 3, Keys::None(), kWrite | kFast,
     kKeyspace | kDangerous, "4.0.0"},
};
// clang-format on
static_assert(IsSorted(kDatabaseCommands));

}  // namespace

std::span<const CommandSpec> DatabaseCommands() { return kDatabaseCommands; }

}  // namespace commands
