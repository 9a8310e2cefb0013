// Commands that look for keys: KEYS, SCAN, RANDOMKEY.
//
// Keys lie in order, so a pattern that begins with literal bytes costs as much
// as the keys that begin with them, and a SCAN cursor is a key to go on at
// (types/scan_cursor.h).

#include <cerrno>
#include <cstdlib>
#include <memory>
#include <span>
#include <string>

#include "base/glob.h"
#include "base/strings.h"
#include "commands/command.h"
#include "commands/errors.h"
#include "commands/server.h"
#include "types/keyspace.h"

namespace commands {
namespace {

using base::Status;
using types::Head;
using types::Keyspace;
using types::RowCursor;

// Of a row that is only looked at.
constexpr size_t kLookedBytes = types::kHeadBytesMax;
// One SCAN looks at no more keys, whatever its COUNT, which is a hint: others
// wait meanwhile.
constexpr int64_t kScanCountMax = 4096;
// KEYS of more keys than these is answered by another thread.
constexpr int64_t kKeysAtOnce = 4096;
// What it may answer.
constexpr size_t kKeysReplyMax = 256 << 20;
constexpr std::string_view kTooManyKeys =
    "ERR the reply of KEYS would be larger than 256 MiB; use SCAN";
// A SCAN of more keys is one of those that go through everything.
constexpr int64_t kPassingCount = 256;

bool Matches(std::string_view pattern, std::string_view key) {
  return pattern == "*" || base::GlobMatch(pattern, key);
}

// The reply of one KEYS that is put together on another thread.
struct KeysReply {
  explicit KeysReply(std::string_view pattern, int protocol)
      : pattern(pattern), writer(&bytes, protocol), mark(writer.mark()) {}

  Status Add(std::span<const std::string_view> keys, bool last) {
    for (const std::string_view key : keys) {
      if (!Matches(pattern, key)) continue;
      writer.Bulk(key);
      ++count;
    }
    if (bytes.size() > kKeysReplyMax) return Status::Invalid(kTooManyKeys);
    if (last) writer.ArrayAt(mark, count);
    return Status::Ok();
  }

  const std::string pattern;
  std::string bytes;
  resp::Writer writer;
  const resp::Writer::Mark mark;
  size_t count = 0;
  types::Sequence gate = 0;  // the loop's
};

// What the blocked client gets in the end.
void AnswerKeys(Server& server, uint64_t session_id, const Status& status,
                KeysReply& reply) {
  if (status.ok()) {
    server.sessions.UnblockWith(session_id, reply.gate, std::move(reply.bytes));
    return;
  }
  server.statistics.NoteError("ERR");
  server.sessions.Unblock(session_id, reply.gate, [&](resp::Writer& writer) {
    writer.Error(status.IsMiss() ? "ERR the data was closed meanwhile"
                                 : ErrorText(status));
  });
}

// Of a large database, beside the loop, as of now; for as long as the client
// is there.
void GatherKeys(types::Txn& txn, Server& server, Session& session,
                std::string_view pattern) {
  const auto reply = std::make_shared<KeysReply>(pattern, session.protocol);
  session.Block(reply);
  const std::weak_ptr<KeysReply> awaited = reply;
  reply->gate = Keyspace(txn).Walk(
      base::LiteralPrefix(pattern),
      [awaited](std::span<const std::string_view> keys, bool last) {
        const auto reply = awaited.lock();
        return reply == nullptr ? Status::Miss() : reply->Add(keys, last);
      },
      [awaited, &server, id = session.id](const Status& status) {
        const auto reply = awaited.lock();
        if (reply != nullptr) AnswerKeys(server, id, status, *reply);
      });
}

Status MatchingKeys(Call& call) {
  const bool may_block = call.staged == nullptr && call.session.transport;
  Keyspace keys(call.txn);
  const std::string_view pattern = call.words[1];
  if (may_block && keys.Size() > kKeysAtOnce) {
    call.txn.After([&txn = call.txn, &server = call.server,
                    &session = call.session,
                    pattern] { GatherKeys(txn, server, session, pattern); });
    return Status::Ok();
  }
  const std::string prefix = base::LiteralPrefix(pattern);
  types::RangeNeed need = {.value_bytes = kLookedBytes};
  // All at once, so that they are gone through but twice.
  if (prefix.empty()) need.rows = static_cast<size_t>(keys.Size()) + 1;
  const auto rows = keys.Rows(prefix, /*from=*/{}, need);
  const resp::Writer::Mark mark = call.reply.mark();
  size_t count = 0;
  for (; rows->Valid(); rows->Next()) {
    const std::string_view key = types::UserKey(rows->key());
    if (!Matches(pattern, key)) continue;
    TRY_ASSIGN(const std::optional<Head> head, keys.HeadAt(*rows));
    if (!head) continue;
    call.reply.Bulk(key);
    ++count;
  }
  TRY(rows->status());
  call.reply.ArrayAt(mark, count);
  return Status::Ok();
}

Status RandomKey(Call& call) {
  TRY_ASSIGN(const std::optional<std::string> key,
             Keyspace(call.txn).RandomKey());
  if (key) {
    call.reply.Bulk(*key);
  } else {
    call.reply.Null();
  }
  return Status::Ok();
}

// --- SCAN cursor [MATCH pattern] [COUNT n] [TYPE name]

struct ScanOptions {
  uint64_t cursor = 0;
  std::string_view pattern = "*";
  std::string_view type;  // empty: any
  int64_t count = 10;

