// Probes are checks that take more than one reply: whole iterations, digests
// of everything, keys that die meanwhile, bytes that are no request, clients
// that want no replies. They ask both servers the same and compare what comes
// of it.
//
// Threads: one.

#pragma once

#include <cstdint>
#include <string_view>

#include "compare/finding.h"
#include "compare/generator.h"
#include "compare/stage.h"

namespace compare {

class Probes {
 public:
  Probes(Stage& stage, Generator& generator)
      : stage_(stage), generator_(generator) {}

  struct Outcome {
    std::string_view name;
    Findings findings;
    uint64_t commands = 0;
    // What the prober has asked, for the report.
    std::vector<Request> asked;
    // Both servers hold nothing now.
    bool emptied = false;
  };
  // One of them, by chance.
  Outcome Draw();
  // Settings begin anew on both when one server was restarted. At times asks
  // whether everything is as before: times of death, databases, values;
  // otherwise whoever asks next is the first to do so.
  Outcome AfterRestart();

 private:
  using Probe = void (Probes::*)(Outcome*);

  // Asks the prober, and takes over what disagrees.
  std::array<Answers, 2> Ask(const std::vector<Request>& requests,
                             Outcome* outcome);

  // The same on a connection that is made for it.
  void AskAnew(std::vector<Request> requests, Outcome* outcome);
  void Judge(ClientPair& pair, const std::vector<Request>& requests,
             const std::array<Answers, 2>& answers, Outcome* outcome);
  void SelectAny(Outcome* outcome);

  // SCAN from 0 to 0 gives the same set.
  void ScanEverything(Outcome* outcome);
  std::vector<std::string> Scan(Side side, const Request& options,
                                Outcome* outcome);
  // RANDOMKEY gives a key that exists.
  void DrawRandomKeys(Outcome* outcome);
  // Digest, names, values and times of death.
  void AskForEverything(Outcome* outcome);
  // DBSIZE and DEBUG DIGEST, after what is expired was touched.
  void DigestEverything(Outcome* outcome);
  // Keys whose time comes between two requests.
  void OutliveKeys(Outcome* outcome);
  // Bytes as they are: inline requests, mistakes of protocol, half requests.
  void SendRawBytes(Outcome* outcome);
  // What INFO counts: hits and misses, errors, calls.
  void CountRequests(Outcome* outcome);
  // What Redis has since 7.2, where it leaves nothing behind.
  void AskWhatIsNew(Outcome* outcome);
  // CLIENT REPLY.
  void SilenceReplies(Outcome* outcome);
  // requirepass.
  void LockDoor(Outcome* outcome);
  // DEBUG RELOAD: closed and opened again, everything is still there.
  void Reload(Outcome* outcome);

  Stage& stage_;
  Generator& generator_;
};

}  // namespace compare
