#include "compare/stage.h"

#include <algorithm>
#include <chrono>
#include <optional>

#include "base/strings.h"

namespace compare {
namespace {

// SET takes a time that is past: the key is there, expired from the start.
bool MayLeaveExpired(const Request& request) {
  constexpr int64_t kYear2100Seconds = 4'102'444'800;
  if (request.empty() || !base::EqualsIgnoreCase(request[0], "SET")) {
    return false;
  }
  for (size_t i = 1; i + 1 < request.size(); ++i) {
    const bool millis = base::EqualsIgnoreCase(request[i], "PXAT");
    if (!millis && !base::EqualsIgnoreCase(request[i], "EXAT")) continue;
    const std::optional<int64_t> time = base::ParseInt(request[i + 1]);
    if (time && *time < kYear2100Seconds * (millis ? 1000 : 1)) return true;
  }
  return false;
}

bool SpeaksOfClients(const Request& request) {
  return request.size() > 2 && base::EqualsIgnoreCase(request[0], "CLIENT") &&
         (base::EqualsIgnoreCase(request[1], "KILL") ||
          base::EqualsIgnoreCase(request[1], "LIST"));
}

int64_t NowMs() {
  const auto now = std::chrono::steady_clock::now().time_since_epoch();
  return std::chrono::duration_cast<std::chrono::milliseconds>(now).count();
}

}  // namespace

Stage::Disagreements Stage::Play(int client,
                                 const std::vector<Request>& requests) {
  Disagreements disagreements = Connect(client);
  ClientPair& pair = *clients_[client];
  for (const Request& request : requests) {
    if (MayLeaveExpired(request)) ++slack_.expired_keys;
  }
  const std::array<std::string, 2> encoded = {Encode(kRedis, requests),
                                              Encode(kRedbed, requests)};
  const int64_t begun_ms = NowMs();
  const std::array<Answers, 2> answers = pair.Ask(encoded, requests.size());
  slack_.ms = std::max(slack_.ms, NowMs() - begun_ms);
  Disagreements more = pair.Judge(requests, answers, slack_);
  std::move(more.begin(), more.end(), std::back_inserter(disagreements));
  if (pair.link(kRedis).closed() && pair.link(kRedbed).closed()) {
    clients_[client].reset();
  }
  return disagreements;
}

Stage::Disagreements Stage::Connect(int client) {
  std::unique_ptr<ClientPair>& pair = clients_[client];
  Disagreements disagreements;
  if (pair != nullptr) {
    bool agree = true;
    const bool closed = pair->CheckClosed(&agree);
    if (!agree) {
      const auto state = [&](Side side) -> std::string {
        return pair->link(side).closed() ? "closed" : "open";
      };
      disagreements.push_back(
          {0, {{"(connection)", state(kRedis), state(kRedbed)}}});
    }
    if (closed) pair.reset();
  }
  if (pair == nullptr) pair = std::make_unique<ClientPair>(ports_);
  return disagreements;
}

ClientPair& Stage::prober() {
  bool agree = true;
  if (prober_ == nullptr || prober_->CheckClosed(&agree)) {
    prober_ = std::make_unique<ClientPair>(ports_);
  }
  return *prober_;
}

void Stage::Disconnect() {
  for (auto& client : clients_) {
    if (client != nullptr) client->Ask(ParseRequests("DISCARD; QUIT"));
    client.reset();
  }
  prober().Ask(ParseRequests("DISCARD; QUIT"));
  prober_.reset();
}

void Stage::Clear() {
  Disconnect();
  prober().Ask(ParseRequests("FLUSHALL"));
  slack_.expired_keys = 0;
}

std::string Stage::Encode(Side side, const std::vector<Request>& requests) {
  std::string encoded;
  for (const Request& request : requests) {
    if (!SpeaksOfClients(request)) {
      AppendEncoded(request, &encoded);
      continue;
    }
    Request translated;
    for (const std::string& word : request) {
      translated.push_back(Translated(side, word));
    }
    AppendEncoded(translated, &encoded);
  }
  return encoded;
}

std::string Stage::Translated(Side side, const std::string& word) const {
  for (size_t i = 0; i < kClients; ++i) {
    const bool is_id = word == base::StrCat("{id:", i, "}");
    const bool is_address = word == base::StrCat("{address:", i, "}");
    if (!is_id && !is_address) continue;
    if (clients_[i] == nullptr) return is_id ? "123456789" : "127.0.0.1:1";
    return is_id ? clients_[i]->id(side) : clients_[i]->address(side);
  }
  return word;
}

}  // namespace compare
