// Match is one run of the comparison: draws pipelines, plays them, probes now
// and then what no single reply shows, and reports where the servers disagree.
//
// Threads: one.

#pragma once

#include <cstdint>
#include <set>
#include <string>
#include <string_view>

#include "compare/differences.h"
#include "compare/generator.h"
#include "compare/history.h"
#include "compare/probes.h"
#include "compare/server_process.h"
#include "compare/stage.h"

namespace compare {

struct MatchOptions {
  uint64_t seed = 1;
  uint64_t commands = 100'000;
  // 0: no bound.
  int64_t seconds_max = 0;
  // The second server is a redis-server too.
  bool against_self = false;
  // After so many different reports the match is over.
  int reports_max = 1;
  bool shrink = true;
};

class Match {
 public:
  Match(const MatchOptions& options, ServerProcess& redis,
        ServerProcess& redbed, Differences& differences);

  // Whether there was nothing to report.
  bool Run();

  uint64_t commands() const { return number_; }
  // Commands of redbed that were never asked.
  std::vector<std::string> NeverAsked() const;
  const Slack& slack() { return stage_.slack(); }

 private:
  void PlayPipeline();
  void PlayProbe();
  void Take(const Probes::Outcome& outcome);
  // Lets redbed move its data between memory and disk, or promise more or less
  // about power cuts; no reply may show it.
  void Disturb();
  // Kills redbed, or shuts it down, and starts it again: all that was
  // acknowledged is there, as redis-server still has it.
  void RestartRedbed();

  void AlignLastCommands();
  void NoteAsked(const Request& request);
  // Without what differences.txt allows.
  Findings Unlisted(const Findings& findings);
  // Of a client's request, the last in the history.
  void ReportRequest(int client, const Request& request,
                     const Findings& findings);
  void ReportProbe(const Probes::Outcome& outcome, const Findings& findings);
  // Prints what is common to both, unless it was met before.
  bool ReportFindings(int client, std::string_view what,
                      const Findings& findings);
  // Goes on with nothing that a difference could have left behind.
  void StartAfresh();
  bool ServersLive();

  const MatchOptions options_;
  ServerProcess& redis_;
  ServerProcess& redbed_;
  Differences& differences_;
  Stage stage_;
  Generator generator_;
  Probes probes_;
  History history_;
  uint64_t number_ = 0;
  // Full names of commands.
  std::set<std::string> asked_;
  int reports_ = 0;
  // Kinds of difference that were reported.
  std::set<std::string> reported_;
};

}  // namespace compare
