// Commands whose value is a plain string.
//
// A handler only speaks. It reads words, asks types/ for the work, and phrases
// the reply; committing and reporting failures belong to dispatch.cc.
//
// The table at the bottom is the only place that knows a command's name, shape
// and rights. To add a command: write its handler, add its row, and add a
// transcript to tests/commands/string.txt.

#include "commands/command.h"
#include "commands/errors.h"
#include "commands/longest_common_command.h"
#include "commands/server.h"
#include "types/string.h"

namespace commands {
namespace {

using base::Status;
using types::Keyspace;
using types::SetOptions;
using types::Slot;
using OptionalText = std::optional<std::string_view>;

void BulkOrNull(resp::Writer& reply, const OptionalText& text) {
  if (text) {
    reply.Bulk(*text);
  } else {
    reply.Null();
  }
}

Status Get(Call& call) {
  TRY_ASSIGN(const OptionalText value, types::Get(call.txn, call.words[1]));
  BulkOrNull(call.reply, value);
  return Status::Ok();
}

// SET key value [NX | XX] [GET] [EX s | PX ms | EXAT s | PXAT ms | KEEPTTL]
Status Set(Call& call) {
  ArgReader& args = call.args;
  const std::string_view key = args.Next();
  const std::string_view value = args.Next();

  SetOptions options;
  std::optional<ExpiryArg> expiry;
  while (args.More()) {
    if (args.Take("NX", options.require, types::Require::kAbsent)) continue;
    if (args.Take("XX", options.require, types::Require::kPresent)) continue;
    if (args.Take("GET", options.want_old)) continue;
    if (args.Take("KEEPTTL", options.keep_expiry)) continue;
    if (args.TakeExpiry(expiry)) continue;
    args.Fail();
  }
  if (options.keep_expiry && expiry) args.Fail();
  TRY(args.status());
  if (expiry) {
    TRY_ASSIGN(options.expires_ms, args.ExpiresMs(*expiry, call.now_ms));
  }

  TRY_ASSIGN(const types::SetOutcome done,
             types::Set(call.txn, key, value, options));
  if (options.want_old) {
    BulkOrNull(call.reply, done.old);
  } else if (done.written) {
    call.reply.Ok();
  } else {
    call.reply.Null();
  }
  return Status::Ok();
}

Status SetExpiring(Call& call, bool seconds) {
  const ExpiryArg expiry{call.words[2], seconds, /*absolute=*/false};
  SetOptions options;
  TRY_ASSIGN(options.expires_ms, call.args.ExpiresMs(expiry, call.now_ms));
  TRY(types::Set(call.txn, call.words[1], call.words[3], options).status());
  call.reply.Ok();
  return Status::Ok();
}
Status SetSeconds(Call& call) { return SetExpiring(call, true); }
Status SetMillis(Call& call) { return SetExpiring(call, false); }

Status SetIfAbsent(Call& call) {
  SetOptions options;
  options.require = types::Require::kAbsent;
  TRY_ASSIGN(const types::SetOutcome done,
             types::Set(call.txn, call.words[1], call.words[2], options));
  call.reply.Integer(done.written);
  return Status::Ok();
}

Status GetSet(Call& call) {
  SetOptions options;
  options.want_old = true;
  TRY_ASSIGN(const types::SetOutcome done,
             types::Set(call.txn, call.words[1], call.words[2], options));
  BulkOrNull(call.reply, done.old);
  return Status::Ok();
}

Status GetDelete(Call& call) {
  TRY_ASSIGN(Slot slot, types::OpenString(call.txn, call.words[1]));
  call.txn.NoteHit(slot.exists());
  if (!slot.exists()) {
    call.reply.Null();
    return Status::Ok();
  }
  call.reply.Bulk(slot.head->payload);
  return Keyspace(call.txn).Delete(slot);
}

// GETEX key [EX s | PX ms | EXAT s | PXAT ms | PERSIST]
Status GetExpiring(Call& call) {
  ArgReader& args = call.args;
  const std::string_view key = args.Next();
  std::optional<ExpiryArg> expiry;
  bool persist = false;
  while (args.More()) {
    if (args.Take("PERSIST", persist)) continue;
    if (args.TakeExpiry(expiry)) continue;
    args.Fail();
  }
  if (persist && expiry) args.Fail();
  TRY(args.status());

  TRY_ASSIGN(Slot slot, types::OpenString(call.txn, key));
  call.txn.NoteHit(slot.exists());
  if (!slot.exists()) {
    call.reply.Null();
    return Status::Ok();
  }
  Keyspace keys(call.txn);
  call.reply.Bulk(slot.head->payload);
  if (expiry) {
    TRY_ASSIGN(const int64_t expires_ms, args.ExpiresMs(*expiry, call.now_ms));
    return expires_ms <= call.now_ms ? keys.Delete(slot)
                                     : keys.SetExpiry(slot, expires_ms);
  }
  if (persist && slot.head->expires_ms != 0) return keys.SetExpiry(slot, 0);
  return Status::Ok();
}

Status MultiGet(Call& call) {
  call.reply.Array(call.args.left());
  for (const std::string_view key : call.args.rest()) {
    TRY_ASSIGN(const OptionalText value, types::GetIfString(call.txn, key));
    BulkOrNull(call.reply, value);
  }
  return Status::Ok();
}

Status SetPairs(Call& call) {
  while (call.args.More()) {
    const std::string_view key = call.args.Next();
    const std::string_view value = call.args.Next();
    TRY(types::Set(call.txn, key, value, {}).status());
  }
  return Status::Ok();
}

Status MultiSet(Call& call) {
  if (call.args.left() % 2 != 0) {
    return Status::Invalid(WrongArity(call.spec.name));
  }
  TRY(SetPairs(call));
  call.reply.Ok();
  return Status::Ok();
}

// All of them or, if one key exists, none.
Status MultiSetIfAbsent(Call& call) {
  if (call.args.left() % 2 != 0) {
    return Status::Invalid(WrongArity(call.spec.name));
  }
  for (size_t i = 1; i < call.words.size(); i += 2) {
    TRY_ASSIGN(const bool exists, Keyspace(call.txn).Exists(call.words[i]));
    if (exists) {
      call.reply.Integer(0);
      return Status::Ok();
    }
  }
  TRY(SetPairs(call));
  call.reply.Integer(1);
  return Status::Ok();
}

Status Append(Call& call) {
  TRY_ASSIGN(const int64_t size,
             types::Append(call.txn, call.words[1], call.words[2],
                           call.server.rules.bulk_bytes_max));
  call.reply.Integer(size);
  return Status::Ok();
}

Status Length(Call& call) {
  TRY_ASSIGN(const OptionalText value, types::Get(call.txn, call.words[1]));
  call.reply.Integer(value ? static_cast<int64_t>(value->size()) : 0);
  return Status::Ok();
}

Status GetRange(Call& call) {
  const std::string_view key = call.args.Next();
  const int64_t first = call.args.NextInt();
  const int64_t last = call.args.NextInt();
  TRY(call.args.status());
  TRY_ASSIGN(const OptionalText value, types::Get(call.txn, key));
  call.reply.Bulk(types::Slice(value.value_or(""), first, last));
  return Status::Ok();
}

Status SetRange(Call& call) {
  const std::string_view key = call.args.Next();
  const int64_t offset = call.args.NextInt();
  const std::string_view patch = call.args.Next();
  TRY(call.args.status());
  if (offset < 0) return Status::Invalid("ERR offset is out of range");
  TRY_ASSIGN(const int64_t size,
             types::SetRange(call.txn, key, offset, patch,
                             call.server.rules.bulk_bytes_max));
  call.reply.Integer(size);
  return Status::Ok();
}

// --- Numbers.

Status IncrementBy(Call& call, int64_t by) {
  TRY_ASSIGN(const int64_t number,
             types::Increment(call.txn, call.words[1], by));
  call.reply.Integer(number);
  return Status::Ok();
}

Status Increment(Call& call) { return IncrementBy(call, 1); }
Status Decrement(Call& call) { return IncrementBy(call, -1); }

Status IncrementBy(Call& call) {
  call.args.Next();
  const int64_t by = call.args.NextInt();
  TRY(call.args.status());
  return IncrementBy(call, by);
}

Status DecrementBy(Call& call) {
  call.args.Next();
  const int64_t by = call.args.NextInt();
  TRY(call.args.status());
  if (by == INT64_MIN) return Status::Invalid("ERR decrement would overflow");
  return IncrementBy(call, -by);
}

Status IncrementByFloat(Call& call) {
  TRY_ASSIGN(const std::string number,
             types::IncrementFloat(call.txn, call.words[1], call.words[2]));
  call.reply.Bulk(number);
  return Status::Ok();
}

// name, handler, arity, keys, flags, categories, since
// (clang-format 14 fails on rows of unequal length.)
// clang-format off
constexpr CommandSpec kStringCommands[] = {
    {"append", Append, 3, Keys::One(kRW | kInsert), kWrite | kDenyOom | kFast,
     kString, "2.0.0"},
    {"decr", Decrement, 2, Keys::One(kRW | kAccess | kUpdate),
     kWrite | kDenyOom | kFast, kString, "1.0.0"},
    {"decrby", DecrementBy, 3, Keys::One(kRW | kAccess | kUpdate),
     kWrite | kDenyOom | kFast, kString, "1.0.0"},
    {"get", Get, 2, Keys::One(kRO | kAccess), kReadOnly | kFast, kString,
     "1.0.0"},
    {"getdel", GetDelete, 2, Keys::One(kRW | kAccess | kDelete), kWrite | kFast,
     kString, "6.2.0"},
    {"getex", GetExpiring, -2,
     Keys::One(kRW | kAccess | kUpdate,
               "RW and UPDATE because it changes the TTL"),
     kWrite | kFast, kString, "6.2.0"},
    {"getrange", GetRange, 4, Keys::One(kRO | kAccess), kReadOnly, kString,
     "2.4.0"},
    {"getset", GetSet, 3, Keys::One(kRW | kAccess | kUpdate),
     kWrite | kDenyOom | kFast, kString, "1.0.0"},
    {"incr", Increment, 2, Keys::One(kRW | kAccess | kUpdate),
     kWrite | kDenyOom | kFast, kString, "1.0.0"},
    {"incrby", IncrementBy, 3, Keys::One(kRW | kAccess | kUpdate),
     kWrite | kDenyOom | kFast, kString, "1.0.0"},
    {"incrbyfloat", IncrementByFloat, 3, Keys::One(kRW | kAccess | kUpdate),
     kWrite | kDenyOom | kFast, kString, "2.6.0"},
    {"lcs", LongestCommon, -3, Keys::Range(1, 2, kRO | kAccess), kReadOnly,
     kString, "7.0.0"},
    {"mget", MultiGet, -2, Keys::All(kRO | kAccess), kReadOnly | kFast, kString,
     "1.0.0", "request_policy:multi_shard"},
    {"mset", MultiSet, -3, Keys::All(kOW | kUpdate, 2), kWrite | kDenyOom,
     kString, "1.0.1",
     "request_policy:multi_shard response_policy:all_succeeded"},
    {"msetnx", MultiSetIfAbsent, -3, Keys::All(kOW | kInsert, 2),
     kWrite | kDenyOom, kString, "1.0.1",
     "request_policy:multi_shard response_policy:agg_min"},
    {"psetex", SetMillis, 4, Keys::One(kOW | kUpdate), kWrite | kDenyOom,
     kString, "2.6.0"},
    {"set", Set, -3,
     Keys::One(kRW | kAccess | kUpdate | kVariableFlags,
               "RW and ACCESS due to the optional `GET` argument"),
     kWrite | kDenyOom, kString, "1.0.0"},
    {"setex", SetSeconds, 4, Keys::One(kOW | kUpdate), kWrite | kDenyOom,
     kString, "2.0.0"},
    {"setnx", SetIfAbsent, 3, Keys::One(kOW | kInsert),
     kWrite | kDenyOom | kFast, kString, "1.0.0"},
    {"setrange", SetRange, 4, Keys::One(kRW | kUpdate), kWrite | kDenyOom,
     kString, "2.2.0"},
    {"strlen", Length, 2, Keys::One(kRO), kReadOnly | kFast, kString, "2.2.0"},
    {"substr", GetRange, 4, Keys::One(kRO | kAccess), kReadOnly, kString,
     "1.0.0"},
};
// clang-format on
static_assert(IsSorted(kStringCommands));

}  // namespace

std::span<const CommandSpec> StringCommands() { return kStringCommands; }

}  // namespace commands
