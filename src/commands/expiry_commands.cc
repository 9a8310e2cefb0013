// Commands about a key's time of death: setting it, asking for it, taking it
// away.

#include "base/strings.h"
#include "commands/command.h"
#include "commands/errors.h"
#include "types/keyspace.h"

namespace commands {
namespace {

using base::Status;
using types::Keyspace;
using types::Slot;

// Which times may replace which.
struct Condition {
  bool if_none = false;     // NX
  bool if_any = false;      // XX
  bool if_later = false;    // GT
  bool if_earlier = false;  // LT

  // A key without a time of death lives longest.
  bool Allows(int64_t now, int64_t wanted) const {
    if (if_none && now != 0) return false;
    if (if_any && now == 0) return false;
    if (if_later && (now == 0 || wanted <= now)) return false;
    if (if_earlier && now != 0 && wanted >= now) return false;
    return true;
  }
};

base::Result<Condition> ReadCondition(ArgReader& args) {
  Condition condition;
  while (args.More()) {
    if (args.Take("NX", condition.if_none)) continue;
    if (args.Take("XX", condition.if_any)) continue;
    if (args.Take("GT", condition.if_later)) continue;
    if (args.Take("LT", condition.if_earlier)) continue;
    args.Fail(base::StrCat("ERR Unsupported option ", Echoed(args.Peek())));
  }
  TRY(args.status());
  if (condition.if_none &&
      (condition.if_any || condition.if_later || condition.if_earlier)) {
    return Status::Invalid(
        "ERR NX and XX, GT or LT options at the same time are not compatible");
  }
  if (condition.if_later && condition.if_earlier) {
    return Status::Invalid(
        "ERR GT and LT options at the same time are not compatible");
  }
  return condition;
}

// A negative number is a time that has been; only overflow is a mistake.
base::Result<int64_t> ExpiresMs(const Call& call, int64_t number,
                                int64_t unit_ms, int64_t since_ms) {
  int64_t expires_ms = 0;
  if (__builtin_mul_overflow(number, unit_ms, &expires_ms) ||
      __builtin_add_overflow(expires_ms, since_ms, &expires_ms)) {
    return Status::Invalid(base::StrCat("ERR invalid expire time in '",
                                        call.spec.name, "' command"));
  }
  return expires_ms;
}

// [P]EXPIRE[AT] key time [NX | XX | GT | LT]
Status SetExpiry(Call& call, int64_t unit_ms, int64_t since_ms) {
  const std::string_view key = call.args.Next();
  const std::string_view time = call.args.Next();
  TRY_ASSIGN(const Condition condition, ReadCondition(call.args));
  const std::optional<int64_t> number = base::ParseInt(time);
  if (!number) return Status::Invalid(kNotAnInteger);
  TRY_ASSIGN(const int64_t expires_ms,
             ExpiresMs(call, *number, unit_ms, since_ms));

  Keyspace keys(call.txn);
  TRY_ASSIGN(Slot slot, keys.Open(key));
  const bool allowed =
      slot.exists() && condition.Allows(slot.head->expires_ms, expires_ms);
  call.reply.Integer(allowed);
  if (!allowed) return Status::Ok();
  return expires_ms <= call.now_ms ? keys.Delete(slot)
                                   : keys.SetExpiry(slot, expires_ms);
}

Status Expire(Call& call) { return SetExpiry(call, 1000, call.now_ms); }
Status ExpireAt(Call& call) { return SetExpiry(call, 1000, 0); }
Status ExpireMillis(Call& call) { return SetExpiry(call, 1, call.now_ms); }
Status ExpireAtMillis(Call& call) { return SetExpiry(call, 1, 0); }

// What they answer for keys that have no time of death, or do not exist.
constexpr int64_t kNever = -1;
constexpr int64_t kNoKey = -2;

Status ReplyTime(Call& call, int64_t unit_ms, int64_t since_ms) {
  TRY_ASSIGN(const Slot slot, Keyspace(call.txn).OpenToRead(call.words[1]));
  int64_t answer = kNoKey;
  if (slot.exists()) {
    const int64_t expires_ms = slot.head->expires_ms;
    const int64_t ms = std::max<int64_t>(expires_ms - since_ms, 0);
    // Seconds are rounded to the nearest.
    const bool up = ms % unit_ms > (unit_ms - 1) / 2;
    answer = expires_ms == 0 ? kNever : ms / unit_ms + up;
  }
  call.reply.Integer(answer);
  return Status::Ok();
}

Status TimeToLive(Call& call) { return ReplyTime(call, 1000, call.now_ms); }
Status MillisToLive(Call& call) { return ReplyTime(call, 1, call.now_ms); }
Status ExpireTime(Call& call) { return ReplyTime(call, 1000, 0); }
Status ExpireTimeMillis(Call& call) { return ReplyTime(call, 1, 0); }

Status Persist(Call& call) {
  Keyspace keys(call.txn);
  TRY_ASSIGN(Slot slot, keys.Open(call.words[1]));
  const bool expires = slot.exists() && slot.head->expires_ms != 0;
  call.reply.Integer(expires);
  return expires ? keys.SetExpiry(slot, 0) : Status::Ok();
}

// name, handler, arity, keys, flags, categories, since
// (clang-format 14 fails on rows of unequal length.)
// clang-format off
constexpr CommandSpec kExpiryCommands[] = {
    {"expire", Expire, -3, Keys::One(kRW | kUpdate), kWrite | kFast, kKeyspace,
     "1.0.0"},
    {"expireat", ExpireAt, -3, Keys::One(kRW | kUpdate), kWrite | kFast,
     kKeyspace, "1.2.0"},
    {"expiretime", ExpireTime, 2, Keys::One(kRO | kAccess), kReadOnly | kFast,
     kKeyspace, "7.0.0"},
    {"persist", Persist, 2, Keys::One(kRW | kUpdate), kWrite | kFast, kKeyspace,
     "2.2.0"},
    {"pexpire", ExpireMillis, -3, Keys::One(kRW | kUpdate), kWrite | kFast,
     kKeyspace, "2.6.0"},
    {"pexpireat", ExpireAtMillis, -3, Keys::One(kRW | kUpdate), kWrite | kFast,
     kKeyspace, "2.6.0"},
    {"pexpiretime", ExpireTimeMillis, 2, Keys::One(kRO | kAccess),
     kReadOnly | kFast, kKeyspace, "7.0.0"},
    {"pttl", MillisToLive, 2, Keys::One(kRO | kAccess), kReadOnly | kFast,
     kKeyspace, "2.6.0", "nondeterministic_output"},
    {"ttl", TimeToLive, 2, Keys::One(kRO | kAccess), kReadOnly | kFast,
     kKeyspace, "1.0.0", "nondeterministic_output"},
};
// clang-format on
static_assert(IsSorted(kExpiryCommands));

}  // namespace

std::span<const CommandSpec> ExpiryCommands() { return kExpiryCommands; }

}  // namespace commands
