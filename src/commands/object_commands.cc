// OBJECT: how a value is kept.

#include "base/strings.h"
#include "commands/command.h"
#include "commands/help.h"
#include "commands/server.h"
#include "types/keyspace.h"

namespace commands {
namespace {

using base::Status;
using types::Slot;

// Redis keeps one object for each of these numbers and counts it as shared
// without end.
constexpr int64_t kSharedNumbers = 10000;
constexpr int64_t kSharedReferences = INT32_MAX;

base::Result<Slot> OpenObject(Call& call) {
  return types::Keyspace(call.txn).OpenToRead(call.args.Next());
}

Status Encoding(Call& call) {
  TRY_ASSIGN(const Slot slot, OpenObject(call));
  if (slot.exists()) {
    call.reply.Bulk(types::EncodingName(slot.head->encoding));
  } else {
    call.reply.Null();
  }
  return Status::Ok();
}

Status RefCount(Call& call) {
  TRY_ASSIGN(const Slot slot, OpenObject(call));
  if (!slot.exists()) {
    call.reply.Null();
    return Status::Ok();
  }
  int64_t references = 1;
  if (slot.head->encoding == types::Encoding::kInt) {
    const int64_t number = base::ParseInt(slot.head->payload).value_or(-1);
    if (number >= 0 && number < kSharedNumbers) references = kSharedReferences;
  }
  call.reply.Integer(references);
  return Status::Ok();
}

// Access times are not kept: the time of the last write stands in for them,
// which a sequence carries at no cost.
Status IdleTime(Call& call) {
  TRY_ASSIGN(const Slot slot, OpenObject(call));
  if (!slot.exists()) {
    call.reply.Null();
    return Status::Ok();
  }
  if (call.server.rules.tracks_frequency) {
    return Status::Invalid(
        "ERR An LFU maxmemory policy is selected, idle time not tracked. "
        "Please note that when switching between policies at runtime LRU and "
        "LFU data will take some time to adjust.");
  }
  const int64_t written_ms = slot.sequence == 0
                                 ? call.now_ms
                                 : static_cast<int64_t>(slot.sequence / 1000);
  call.reply.Integer(std::max<int64_t>(call.now_ms - written_ms, 0) / 1000);
  return Status::Ok();
}

// Accesses are not counted; with an LFU policy every key is as new.
Status Frequency(Call& call) {
  constexpr int64_t kOfNewKeys = 5;
  TRY_ASSIGN(const Slot slot, OpenObject(call));
  if (!slot.exists()) {
    call.reply.Null();
    return Status::Ok();
  }
  if (!call.server.rules.tracks_frequency) {
    return Status::Invalid(
        "ERR An LFU maxmemory policy is not selected, access frequency not "
        "tracked. Please note that when switching between policies at runtime "
        "LRU and LFU data will take some time to adjust.");
  }
  call.reply.Integer(kOfNewKeys);
  return Status::Ok();
}

Status Help(Call& call) {
  static constexpr std::string_view kLines[] = {
      "ENCODING <key>",
      "    Return the kind of internal representation used in order to store "
      "the value",
      "    associated with a <key>.",
      "FREQ <key>",
      "    Return the access frequency index of the <key>. The returned "
      "integer is",
      "    proportional to the logarithm of the recent access frequency of "
      "the key.",
      "IDLETIME <key>",
      "    Return the idle time of the <key>, that is the approximated number "
      "of",
      "    seconds elapsed since the last access to the key.",
      "REFCOUNT <key>",
      "    Return the number of references of the value associated with the "
      "specified",
      "    <key>.",
  };
  WriteHelp(call.reply, "OBJECT", kLines);
  return Status::Ok();
}

// name, handler, arity, keys, flags, categories, since, tips
// (clang-format 14 fails on rows of unequal length.)
// clang-format off
constexpr CommandSpec kObjectSubcommands[] = {
    {"encoding", Encoding, 3, Keys::At(2, kRO), kReadOnly, kKeyspace, "2.2.3",
     "nondeterministic_output"},
    {"freq", Frequency, 3, Keys::At(2, kRO), kReadOnly, kKeyspace, "4.0.0",
     "nondeterministic_output"},
    {"help", Help, 2, Keys::None(), kLoading | kStale, kKeyspace, "6.2.0"},
    {"idletime", IdleTime, 3, Keys::At(2, kRO), kReadOnly, kKeyspace, "2.2.3",
     "nondeterministic_output"},
    {"refcount", RefCount, 3, Keys::At(2, kRO), kReadOnly, kKeyspace, "2.2.3",
     "nondeterministic_output"},
};
static_assert(IsSorted(kObjectSubcommands));

constexpr CommandSpec kObjectCommands[] = {
    {"object", nullptr, -2, Keys::None(), 0, kCategoryNone, "2.2.3", {},
     kObjectSubcommands},
};
// clang-format on

}  // namespace

std::span<const CommandSpec> ObjectCommands() { return kObjectCommands; }

}  // namespace commands
