// Commands on keys of any type: whether they exist, what they are, and moving
// them about.

#include "commands/command.h"
#include "commands/errors.h"
#include "types/keyspace.h"

namespace commands {
namespace {

using base::Status;
using types::Keyspace;
using types::Slot;

Status Delete(Call& call) {
  Keyspace keys(call.txn);
  int64_t deleted = 0;
  for (const std::string_view key : call.args.rest()) {
    TRY_ASSIGN(const bool existed, keys.Delete(key));
    deleted += existed;
  }
  call.reply.Integer(deleted);
  return Status::Ok();
}

// EXISTS and TOUCH: how many of the words name a key.
Status Count(Call& call) {
  Keyspace keys(call.txn);
  int64_t count = 0;
  for (const std::string_view key : call.args.rest()) {
    TRY_ASSIGN(const Slot slot, keys.OpenToRead(key));
    count += slot.exists();
  }
  call.reply.Integer(count);
  return Status::Ok();
}

Status TypeOf(Call& call) {
  TRY_ASSIGN(const Slot slot, Keyspace(call.txn).OpenToRead(call.words[1]));
  call.reply.Simple(slot.exists() ? types::TypeName(slot.head->type) : "none");
  return Status::Ok();
}

// --- Renaming, copying, moving.

// False when the new name is taken and must not be replaced.
base::Result<bool> RenameKey(Call& call, bool replace) {
  Keyspace keys(call.txn);
  const std::string_view from = call.words[1];
  const std::string_view to = call.words[2];
  TRY_ASSIGN(const bool exists, keys.Exists(from));
  if (!exists) return Status::Invalid(kNoSuchKey);
  if (from == to) return replace;
  return keys.Rename(from, to, replace);
}

Status Rename(Call& call) {
  TRY(RenameKey(call, /*replace=*/true).status());
  call.reply.Ok();
  return Status::Ok();
}

Status RenameIfAbsent(Call& call) {
  TRY_ASSIGN(const bool renamed, RenameKey(call, /*replace=*/false));
  call.reply.Integer(renamed);
  return Status::Ok();
}

base::Result<int> ReadDatabase(Call& call) {
  const int64_t db = call.args.NextIntBetween(INT32_MIN, INT32_MAX);
  TRY(call.args.status());
  if (db < 0 || db >= call.txn.databases()) {
    return Status::Invalid(kDbOutOfRange);
  }
  return static_cast<int>(db);
}

// COPY source destination [DB n] [REPLACE]
Status Copy(Call& call) {
  ArgReader& args = call.args;
  const std::string_view from = args.Next();
  const std::string_view to = args.Next();
  int db = call.txn.db();
  bool replace = false;
  while (args.More()) {
    if (args.Take("REPLACE", replace)) continue;
    if (args.left() > 1 && args.Take("DB")) {
      TRY_ASSIGN(db, ReadDatabase(call));
      continue;
    }
    args.Fail();
  }
  TRY(args.status());
  if (db == call.txn.db() && from == to) return Status::Invalid(kSameObject);
  TRY_ASSIGN(const bool copied, Keyspace(call.txn).Copy(from, db, to, replace));
  call.reply.Integer(copied);
  return Status::Ok();
}

Status Move(Call& call) {
  const std::string_view key = call.args.Next();
  TRY_ASSIGN(const int db, ReadDatabase(call));
  if (db == call.txn.db()) return Status::Invalid(kSameObject);
  TRY_ASSIGN(const bool moved, Keyspace(call.txn).Move(key, db));
  call.reply.Integer(moved);
  return Status::Ok();
}

// name, handler, arity, keys, flags, categories, since
// (clang-format 14 fails on rows of unequal length.)
// clang-format off
constexpr CommandSpec kKeyCommands[] = {
    {"copy", Copy, -3, Keys::Two(kRO | kAccess, kOW | kUpdate),
     kWrite | kDenyOom, kKeyspace, "6.2.0"},
    {"del", Delete, -2, Keys::All(kRM | kDelete), kWrite | kFreesSpace,
     kKeyspace, "1.0.0", "request_policy:multi_shard response_policy:agg_sum"},
    {"exists", Count, -2, Keys::All(kRO), kReadOnly | kFast, kKeyspace, "1.0.0",
     "request_policy:multi_shard response_policy:agg_sum"},
    {"move", Move, 3, Keys::One(kRW | kAccess | kUpdate), kWrite | kFast,
     kKeyspace, "1.0.0"},
    {"rename", Rename, 3, Keys::Two(kRW | kAccess | kDelete, kOW | kUpdate),
     kWrite, kKeyspace, "1.0.0"},
    {"renamenx", RenameIfAbsent, 3,
     Keys::Two(kRW | kAccess | kDelete, kOW | kInsert), kWrite | kFast,
     kKeyspace, "1.0.0"},
    {"touch", Count, -2, Keys::All(kRO), kReadOnly | kFast, kKeyspace, "3.2.1",
     "request_policy:multi_shard response_policy:agg_sum"},
    {"type", TypeOf, 2, Keys::One(kRO), kReadOnly | kFast, kKeyspace, "1.0.0"},
    {"unlink", Delete, -2, Keys::All(kRM | kDelete),
     kWrite | kFast | kFreesSpace, kKeyspace, "4.0.0",
     "request_policy:multi_shard response_policy:agg_sum"},
};
// clang-format on
static_assert(IsSorted(kKeyCommands));

}  // namespace

std::span<const CommandSpec> KeyCommands() { return kKeyCommands; }

}  // namespace commands