  bool Wants(std::string_view key, const Head& head) const {
    if (!type.empty() &&
        !base::EqualsIgnoreCase(type, types::TypeName(head.type))) {
      return false;
    }
    return Matches(pattern, key);
  }
};

// As strtoul reads it: Redis takes a sign, and wraps what is negative.
base::Result<uint64_t> ReadCursor(std::string_view word) {
  const std::string text(word);
  char* end = nullptr;
  errno = 0;
  const uint64_t cursor = std::strtoull(text.c_str(), &end, 10);
  if (std::isspace(static_cast<unsigned char>(text.c_str()[0])) ||
      *end != '\0' || errno == ERANGE) {
    return Status::Invalid("ERR invalid cursor");
  }
  return cursor;
}

base::Result<ScanOptions> ReadScan(ArgReader& args) {
  ScanOptions options;
  TRY_ASSIGN(options.cursor, ReadCursor(args.Next()));
  while (args.More()) {
    if (args.left() > 1 && args.Take("COUNT")) {
      options.count = args.NextInt();
      if (args.status().ok() && options.count < 1) args.Fail();
    } else if (args.left() > 1 && args.Take("MATCH")) {
      options.pattern = args.Next();
    } else if (args.left() > 1 && args.Take("TYPE")) {
      options.type = args.Next();
    } else {
      args.Fail();
    }
  }
  TRY(args.status());
  return options;
}

// The key at which the scan goes on: that of the cursor, or the first one when
// nobody knows the cursor.
std::string ResumeAt(Call& call, uint64_t cursor) {
  if (cursor == 0) return {};
  types::ScanCursors& cursors = call.txn.data().cursors();
  const types::PhysicalId physical = call.txn.Physical(call.txn.db());
  const std::optional<std::string> key = cursors.Find(cursor, physical);
  if (key) return *key;
  call.txn.After(
      [&statistics = call.server.statistics] { ++statistics.lost_cursors; });
  return {};
}

uint64_t NextCursor(Call& call, const RowCursor& rows) {
  types::ScanCursors& cursors = call.txn.data().cursors();
  const uint64_t cursor = cursors.Draw(call.txn.random());
  const types::PhysicalId physical = call.txn.Physical(call.txn.db());
  call.txn.After([&cursors, cursor, physical, owner = call.session.id,
                  key = std::string(types::UserKey(rows.key()))] {
    cursors.Remember(cursor, physical, key, owner);
  });
  return cursor;
}

Status Scan(Call& call) {
  TRY_ASSIGN(const ScanOptions options, ReadScan(call.args));
  Keyspace keys(call.txn);
  const int64_t count = std::min(options.count, kScanCountMax);
  // One row more tells whether it is the end.
  const types::RangeNeed need = {
      .rows = static_cast<size_t>(count) + 1,
      .value_bytes = kLookedBytes,
      .passing = options.cursor != 0 || count > kPassingCount};
  const auto rows = keys.Rows(base::LiteralPrefix(options.pattern),
                              ResumeAt(call, options.cursor), need);
  // The cursor comes first in the reply, so the page is gathered before.
  std::vector<std::string_view> page;
  for (int64_t looked = 0; rows->Valid() && looked < count; ++looked) {
    const std::string_view key = types::UserKey(rows->key());
    TRY_ASSIGN(const std::optional<Head> head, keys.HeadAt(*rows));
    if (head && options.Wants(key, *head)) {
      page.push_back(call.txn.arena().Copy(key));
    }
    rows->Next();
  }
  TRY(rows->status());
  call.reply.Array(2);
  call.reply.BulkInteger(rows->Valid() ? NextCursor(call, *rows) : 0);
  call.reply.Array(page.size());
  for (const std::string_view key : page) call.reply.Bulk(key);
  return Status::Ok();
}

// name, handler, arity, keys, flags, categories, since, tips
// (clang-format 14 fails on rows of unequal length.)
// clang-format off
constexpr CommandSpec kScanCommands[] = {
    {"keys", MatchingKeys, 2, Keys::None(), kReadOnly, kKeyspace | kDangerous,
     "1.0.0", "request_policy:all_shards nondeterministic_output_order"},
    {"randomkey", RandomKey, 1, Keys::None(), kReadOnly, kKeyspace, "1.0.0",
     "request_policy:all_shards nondeterministic_output"},
    {"scan", Scan, -2, Keys::None(), kReadOnly, kKeyspace, "2.8.0",
     "nondeterministic_output request_policy:special"},
};
// clang-format on
static_assert(IsSorted(kScanCommands));

}  // namespace

std::span<const CommandSpec> ScanCommands() { return kScanCommands; }

}  // namespace commands
