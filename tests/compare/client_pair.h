// ClientPair is one client, connected to both servers, that says the same to
// both.
//
// Threads: one.

#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "compare/finding.h"
#include "compare/link.h"
#include "compare/request.h"
#include "compare/rules.h"

namespace compare {

enum Side : size_t { kRedis = 0, kRedbed = 1 };
inline constexpr Side kSides[] = {kRedis, kRedbed};
using Ports = std::array<uint16_t, 2>;

// What one server has answered to a pipeline: fewer replies than requests when
// it has closed the connection.
struct Answers {
  std::vector<std::string> replies;
  // Received, but no whole reply.
  std::string rest;
  bool timed_out = false;
};

class ClientPair {
 public:
  explicit ClientPair(const Ports& ports);

  // One pipeline to both: `encoded` for each, or the same requests.
  std::array<Answers, 2> Ask(const std::array<std::string, 2>& encoded,
                             size_t count);
  std::array<Answers, 2> Ask(const std::vector<Request>& requests);
  // One request to one server; empty when it has closed the connection.
  std::string AskOne(Side side, const Request& request);
  // Bytes as they are, then nothing more; all that comes until the end.
  std::array<std::string, 2> AskRaw(std::string_view bytes);

  // Where the answers to a pipeline disagree. Knows about MULTI: what EXEC
  // answers is judged command by command.
  struct Disagreement {
    size_t index;
    Findings findings;
  };
  std::vector<Disagreement> Judge(const std::vector<Request>& requests,
                                  const std::array<Answers, 2>& answers,
                                  const Slack& slack);

  // Whether the connections are over. When only one of them is, the other is
  // given some time; false in *agree if it stays.
  bool CheckClosed(bool* agree);

  Link& link(Side side) { return links_[side]; }
  const std::string& id(Side side) const { return ids_[side]; }
  const std::string& address(Side side) const { return addresses_[side]; }

 private:
  Findings JudgeOne(const Request& request, const std::string& redis,
                    const std::string& redbed, const Slack& slack);

  std::array<Link, 2> links_;
  std::array<std::string, 2> ids_;
  std::array<std::string, 2> addresses_;
  // What waits for EXEC.
  std::vector<Request> queued_;
};

}  // namespace compare
