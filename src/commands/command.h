// What a command is: a row of data, and a function that speaks.
//
//   words --> row (name, arity, keys, rights) --> Handler(Call) --> reply
//
// Everything about a command that is not its doing stands in its row, and the
// rest is derived from it: the arity check, its keys, what MULTI and a full
// disk allow, COMMAND INFO, its statistics, and which tests must exist.
//
// A handler reads words, asks types/ for the work, and phrases the reply. It
// may be run again (see types/txn.h): it writes to call.txn and call.reply, and
// puts everything else on call.txn.After. When rows are missing the next run
// comes once they were read, and others are served until then: whatever a
// handler has seen of rows, sessions or settings in one run may be different in
// the next. Only the clock and the random numbers stay, so that it looks at the
// same rows again. A Status that it returns is the
// reply: Invalid goes to the client word for word, and whatever the handler
// had put, replied or planned for afterwards is taken back. Errors are given
// this way and not with reply.Error, so that they are counted.
//
// To add a command: write its handler, add its row to the table at the bottom
// of its family's file, and add a transcript to tests/commands.
//
// Threads: rows are immutable; a Call is loop-bound and lives for one run.

#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "base/status.h"
#include "commands/arg_reader.h"
#include "resp/words.h"
#include "resp/writer.h"
#include "types/txn.h"

namespace commands {

struct CommandSpec;
struct Server;
struct Staged;
class Session;

struct Call {
  const CommandSpec& spec;
  // The whole request; words[0] is the name as the client wrote it.
  resp::Words words;
  // What follows the name (and the subcommand's name).
  ArgReader args;
  types::Txn& txn;
  resp::Writer& reply;
  Session& session;
  Server& server;
  int64_t now_ms;
  // Null outside of EXEC.
  Staged* staged;

  // Inside EXEC nothing blocks.
  bool in_exec() const { return staged != nullptr; }
};

using Handler = base::Status (*)(Call&);

// In the order in which COMMAND INFO names them.
enum CommandFlag : uint32_t {
  kWrite = 1u << 0,
  kReadOnly = 1u << 1,
  kDenyOom = 1u << 2,
  kAdmin = 1u << 3,
  kPubSub = 1u << 4,
  kNoScript = 1u << 5,
  kBlocking = 1u << 6,
  kLoading = 1u << 7,
  kStale = 1u << 8,
  kSkipMonitor = 1u << 9,
  kSkipSlowlog = 1u << 10,
  kFast = 1u << 11,
  kNoAuth = 1u << 12,
  kMayReplicate = 1u << 13,
  kNoMandatoryKeys = 1u << 14,
  kProtected = 1u << 15,
  kNoAsyncLoading = 1u << 16,
  kNoMulti = 1u << 17,
  kMovableKeys = 1u << 18,
  kAllowBusy = 1u << 19,

