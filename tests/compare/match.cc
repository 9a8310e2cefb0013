#include "compare/match.h"

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <iterator>

#include "base/check.h"
#include "base/strings.h"
#include "compare/reply.h"

namespace compare {
namespace {

constexpr uint64_t kProbeOneIn = 150;
constexpr uint64_t kDisturbOneIn = 60;
constexpr uint64_t kRestartOneIn = 400;
constexpr size_t kRelatedSteps = 20;
constexpr size_t kShownBytes = 2000;
// The client of what none of the numbered ones has asked.
constexpr int kNobody = -1;

void PrintSteps(std::string_view title, const std::vector<Step>& steps) {
  std::printf("  %.*s\n", static_cast<int>(title.size()), title.data());
  for (const Step& step : steps) {
    std::printf("    #%llu client %d: %s\n",
                static_cast<unsigned long long>(step.number), step.client,
                Show(step.request).c_str());
  }
}

// The same fault shows in many requests; numbers and words in a reply vary.
std::string KindOf(const Finding& finding) {
  const auto shape = [](const std::string& text) {
    std::string letters;
    for (const char c : text.substr(0, 40)) {
      if (c < '0' || c > '9') letters += c;
    }
    return letters;
  };
  const std::string subject =
      finding.subject.starts_with("INFO ") ||
              finding.subject.starts_with("COMMAND ") ||
              finding.subject.starts_with("CONFIG ")
          ? finding.subject
          : finding.subject.substr(0, finding.subject.find(' '));
  return base::StrCat(base::AsciiLower(subject), "|", shape(finding.redis), "|",
                      shape(finding.redbed));
}

}  // namespace

Match::Match(const MatchOptions& options, ServerProcess& redis,
             ServerProcess& redbed, Differences& differences)
    : options_(options),
      redis_(redis),
      redbed_(redbed),
      differences_(differences),
      stage_({redis.port(), redbed.port()}),
      generator_(options.seed),
      probes_(stage_, generator_) {
  const std::string raw = stage_.prober().AskOne(kRedbed, {"COMMAND", "LIST"});
  CHECK(!raw.empty());
  for (const Reply& name : ParseReply(raw).items) {
    stage_.slack().commands.emplace(name.text);
  }
  AlignLastCommands();
}

bool Match::Run() {
  using std::chrono::steady_clock;
  const auto begun = steady_clock::now();
  base::Random& random = generator_.random();
  while (number_ < options_.commands) {
    if (options_.seconds_max > 0 &&
        steady_clock::now() - begun >
            std::chrono::seconds(options_.seconds_max)) {
      break;
    }
    PlayPipeline();
    if (random.OneIn(kProbeOneIn)) PlayProbe();
    if (!options_.against_self) {
      if (random.OneIn(kDisturbOneIn)) Disturb();
      if (random.OneIn(kRestartOneIn)) RestartRedbed();
    }
    if (!ServersLive()) return false;
    if (reports_ >= options_.reports_max) break;
  }
  return reported_.empty();
}

void Match::PlayPipeline() {
  const int client = static_cast<int>(generator_.random().Below(kClients));
  if (stage_.WillReconnect(client)) generator_.ForgetClient(client);
  const std::vector<Request> requests = generator_.DrawPipeline(client);
  for (const Request& request : requests) NoteAsked(request);
  const auto disagreements = stage_.Play(client, requests);
  size_t next = 0;
  for (const ClientPair::Disagreement& disagreement : disagreements) {
    for (; next <= disagreement.index; ++next) {
      history_.Add({number_ + next, client, requests[next]});
    }
    const Findings findings = Unlisted(disagreement.findings);
    if (findings.empty()) continue;
    number_ += disagreement.index;
    ReportRequest(client, requests[disagreement.index], findings);
    number_ += requests.size() - disagreement.index;
    return;
  }
  for (; next < requests.size(); ++next) {
    history_.Add({number_ + next, client, requests[next]});
  }
  number_ += requests.size();
}

void Match::PlayProbe() { Take(probes_.Draw()); }

void Match::Take(const Probes::Outcome& outcome) {
  number_ += outcome.commands;
  for (const Request& request : outcome.asked) NoteAsked(request);
  const Findings findings = Unlisted(outcome.findings);
  if (!findings.empty()) {
    ReportProbe(outcome, findings);
  } else if (outcome.emptied) {
    history_.Clear();
  }
}

void Match::Disturb() {
  static constexpr std::string_view kDeeds[] = {
      "REDBED.FLUSH",
      "REDBED.FLUSH",
      "REDBED.COMPACT",
      "CONFIG SET appendfsync always",
      "CONFIG SET appendfsync everysec",
      "CONFIG SET appendfsync no",
  };
  const Request deed =
      ParseRequests(kDeeds[generator_.random().Below(std::size(kDeeds))])
          .front();
  NoteAsked(deed);
  const std::string reply = stage_.prober().AskOne(kRedbed, deed);
  if (reply != "+OK\r\n") {
    const Finding finding = {Show(deed), "+OK", reply};
    ReportFindings(kNobody, finding.subject, {finding});
  }
  AlignLastCommands();
}

// CLIENT LIST shows the last command, and one server was asked alone.
void Match::AlignLastCommands() { stage_.prober().Ask(ParseRequests("PING")); }

void Match::RestartRedbed() {
  const bool by_kill = generator_.random().OneIn(2);
  stage_.Disconnect();
  if (!redbed_.Restart(by_kill)) {
    const Finding finding = {"a restart", "", redbed_.LogTail()};
    ReportFindings(kNobody, finding.subject, {finding});
    return;
  }
  Take(probes_.AfterRestart());
}

void Match::NoteAsked(const Request& request) {
  if (request.empty()) return;
  const std::string name = base::AsciiLower(request[0]);
  asked_.insert(name);
  if (request.size() < 2) return;
  asked_.insert(base::StrCat(name, "|", base::AsciiLower(request[1])));
}

std::vector<std::string> Match::NeverAsked() const {
  std::vector<std::string> names;
  std::set_difference(stage_.slack().commands.begin(),
                      stage_.slack().commands.end(), asked_.begin(),
                      asked_.end(), std::back_inserter(names));
  return names;
}

Findings Match::Unlisted(const Findings& findings) {
  Findings unlisted;
  for (const Finding& finding : findings) {
    if (!differences_.Allow(finding)) unlisted.push_back(finding);
  }
  return unlisted;
}

bool Match::ReportFindings(int client, std::string_view what,
                           const Findings& findings) {
  bool is_new = false;
  for (const Finding& finding : findings) {
    is_new |= reported_.insert(KindOf(finding)).second;
  }
  if (!is_new) return false;
  std::printf("\nDIFFERENCE %d: seed %llu, command %llu, client %d: %s\n",
              ++reports_, static_cast<unsigned long long>(options_.seed),
              static_cast<unsigned long long>(number_), client,
              std::string(what).c_str());
  for (const Finding& finding : findings) {
    std::printf("  %s\n    redis:  %s\n    redbed: %s\n",
                finding.subject.c_str(),
                Cut(finding.redis, kShownBytes).c_str(),
                Cut(finding.redbed, kShownBytes).c_str());
  }
  return true;
}

void Match::ReportRequest(int client, const Request& request,
                          const Findings& findings) {
  if (ReportFindings(client, Show(request), findings)) {
    PrintSteps("last requests on the same keys:",
               history_.Related(kRelatedSteps));
    if (options_.shrink) {
      const std::vector<Step> steps = history_.Shrunk(
          stage_.ports(),
          [this](const Findings& found) { return !Unlisted(found).empty(); });
      PrintSteps(steps.empty() ? "(not shown again by the last requests)"
                               : "enough to show it:",
                 steps);
    }
  }
  StartAfresh();
}

void Match::ReportProbe(const Probes::Outcome& outcome,
                        const Findings& findings) {
  if (ReportFindings(kNobody, outcome.name, findings)) {
    std::printf("  asked:\n");
    for (const Request& request : outcome.asked) {
      std::printf("    %s\n", Show(request).c_str());
    }
  }
  StartAfresh();
}

void Match::StartAfresh() {
  std::fflush(stdout);
  stage_.Clear();
  history_.Clear();
}

bool Match::ServersLive() {
  for (ServerProcess* const server : {&redis_, &redbed_}) {
    if (server->Alive()) continue;
    std::printf(
        "\n%s has ended: seed %llu, before command %llu\n%s\n",
        server->name().c_str(), static_cast<unsigned long long>(options_.seed),
        static_cast<unsigned long long>(number_), server->LogTail().c_str());
    PrintSteps("last requests:", history_.Related(kRelatedSteps));
    return false;
  }
  return true;
}

}  // namespace compare
