// Stage is where clients talk to the two servers: it opens and reopens their
// connections, puts ids and addresses into requests, and judges the replies.
//
// Threads: one.

#pragma once

#include <array>
#include <memory>
#include <string>
#include <vector>

#include "compare/client_pair.h"
#include "compare/vocabulary.h"

namespace compare {

class Stage {
 public:
  explicit Stage(const Ports& ports) : ports_(ports) {}

  using Disagreements = std::vector<ClientPair::Disagreement>;
  // Sends the requests as one pipeline of this client and judges the replies.
  Disagreements Play(int client, const std::vector<Request>& requests);
  // Whether the next Play of this client begins a new connection.
  bool WillReconnect(int client) { return clients_[client] == nullptr; }

  // A client of nobody's number, for whoever asks in its own way.
  ClientPair& prober();
  // Nobody is connected any more.
  void Disconnect();
  // Nobody is connected and both servers are empty.
  void Clear();

  Slack& slack() { return slack_; }
  const Slack& slack() const { return slack_; }
  const Ports& ports() const { return ports_; }

 private:
  // The connection that the client has, or a new one.
  Disagreements Connect(int client);
  std::string Encode(Side side, const std::vector<Request>& requests);
  std::string Translated(Side side, const std::string& word) const;

  const Ports ports_;
  std::array<std::unique_ptr<ClientPair>, kClients> clients_;
  std::unique_ptr<ClientPair> prober_;
  Slack slack_;
};

}  // namespace compare
