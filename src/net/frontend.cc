#include "net/frontend.h"

#include <algorithm>
#include <utility>

#include "base/check.h"
#include "base/strings.h"

namespace net {
namespace {

using base::Status;

// Each connection is swept once a second, a tenth of them at a time.
constexpr int64_t kSweepMs = 100;
constexpr size_t kSweepParts = 10;

// How often throttled writers are looked at; finer than what the throttle lets
// them earn ahead.
constexpr int64_t kThrottleMs = 2;

constexpr std::string_view kTooManyClients =
    "-ERR max number of clients reached\r\n";
constexpr std::string_view kProtected =
    "-DENIED Redis is running in protected mode because protected mode is "
    "enabled and no password is set for the default user. In this mode "
    "connections are only accepted from the loopback interface. If you want "
    "to connect from external computers to Redis you may adopt one of the "
    "following solutions: 1) Just disable protected mode sending the command "
    "'CONFIG SET protected-mode no' from the loopback interface by connecting "
    "to Redis from the same host the server is running, however MAKE SURE "
    "Redis is not publicly accessible from internet if you do so. Use CONFIG "
    "REWRITE to make this change permanent. 2) Alternatively you can just "
    "disable the protected mode by editing the Redis configuration file, and "
    "setting the protected mode option to 'no', and then restarting the "
    "server. 3) If you started the server manually just for testing, restart "
    "it with the '--protected-mode no' option. 4) Setup a an authentication "
    "password for the default user. NOTE: You only need to do one of the above "
    "things in order for the server to start accepting connections from the "
    "outside.\r\n";

// Whether a host of the bind list may be left out: it was marked so, or the
// kernel lacks the whole family, as with IPv6 turned off.
bool MayBeMissing(const Status& status, bool optional) {
  return IsNoSuchFamily(status) || (optional && IsNoSuchAddress(status));
}

// Best effort: the socket is new, so this fits or the peer has gone.
void Refuse(const Socket& socket, std::string_view text) {
  const iovec piece = {const_cast<char*>(text.data()), text.size()};
  (void)WriteSome(socket.fd(), &piece, 1);
}

}  // namespace

Frontend::Frontend(Loop* loop, Executor* executor, LogDoor* log,
                   const SubmitPolicy::Options& policy)
    : shared_(loop, executor, log, policy),
      sweep_timer_(loop, [this] { Sweep(); }),
      throttle_timer_(loop, [] {}) {
  shared_.released = log->released();
  loop->set_on_tick_end([this] { EndTick(); });
  sweep_timer_.Every(kSweepMs);
}

Frontend::~Frontend() {
  shared_.loop->set_on_tick_end(nullptr);
  shared_.loop->StayAwake(false);
}

// --- Listening.

Status Frontend::ListenTcp(const std::vector<std::string>& hosts, uint16_t port,
                           int backlog) {
  std::vector<std::unique_ptr<Listener>> opened;
  for (const std::string& entry : hosts) {
    const bool optional = entry.starts_with('-');
    const std::string host = optional ? entry.substr(1) : entry;
    base::Result<Socket> socket = net::ListenTcp(host, port, backlog);
    if (!socket.ok()) {
      if (MayBeMissing(socket.status(), optional)) continue;
      return std::move(socket).status();
    }
    opened.push_back(std::make_unique<Listener>(
        shared_.loop, std::move(socket).value(),
        [this](Socket client) { Admit(std::move(client), false); }));
  }
  if (opened.empty() && !hosts.empty()) {
    return Status::Io(
        base::StrCat("none of the addresses in 'bind' exists, port ", port));
  }
  tcp_listeners_ = std::move(opened);
  return Status::Ok();
}

Status Frontend::ListenUnix(const std::string& path, uint32_t permissions,
                            int backlog) {
  TRY_ASSIGN(Socket socket, net::ListenUnix(path, permissions, backlog));
  unix_listener_ = std::make_unique<Listener>(
      shared_.loop, std::move(socket),
      [this](Socket client) { Admit(std::move(client), true); });
  return Status::Ok();
}

void Frontend::StopListening() {
  tcp_listeners_.clear();
  unix_listener_.reset();
}

uint16_t Frontend::port() const {
  return tcp_listeners_.empty() ? 0 : tcp_listeners_.front()->port();
}

void Frontend::Admit(Socket socket, bool is_unix) {
  const Limits& limits = shared_.limits;
  if (connections_.size() >= limits.clients_max) {
    ++shared_.stats.rejected;
    return Refuse(socket, kTooManyClients);
  }
  if (limits.local_peers_only && !is_unix && !IsLocalPeer(socket.fd())) {
    ++shared_.stats.rejected;
    return Refuse(socket, kProtected);
  }
  if (!is_unix) {
    SetNoDelay(socket.fd());
    SetKeepAlive(socket.fd(), limits.keepalive_s);
  }
  ++shared_.stats.accepted;
  auto connection =
      std::make_unique<Connection>(&shared_, std::move(socket), is_unix);
  connection->slot = connections_.size();
  connections_.push_back(std::move(connection));
}

void Frontend::CloseAll() {
  for (const auto& connection : connections_) {
    connection->CloseSoon(/*after_replies=*/true);
  }
}

size_t Frontend::throttled_count() const {
  return static_cast<size_t>(
      std::count_if(shared_.stalled.begin(), shared_.stalled.end(),
                    [](const Connection* c) { return c->Throttled(); }));
}

// --- The end of the tick.

void Frontend::EndTick() {
  shared_.throttle.Update(shared_.log->pressure(), Loop::clock_us());
  RunReady();
  SubmitFrame();
  OpenGates();
  FlushDirty();
  Bury();
  shared_.log->EndOfTick();
  // Burying and background work may have made others ready or dirty.
  shared_.loop->StayAwake(gathering_ || !shared_.ready.empty() ||
                          !shared_.dirty.empty() || !shared_.doomed.empty());
}

void Frontend::RunReady() {
  if (shared_.ready.empty()) return;
  // Who has still more to do goes on the list again.
  for (Connection* connection : std::exchange(shared_.ready, {})) {
    connection->ready = false;
    connection->GoOn();
  }
}

void Frontend::SubmitFrame() {
  gathering_ = false;
  LogDoor* const log = shared_.log;
  const size_t open_bytes = log->open_bytes();
  if (open_bytes == 0 || log->failed()) return;
  const SubmitPolicy::LogState state = {open_bytes, log->frames_in_flight(),
                                        log->depth()};
  switch (shared_.policy.Decide(state, Loop::clock_us())) {
    case SubmitPolicy::Decision::kNothing:
      break;
    case SubmitPolicy::Decision::kPollAgain:
      gathering_ = true;
      break;
    case SubmitPolicy::Decision::kSubmitInline:
      if (log->SubmitInline()) break;
      [[fallthrough]];
    case SubmitPolicy::Decision::kSubmit:
      // Without a free slot the frame waits for the wake of a finished one.
      (void)log->Submit();
      break;
  }
}

void Frontend::OpenGates() {
  LogDoor* const log = shared_.log;
  // The error first: what was released before it still counts.
  const bool failed = log->failed();
  shared_.failure =
      failed ? base::StrCat("-", log->failure_reply(), "\r\n") : "";
  const uint64_t released = log->released();
  if (released != shared_.released || failed) {
    shared_.released = released;
    std::erase_if(shared_.holding, [](Connection* connection) {
      connection->holding = connection->Release();
      return !connection->holding;
    });
  }
  std::erase_if(shared_.stalled, [](Connection* connection) {
    if (connection->Stalled()) return false;
    connection->EndStall();
    return true;
  });
  // Time earns what they wait for, and nothing else need happen.
  if (!shared_.stalled.empty() && shared_.throttle.limiting()) {
    throttle_timer_.Once(kThrottleMs);
  }
}

void Frontend::FlushDirty() {
  // Flushing makes nobody dirty.
  for (Connection* connection : shared_.dirty) {
    connection->dirty = false;
    connection->Flush();
  }
  shared_.dirty.clear();
}

void Frontend::Bury() {
  if (shared_.doomed.empty()) return;
  for (std::vector<Connection*>* list :
       {&shared_.ready, &shared_.holding, &shared_.stalled, &shared_.dirty}) {
    std::erase_if(*list, [](Connection* c) { return c->closed(); });
  }
  for (Connection* connection : std::exchange(shared_.doomed, {})) {
    const size_t slot = connection->slot;
    connections_.back()->slot = slot;
    std::swap(connections_[slot], connections_.back());
    connections_.pop_back();
  }
}

void Frontend::Sweep() {
  const size_t count = connections_.size();
  const int64_t now_ms = shared_.loop->now_ms();
  const size_t part = std::min(count, count / kSweepParts + 1);
  for (size_t i = 0; i < part; ++i) {
    if (sweep_next_ >= count) sweep_next_ = 0;
    connections_[sweep_next_++]->Sweep(now_ms);
  }
}

}  // namespace net
