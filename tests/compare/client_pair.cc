#include "compare/client_pair.h"

#include <unistd.h>

#include "base/quoting.h"
#include "base/strings.h"
#include "compare/reply.h"

namespace compare {
namespace {

constexpr char kClosed[] = "(connection closed)";

Answers TakeAnswers(Link& link) {
  Answers answers;
  while (link.has_reply()) answers.replies.push_back(link.TakeReply());
  answers.rest = link.rest();
  answers.timed_out = link.timed_out();
  return answers;
}

bool IsCutOff(const Request& request, const Answers& redis) {
  return !redis.rest.empty() && !request.empty() &&
         base::EqualsIgnoreCase(request.front(), "exec");
}

std::string ShowAnswer(const Answers& answers, size_t index) {
  if (index < answers.replies.size()) {
    return ParseReply(answers.replies[index]).Show();
  }
  if (!answers.rest.empty()) return "no reply: " + base::Quoted(answers.rest);
  return answers.timed_out ? "(nothing)" : kClosed;
}

}  // namespace

ClientPair::ClientPair(const Ports& ports)
    : links_{Link(ports[kRedis]), Link(ports[kRedbed])} {
  for (const Side side : kSides) {
    addresses_[side] = links_[side].LocalAddress();
    const std::string reply = AskOne(side, {"CLIENT", "ID"});
    if (reply.size() > 3) ids_[side] = ParseReply(reply).text;
  }
}

std::array<Answers, 2> ClientPair::Ask(
    const std::array<std::string, 2>& encoded, size_t count) {
  for (const Side side : kSides) links_[side].Send(encoded[side]);
  Link* const both[] = {&links_[kRedis], &links_[kRedbed]};
  Link::Receive(both, count);
  return {TakeAnswers(links_[kRedis]), TakeAnswers(links_[kRedbed])};
}

std::array<Answers, 2> ClientPair::Ask(const std::vector<Request>& requests) {
  std::string encoded;
  for (const Request& request : requests) AppendEncoded(request, &encoded);
  return Ask({encoded, encoded}, requests.size());
}

std::string ClientPair::AskOne(Side side, const Request& request) {
  std::string encoded;
  AppendEncoded(request, &encoded);
  Link& link = links_[side];
  link.Send(encoded);
  return link.Receive(1) ? link.TakeReply() : "";
}

std::array<std::string, 2> ClientPair::AskRaw(std::string_view bytes) {
  std::array<std::string, 2> received;
  for (Link& link : links_) {
    link.Send(bytes);
    link.FinishSending();
  }
  Link* const both[] = {&links_[kRedis], &links_[kRedbed]};
  Link::Receive(both, SIZE_MAX);
  for (const Side side : kSides) {
    const Answers answers = TakeAnswers(links_[side]);
    for (const std::string& reply : answers.replies) received[side] += reply;
    received[side] += answers.rest;
    if (answers.timed_out) received[side] += "(and then nothing)";
  }
  return received;
}

std::vector<ClientPair::Disagreement> ClientPair::Judge(
    const std::vector<Request>& requests, const std::array<Answers, 2>& answers,
    const Slack& slack) {
  std::vector<Disagreement> disagreements;
  const Answers& redis = answers[kRedis];
  const Answers& redbed = answers[kRedbed];
  for (size_t i = 0; i < requests.size(); ++i) {
    const bool from_redis = i < redis.replies.size();
    const bool from_redbed = i < redbed.replies.size();
    Findings findings;
    if (from_redis && from_redbed) {
      findings =
          JudgeOne(requests[i], redis.replies[i], redbed.replies[i], slack);
    } else if (IsCutOff(requests[i], redis)) {
      // Killed by what it runs: Redis writes no more of its reply.
    } else if (from_redis || from_redbed || redis.rest != redbed.rest ||
               redis.timed_out || redbed.timed_out) {
      findings.push_back(
          {Show(requests[i]), ShowAnswer(redis, i), ShowAnswer(redbed, i)});
    }
    if (!findings.empty()) disagreements.push_back({i, std::move(findings)});
    // What follows has no partner.
    if (!from_redis || !from_redbed) break;
  }
  return disagreements;
}

Findings ClientPair::JudgeOne(const Request& request, const std::string& redis,
                              const std::string& redbed, const Slack& slack) {
  const std::string name =
      request.empty() ? "" : base::AsciiLower(request.front());
  if (name == "exec" && redis != redbed) {
    const Reply theirs = ParseReply(redis);
    const Reply ours = ParseReply(redbed);
    const size_t count = queued_.size();
    if (theirs.type == '*' && ours.type == '*' && !theirs.null && !ours.null &&
        theirs.items.size() == count && ours.items.size() == count) {
      Findings findings;
      for (size_t i = 0; i < count; ++i) {
        CompareParts(queued_[i], theirs.items[i], ours.items[i], slack,
                     &findings);
      }
      for (Finding& finding : findings) finding.in_exec = true;
      queued_.clear();
      return findings;
    }
  }
  if (redis == "+QUEUED\r\n") {
    queued_.push_back(request);
  } else if (name == "multi" || name == "exec" || name == "discard" ||
             name == "reset") {
    if (redis[0] != '-' || name == "exec") queued_.clear();
  }
  return CompareReplies(request, redis, redbed, slack);
}

bool ClientPair::CheckClosed(bool* agree) {
  constexpr int kPatienceMs = 3000;
  *agree = true;
  for (int ms = 0; ms < kPatienceMs; ++ms) {
    const bool redis = links_[kRedis].CheckClosed();
    const bool redbed = links_[kRedbed].CheckClosed();
    if (redis == redbed) return redis;
    usleep(1000);
  }
  *agree = false;
  return true;
}

}  // namespace compare
