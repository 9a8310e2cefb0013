#include "net/connection.h"

#include <algorithm>
#include <utility>

#include "resp/writer.h"

namespace net {
namespace {

using commands::Outcome;

// A connection that may not execute goes on reading up to here.
constexpr size_t kReadAheadBytes = 64 << 10;
constexpr int kPiecesMax = 16;
// Requests behind one that waits for its rows, whose rows are read meanwhile.
constexpr size_t kFetchAheadMax = 64;

}  // namespace

Connection::Connection(Shared* shared, Socket socket, bool is_unix)
    : shared_(shared),
      is_unix_(is_unix),
      peer_(PeerName(socket.fd())),
      local_(LocalName(socket.fd())),
      socket_(std::move(socket)),
      input_(shared->read_area()),
      parser_(&shared->limits.parser),
      active_ms_(shared->loop->now_ms()) {
  session_ = shared_->executor->Open(this);
  watch_.emplace(shared_->loop, socket_.fd(), static_cast<WatchEvents*>(this));
  WatchWhatMatters();
  Account();
}

Connection::~Connection() {
  CloseNow();
  shared_->memory_bytes -= charged_bytes_;
  shared_->executor->Close(*session_);
}

// --- commands::Transport.

commands::Transport::Usage Connection::usage() const {
  Usage usage;
  usage.query_bytes = input_.unread().size();
  usage.query_free_bytes = input_.free_bytes();
  usage.output_fixed_bytes = outbox_.tail_bytes();
  usage.output_list_length = outbox_.chunk_count();
  usage.output_list_bytes = outbox_.chunk_bytes();
  usage.memory_bytes = charged_bytes_;
  usage.readable = watch_.has_value() && watch_->wants_readable();
  usage.writable = watch_.has_value() && watch_->wants_writable();
  return usage;
}

void Connection::CloseSoon(bool after_replies) {
  if (!after_replies) return CloseNow();
  close_after_replies_ = true;
  Enlist(&Connection::dirty, &shared_->dirty);
}

void Connection::Deliver(std::string reply, types::Sequence gate) {
  if (closed_ || reply.empty()) return;
  if (executing_) {
    delayed_.push_back({std::move(reply), gate});
    return;
  }
  // A large one is not copied.
  std::string* const tail = outbox_.tail();
  tail->empty() ? tail->swap(reply) : (void)tail->append(reply);
  Commit(gate);
  Enlist(&Connection::dirty, &shared_->dirty);
}

void Connection::Resume() {
  if (!waiting_) return;
  waiting_ = blocked_ = false;
  MakeReady();
}

void Connection::MakeReady() { Enlist(&Connection::ready, &shared_->ready); }

// --- Reading and executing.

void Connection::OnReady(bool readable, bool writable, bool broken) {
  if (closed_) return;
  if (broken) return CloseNow();
  if (writable) Enlist(&Connection::dirty, &shared_->dirty);
  if (readable) Read();
}

void Connection::Read() {
  const std::span<char> room = input_.Room(parser_.bytes_wanted());
  const Moved moved = ReadSome(socket_.fd(), room.data(), room.size());
  ++shared_->stats.reads;
  if (moved.transfer == Transfer::kBroken) return CloseNow();
  if (moved.transfer == Transfer::kDone) {
    active_ms_ = shared_->loop->now_ms();
    shared_->stats.input_bytes += moved.bytes;
    input_.Filled(moved.bytes);
    if (moved.bytes == 0) {
      ended_ = true;
      if (blocked_) return CloseNow();
      Enlist(&Connection::dirty, &shared_->dirty);
    } else {
      Execute();
    }
  }
  input_.Settle();
  if (input_.unread().size() > shared_->limits.query_bytes_max && !closed_) {
    ++shared_->stats.query_limit_cuts;
    CloseNow();
  }
  WatchWhatMatters();
}

void Connection::GoOn() {
  if (closed_) return;
  Execute();
  WatchWhatMatters();
}

void Connection::Execute() {
  const Limits& limits = shared_->limits;
  const uint64_t written_before = outbox_.written();
  shared_->policy.NoteActive(session_->id, shared_->loop->now_ms() * 1000);
  size_t requests_left = limits.requests_per_tick;
  while (!input_.unread().empty() && MayGoOn()) {
    if (requests_left == 0 ||
        outbox_.written() - written_before >= limits.reply_bytes_per_tick) {
      MakeReady();
      break;
    }
    if (!ExecuteBatch(std::min(requests_left, RequestBatch::kRequestsMax))) {
      break;
    }
    requests_left -= shared_->batch.size();
  }
  // Nobody would hear what it waits for.
  if (blocked_ && ended_) return CloseNow();
  if (Stalled()) Stall();
  Enlist(&Connection::dirty, &shared_->dirty);
}

bool Connection::ExecuteBatch(size_t requests_max) {
  parser_.set_authenticated(session_->authenticated);
  // What a stranger sends is judged request by request: AUTH may be among it.
  if (!session_->authenticated) requests_max = 1;
  RequestBatch& batch = shared_->batch;
  batch.Fill(&parser_, input_.unread(), requests_max);
  if (batch.size() > 1) shared_->executor->Prefetch(*session_, batch);
  size_t executed = 0;
  while (executed < batch.size() && MayGoOn()) {
    if (!ExecuteOne(batch.words(executed))) break;
    ++executed;
  }
  shared_->stats.requests += executed;
  if (executed < batch.size()) {
    // The rest is read again when it may be executed.
    input_.Consume(executed > 0 ? batch.end(executed - 1) : 0);
    parser_.Restart();
    if (std::exchange(misses_, false)) FetchAhead();
    return false;
  }
  input_.Consume(batch.consumed());
  if (batch.outcome() == resp::Parser::Outcome::kError) {
    // Its turn may come later; then it is found again.
    MayGoOn() ? RefuseProtocol() : parser_.Restart();
  }
  return batch.outcome() == resp::Parser::Outcome::kRequest;
}

// False: the request was not executed and is to be kept.
bool Connection::ExecuteOne(resp::Words words) {
  resp::Writer reply(outbox_.tail(), session_->protocol);
  executing_ = true;
  const commands::Done done =
      shared_->executor->Execute(*session_, words, reply);
  executing_ = false;
  switch (done.outcome) {
    case Outcome::kWaitsForRows:
      misses_ = true;
      [[fallthrough]];
    case Outcome::kRetryLater:
      outbox_.Discard();
      waiting_ = true;
      return false;
    case Outcome::kBlocked:
      waiting_ = blocked_ = true;
      break;
    case Outcome::kClose:
      close_after_replies_ = true;
      break;
    case Outcome::kReplied:
      break;
  }
  writes_ = done.gate > shared_->released;
  if (done.written_bytes > 0) {
    ticket_ = shared_->throttle.Take(done.written_bytes);
  }
  Commit(done.gate);
  for (const Delayed& delayed : std::exchange(delayed_, {})) {
    Deliver(delayed.reply, delayed.gate);
  }
  if (fetched_ahead_ > 0) --fetched_ahead_;
  return true;
}

// A pipeline of cold requests waits once for the disk, not once for each. What
// was looked at already is not looked at again.
void Connection::FetchAhead() {
  if (fetched_ahead_ > 0) return;
  RequestBatch& batch = shared_->batch;
  batch.Fill(&parser_, input_.unread(), kFetchAheadMax);
  if (batch.size() > 1) shared_->executor->FetchAhead(*session_, batch);
  fetched_ahead_ = batch.size();
  parser_.Restart();
}

void Connection::Commit(types::Sequence gate) {
  // One that may leave at once asks the log for nothing.
  const bool waits = gate > shared_->released;
  outbox_.Commit(gate, 1, shared_->released,
                 waits ? shared_->log->open_first() : gate);
  if (!outbox_.holds()) return;
  if (!shared_->failure.empty()) {
    outbox_.Fail(shared_->released, shared_->failure);
  } else {
    Enlist(&Connection::holding, &shared_->holding);
  }
}

void Connection::RefuseProtocol() {
  ++shared_->stats.protocol_errors;
  resp::Writer(outbox_.tail()).Error(parser_.error());
  Commit(0);
  close_after_replies_ = true;
}

bool Connection::MayExecute() const {
  return !closed_ && !close_after_replies_ && !waiting_ && !Stalled();
}

// Whoever is stopped here is told when it is over, were it a moment later: the
// threads of the log go on meanwhile.
bool Connection::MayGoOn() {
  if (closed_ || close_after_replies_ || waiting_) return false;
  if (Stalled()) Stall();
  return !stalled;
}

bool Connection::Stalled() const {
  const Limits& limits = shared_->limits;
  if (closed_) return false;
  if (outbox_.holds() && outbox_.held_bytes() > limits.held_bytes_max) {
    return true;
  }
  return Throttled() ||
         (writes_ && shared_->failure.empty() &&
          shared_->log->unreleased_bytes() > limits.unreleased_bytes_max);
}

// Once the log has failed a write costs nothing but its error.
bool Connection::Throttled() const {
  return shared_->throttle.MustWait(ticket_) && shared_->failure.empty();
}

void Connection::Stall() {
  if (!stalled && Throttled()) {
    ++shared_->stats.delayed_writes;
    throttled_since_us_ = Loop::clock_us();
  }
  Enlist(&Connection::stalled, &shared_->stalled);
}

void Connection::EndStall() {
  stalled = false;
  if (throttled_since_us_ != 0) {
    shared_->stats.delayed_us +=
        Loop::clock_us() - std::exchange(throttled_since_us_, 0);
  }
  MakeReady();
}

// --- Replies.

bool Connection::Release() {
  if (closed_) return false;
  if (shared_->failure.empty()) {
    outbox_.Release(shared_->released);
  } else {
    outbox_.Fail(shared_->released, shared_->failure);
  }
  if (outbox_.ready_bytes() > 0) {
    Enlist(&Connection::dirty, &shared_->dirty);
  }
  return outbox_.holds();
}

void Connection::Flush() {
  if (closed_) return;
  iovec pieces[kPiecesMax];
  while (outbox_.ready_bytes() > 0) {
    const int count = outbox_.Ready(pieces, kPiecesMax);
    size_t offered = 0;
    for (int i = 0; i < count; ++i) offered += pieces[i].iov_len;
    const Moved moved = WriteSome(socket_.fd(), pieces, count);
    ++shared_->stats.writes;
    if (moved.transfer == Transfer::kBroken) return CloseNow();
    if (moved.transfer == Transfer::kLater) break;
    outbox_.Sent(moved.bytes);
    active_ms_ = shared_->loop->now_ms();
    shared_->stats.output_bytes += moved.bytes;
    if (moved.bytes < offered) break;
  }
  socket_full_ = outbox_.ready_bytes() > 0;
  CheckOutputLimits(shared_->loop->now_ms());
  CloseIfDone();
  WatchWhatMatters();
  Account();
}

void Connection::CheckOutputLimits(int64_t now_ms) {
  const Limits& limits = shared_->limits;
  const uint64_t unread = outbox_.ready_bytes();
  const bool over_soft =
      limits.output_soft_bytes_max > 0 && unread > limits.output_soft_bytes_max;
  if (!over_soft) {
    over_soft_limit_ms_ = 0;
  } else if (over_soft_limit_ms_ == 0) {
    over_soft_limit_ms_ = now_ms;
  }
  const bool cut =
      (limits.output_bytes_max > 0 && unread > limits.output_bytes_max) ||
      (over_soft && now_ms - over_soft_limit_ms_ > limits.output_soft_ms);
  if (cut && !closed_) {
    ++shared_->stats.output_limit_cuts;
    CloseNow();
  }
}

// --- The end.

void Connection::CloseIfDone() {
  if (closed_ || !outbox_.empty()) return;
  const bool said_everything = ended_ && !ready && !stalled && !waiting_;
  if (!close_after_replies_ && !said_everything) return;
  if (!ended_) EndKindly(socket_.fd(), shared_->read_area());
  CloseNow();
}

void Connection::CloseNow() {
  if (closed_) return;
  closed_ = true;
  watch_.reset();
  socket_ = Socket();
  shared_->doomed.push_back(this);
}

void Connection::Sweep(int64_t now_ms) {
  if (closed_) return;
  CheckOutputLimits(now_ms);
  const int64_t idle_ms_max = shared_->limits.idle_ms_max;
  if (!closed_ && idle_ms_max > 0 && !waiting_ &&
      now_ms - active_ms_ > idle_ms_max) {
    ++shared_->stats.idle_cuts;
    CloseNow();
  }
  input_.Trim();
  outbox_.Trim();
  Account();
}

// --- Housekeeping.

void Connection::WatchWhatMatters() {
  if (closed_) return;
  const bool full = input_.unread().size() >= kReadAheadBytes;
  const bool readable =
      !ended_ && !close_after_replies_ && (!full || (MayExecute() && !ready));
  // What has not been offered to the socket yet will be, at the end of the
  // tick; changing the watch costs system calls.
  watch_->Want(readable, socket_full_);
}

void Connection::Account() {
  const size_t bytes = sizeof *this + input_.memory_bytes() +
                       parser_.memory_bytes() + outbox_.memory_bytes();
  shared_->memory_bytes += bytes - charged_bytes_;
  charged_bytes_ = bytes;
}

void Connection::Enlist(bool Connection::*flag,
                        std::vector<Connection*>* list) {
  if (this->*flag) return;
  this->*flag = true;
  list->push_back(this);
  // Whoever put it there, an event or a timer: this tick is to end soon.
  shared_->loop->StayAwake(true);
}

}  // namespace net
