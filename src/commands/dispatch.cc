#include "commands/dispatch.h"

#include <algorithm>
#include <memory>
#include <utility>
#include <vector>

#include "base/check.h"
#include "base/log.h"
#include "base/strings.h"
#include "commands/errors.h"
#include "types/data_set.h"
#include "types/keyspace.h"

namespace commands {
namespace {

// More runs than this mean that rows vanish as fast as they are fetched.
constexpr int kRunsMax = 1000;
// Longest row key that Prefetch builds; longer ones are rare and not worth it.
constexpr size_t kPrefetchBytesMax = 256;
// Rows found dead by commands, deleted right after the command.
constexpr size_t kFoundBudget = 128;

}  // namespace

void Dispatcher::LogTrouble(std::string_view who, const base::Status& status) {
  if (status.code() == base::Code::kInvalid) return;
  base::LogWarning(who, " failed: ", status.message());
}

Dispatcher::Dispatcher(Table* table, Server* server, uint64_t seed)
    : table_(table),
      server_(server),
      txn_(&server->data),
      expiry_txn_(&server->data),
      seeds_(seed) {}

// Of a queue and one command more. Space is set aside only for those of whom
// all that is written frees some.
uint32_t Dispatcher::FlagsOf(uint32_t queue, uint32_t next) {
  uint32_t both = queue | next;
  for (const uint32_t flags : {queue, next}) {
    if ((flags & (kWrite | kFreesSpace)) == kWrite) both &= ~kFreesSpace;
  }
  return both;
}

uint32_t Dispatcher::Request::flags() const {
  const uint32_t own = spec().flags;
  return own & kRunsQueue ? own | session.queue_flags : own;
}

Done Dispatcher::Execute(Session& session, resp::Words words,
                         resp::Writer& reply) {
  Parked past;
  if (session.parked.rounds > 0) [[unlikely]] {
    CHECK(!session.parked.waiting);
    past = std::exchange(session.parked, {});
  }
  const Request request{session,
                        words,
                        reply,
                        reply.mark(),
                        FindEntry(words),
                        server_->clock.WallMicros(),
                        past};
  session.active_ms = request.start_us / 1000;
  session.last_command = request.entry;
  if (IsHttp(request)) [[unlikely]]
    return {Outcome::kClose, 0};
  const base::Status why = CheckAll(request);
  if (!why.ok()) [[unlikely]]
    return Reject(request, why);
  if (IsPaused(request)) [[unlikely]]
    return {Outcome::kRetryLater, 0};
  if (session.in_multi && !(request.spec().flags & kNotQueued)) {
    return Enqueue(request);
  }
  return Run(request);
}

// A web page that posts its commands from within somebody's browser: nothing
// that follows is executed.
bool Dispatcher::IsHttp(const Request& request) {
  return request.entry == nullptr &&
         (base::EqualsIgnoreCase(request.words[0], "post") ||
          base::EqualsIgnoreCase(request.words[0], "host:"));
}

CommandEntry* Dispatcher::FindEntry(resp::Words words) const {
  CommandEntry* entry = table_->Find(words[0]);
  if (entry == nullptr || entry->spec->subcommands.empty() ||
      words.size() == 1) {
    return entry;
  }
  return table_->FindSub(*entry, words[1]);
}

Done Dispatcher::Reject(const Request& request, const base::Status& why) {
  Session& session = request.session;
  std::string message(why.message());
  if (session.in_multi) session.multi_failed = true;
  if (request.entry != nullptr) {
    ++request.entry->statistics.rejected_calls;
    if (request.spec().flags & kRunsQueue) message = AbandonQueue(session, why);
  }
  request.reply.Error(message);
  NoteError(message);
  Silence(request);
  return {Outcome::kReplied, 0};
}

std::string Dispatcher::AbandonQueue(Session& session,
                                     const base::Status& why) {
  session.ClearQueue();
  server_->sessions.watches().Unwatch(session);
  std::string_view message = why.message();
  if (message == kExecAbort) return std::string(message);
  if (message.starts_with("ERR ")) message.remove_prefix(4);
  return base::StrCat(kExecAbortPrefix, message);
}

bool Dispatcher::IsPaused(const Request& request) const {
  switch (server_->sessions.pause(request.start_us / 1000)) {
    case Sessions::Pause::kNone:
      return false;
    case Sessions::Pause::kWrites:
      return (request.flags() & (kWrite | kMayReplicate)) != 0;
    case Sessions::Pause::kAll:
      return true;
  }
  return false;
}

Done Dispatcher::Enqueue(const Request& request) {
  Session& session = request.session;
  // EXEC will not run anything any more, so nothing needs to be kept.
  if (!session.multi_failed && !session.watch_failed) {
    session.queue.emplace_back(request.entry, request.words);
    session.queue_bytes += session.queue.back().memory_bytes();
    session.queue_flags = FlagsOf(session.queue_flags, request.spec().flags);
    if (session.queue_bytes > server_->rules.queue_bytes_max) {
      return {Outcome::kClose, 0};
    }
  }
  request.reply.Simple("QUEUED");
  Silence(request);
  return {Outcome::kReplied, 0};
}

// --- Running.

Done Dispatcher::Run(const Request& request) {
  types::Sequence gate = 0;
  Sessions::Executing& executing = server_->sessions.executing_;
  const uint64_t seed =
      request.past.rounds > 0 ? request.past.seed : seeds_.Next();
  txn_.Begin(request.now_ms(), seed, request.session.db,
             (request.flags() & kWrite) != 0);
  if (request.session.transport != nullptr) {
    txn_.LetRangesMiss(request.past.pages);
  }
  base::Status status = RunUntilComplete(request);
  if (status.IsMiss()) [[unlikely]]
    return {Outcome::kWaitsForRows, 0};
  if (status.ok()) {
    status = Commit(txn_, (request.flags() & kFreesSpace) != 0);
  }
  gate = txn_.gate();
  if (!status.ok() && request.session.in_multi &&
      (request.spec().flags & kRunsQueue)) [[unlikely]] {
    LogTrouble(request.entry->full_name, status);
    status = base::Status::Invalid(AbandonQueue(request.session, status));
  }
  if (status.ok()) {
    executing = {&request.session, &request.reply, &gate};
    txn_.RunAfter();
    executing = {};
  }
  return Finish(request, status, gate);
}

base::Status Dispatcher::RunUntilComplete(const Request& request) {
  TRY(request.past.error);
  const bool rerun = rerun_seed_ != 0;
  bool once_more = rerun;
  if (rerun) [[unlikely]]
    txn_.InjectMisses(++rerun_seed_);
  for (int runs = 0; runs < kRunsMax; ++runs) {
    request.reply.set_protocol(request.session.protocol);
    base::Status status = Invoke(*request.entry, request.words, request.session,
                                 request.reply, /*staged=*/nullptr);
    const bool missed = status.IsMiss();
    if (!missed && !once_more) return status;
    request.reply.Rewind(request.mark);
    if (missed) {
      ++server_->statistics.reruns;
      TRY(BringRows(request));
    } else {
      once_more = false;
      txn_.Restart();
    }
  }
  return base::Status::Io("the rows of this command do not stay in memory");
}

base::Status Dispatcher::Invoke(const CommandEntry& entry, resp::Words words,
                                Session& session, resp::Writer& reply,
                                Staged* staged) {
  const size_t name_words = entry.parent == nullptr ? 1 : 2;
  Call call{*entry.spec,
            words,
            ArgReader(words.subspan(name_words), entry.full_name),
            txn_,
            reply,
            session,
            *server_,
            txn_.now_ms(),
            staged};
  return entry.spec->handler(call);
}

base::Status Dispatcher::RunQueue(Call& call) {
  Staged staged;
  bool missed = false;
  call.reply.Array(call.session.queue.size());
  for (const QueuedCommand& command : call.session.queue) {
    const types::Txn::Mark savepoint = call.txn.mark();
    const resp::Writer::Mark mark = call.reply.mark();
    const int64_t start_us = server_->clock.WallMicros();
    const CommandSpec& spec = *command.entry().spec;
    base::Status status = base::Status::Miss();
    // After a miss the run is in vain: what is left is to know which rows the
    // others will want, and of which database.
    if (!missed || (spec.flags & kSelects) != 0) {
      status = Invoke(command.entry(), command.words(), call.session,
                      call.reply, &staged);
    }
    missed |= status.IsMiss();
    if (!status.ok()) {
      call.txn.RollBack(savepoint);
      call.reply.Rewind(mark);
    }
    if (missed) {
      WantKeys(spec, command.words(), call.txn.db());
      continue;
    }
    if (!status.ok()) {
      LogTrouble(command.entry().full_name, status);
      call.reply.Error(ErrorText(status));
    }
    const int64_t micros = server_->clock.WallMicros() - start_us;
    call.txn.After([this, &entry = command.entry(), micros, status] {
      NoteCall(entry, micros, status);
    });
    if (server_->slow_log.IsSlow(micros)) [[unlikely]] {
      // The queue is gone when the after-list runs.
      call.txn.After([this, &session = call.session, micros,
                      copy = std::make_shared<QueuedCommand>(&command.entry(),
                                                             command.words())] {
        NoteTime(copy->entry(), session, copy->words(), micros);
      });
    }
  }
  return missed ? base::Status::Miss() : base::Status::Ok();
}

base::Status Dispatcher::Commit(types::Txn& txn, bool may_use_reserve) {
  const base::Status status = txn.Commit(may_use_reserve);
  if (status.ok() || status.code() == base::Code::kInvalid) return status;
  if (!log_failed_) base::LogWarning("a write failed: ", status.message());
  log_failed_ = true;
  return base::Status::Invalid(base::StrCat(
      status.code() == base::Code::kNoRoom ? kMisconfNoSpace : kMisconfLog,
      status.message()));
}

// --- Afterwards.

Done Dispatcher::Finish(const Request& request, const base::Status& status,
                        types::Sequence gate) {
  Session& session = request.session;
  Watches& watches = server_->sessions.watches();
  const size_t written = status.ok() ? txn_.batch().bytes().size() : 0;
  if (!status.ok()) {
    request.reply.Rewind(request.mark);
    LogTrouble(request.entry->full_name, status);
    request.reply.Error(ErrorText(status));
  } else if (!watches.empty()) {
    watches.Touch(txn_.written());
  }
  // What ended in an error has looked all the same.
  server_->statistics.keyspace_hits += txn_.hits();
  server_->statistics.keyspace_misses += txn_.misses();
  const int64_t micros =
      request.past.spent_us + server_->clock.WallMicros() - request.start_us;
  NoteCall(*request.entry, micros, status);
  if (server_->slow_log.IsSlow(micros)) [[unlikely]] {
    NoteTime(*request.entry, session, request.words, micros);
  }
  Silence(request);
  txn_.LetRangesMiss(nullptr);  // What it has read is let go of.
  if (server_->data.expiry().has_found()) [[unlikely]] {
    ExpireDue(kFoundBudget);
  }
  if (session.close_after_reply) return {Outcome::kClose, gate, written};
  if (session.blocked()) return {Outcome::kBlocked, gate, written};
  return {Outcome::kReplied, gate, written};
}

void Dispatcher::NoteCall(CommandEntry& entry, int64_t micros,
                          const base::Status& status) {
  ++server_->statistics.commands;
  ++entry.statistics.calls;
  // The wall clock may have been set back in between.
  const auto elapsed = static_cast<uint64_t>(std::max<int64_t>(micros, 0));
  entry.statistics.micros += elapsed;
  if (server_->rules.tracks_latency) {
    auto& latency = entry.statistics.latency;
    if (latency == nullptr) latency = std::make_unique<base::Histogram>();
    latency->Record(elapsed);
  }
  if (status.ok()) return;
  ++entry.statistics.failed_calls;
  NoteError(ErrorText(status));
}

void Dispatcher::NoteError(std::string_view message) {
  server_->statistics.NoteError(message.substr(0, message.find(' ')));
}

void Dispatcher::NoteTime(const CommandEntry& entry, const Session& session,
                          resp::Words words, int64_t micros) {
  if (entry.spec->flags & kSkipSlowlog) return;
  std::vector<std::string_view> shown(words.begin(), words.end());
  if (entry.spec->flags & kSecret) {
    const size_t names = entry.parent == nullptr ? 1 : 2;
    std::fill(shown.begin() + names, shown.end(), "(redacted)");
  }
  server_->slow_log.Add(
      server_->clock.WallMicros() / 1'000'000, micros, shown,
      session.transport == nullptr ? "" : session.transport->peer(),
      session.name);
}

void Dispatcher::Silence(const Request& request) {
  ReplyMode& mode = request.session.reply_mode;
  if (mode == ReplyMode::kOn) [[likely]]
    return;
  if (mode == ReplyMode::kSkipNext) {
    mode = ReplyMode::kSkip;
    return;
  }
  request.reply.Rewind(request.mark);
  // Who is blocked has his reply yet to come.
  if (mode == ReplyMode::kSkip && !request.session.blocked()) {
    mode = ReplyMode::kOn;
  }
}

uint64_t Dispatcher::Prefetch(const Session& session, resp::Words words) {
  const CommandEntry* entry = table_->Find(words[0]);
  if (entry == nullptr || entry->spec->keys.none()) return 0;
  const size_t at = entry->spec->keys.first();
  if (at >= words.size()) return 0;
  const std::string_view key = words[at];
  char row[kPrefetchBytesMax];
  if (key.size() + types::kPrefixBytes > sizeof row) return 0;
  const types::PhysicalId physical =
      server_->data.databases().physical(session.db);
  const uint64_t hash = types::StoreHeadKey(row, physical, key).hash;
  server_->data.engine().Prefetch(hash);
  return hash;
}

void Dispatcher::Remove(Session& session) {
  server_->data.cursors().Release(session.id);
  server_->sessions.Remove(session.id);
}

}  // namespace commands