  // Ours, not shown. Frees space, so a full disk lets it through.
  kFreesSpace = 1u << 24,
  // Runs inside MULTI instead of being queued.
  kNotQueued = 1u << 25,
  // Its arguments are not for a log or a monitor (AUTH and the like).
  kSecret = 1u << 26,
  // EXEC: what is queued counts as its own flags.
  kRunsQueue = 1u << 27,
  // What follows in a transaction is about another database.
  kSelects = 1u << 28,
};

// ACL categories that do not follow from the flags. (@write, @read, @admin,
// @dangerous of an admin command, @pubsub, @fast or @slow, @blocking do.)
enum Category : uint32_t {
  kCategoryNone = 0,
  kKeyspace = 1u << 0,
  kString = 1u << 1,
  kConnection = 1u << 2,
  kTransaction = 1u << 3,
  kDangerous = 1u << 4,
  kScripting = 1u << 5,
  kHash = 1u << 6,
  kList = 1u << 7,
  kSet = 1u << 8,
  kSortedSet = 1u << 9,
  kStream = 1u << 10,
  kBitmap = 1u << 11,
  kHyperLogLog = 1u << 12,
  kGeo = 1u << 13,
  // @admin of a command that has not the flag (ROLE).
  kAdministration = 1u << 14,
};

// What a command does to the keys of one spec, in COMMAND INFO's words.
enum KeyFlag : uint16_t {
  kRO = 1u << 0,
  kRW = 1u << 1,
  kOW = 1u << 2,
  kRM = 1u << 3,
  kAccess = 1u << 4,
  kUpdate = 1u << 5,
  kInsert = 1u << 6,
  kDelete = 1u << 7,
  kNotKey = 1u << 8,
  kIncomplete = 1u << 9,
  kVariableFlags = 1u << 10,
};

// One group of keys in a request: where it begins, how it goes on. Words count
// from 0, the command's name (also for subcommands).
struct KeySpec {
  uint16_t flags = 0;
  int first = 0;
  // Relative to `first`; -1 is the last word, -2 the one before.
  int last = 0;
  int step = 1;
  std::string_view notes = {};
};

// Where the keys of a command are.
struct Keys {
  std::array<KeySpec, 2> specs = {};
  int count = 0;

  static constexpr Keys None() { return {}; }
  // The first word after the name.
  static constexpr Keys One(uint16_t flags, std::string_view notes = {}) {
    return At(1, flags, notes);
  }
  static constexpr Keys At(int first, uint16_t flags,
                           std::string_view notes = {}) {
    return {{KeySpec{flags, first, 0, 1, notes}}, 1};
  }
  // Two keys that are used differently, side by side.
  static constexpr Keys Two(uint16_t first_flags, uint16_t second_flags) {
    return {
        {KeySpec{first_flags, 1, 0, 1}, KeySpec{second_flags, 2, 0, 1}},
        2
    };
  }
  // From the first word to the last.
  static constexpr Keys All(uint16_t flags, int step = 1) {
    return {{KeySpec{flags, 1, -1, step}}, 1};
  }
  // Words `first` to `last`.
  static constexpr Keys Range(int first, int last, uint16_t flags) {
    return {{KeySpec{flags, first, last - first, 1}}, 1};
  }

  constexpr bool none() const { return count == 0; }
  // As COMMAND INFO shows them: all specs together. 0 when there are none.
  constexpr int first() const { return none() ? 0 : specs[0].first; }
  constexpr int last() const {
    if (none()) return 0;
    const KeySpec& spec = specs[count - 1];
    return spec.last < 0 ? spec.last : spec.first + spec.last;
  }
  constexpr int step() const { return none() ? 0 : specs[0].step; }
};

// Calls visit(word index) for each key of a request of `words` words that has
// passed the arity check.
template <typename Visit>
void ForEachKey(const Keys& keys, size_t words, Visit visit) {
  for (int i = 0; i < keys.count; ++i) {
    const KeySpec& spec = keys.specs[i];
    const int count = static_cast<int>(words);
    const int last = spec.last < 0 ? count + spec.last : spec.first + spec.last;
    for (int at = spec.first; at <= last && at < count; at += spec.step) {
      visit(static_cast<size_t>(at));
    }
  }
}

struct CommandSpec {
  std::string_view name;      // lower case; of a subcommand, without its parent
  Handler handler = nullptr;  // none for a row that only has subcommands
  int arity = 0;              // with the name(s); negative: at least
  Keys keys = {};
  uint32_t flags = 0;
  uint32_t categories = 0;
  std::string_view since = {};
  std::string_view tips = {};  // for COMMAND INFO, separated by spaces
  std::span<const CommandSpec> subcommands = {};
};

constexpr bool IsSorted(std::span<const CommandSpec> specs) {
  for (size_t i = 1; i < specs.size(); ++i) {
    if (!(specs[i - 1].name < specs[i].name)) return false;
  }
  return true;
}

}  // namespace commands
