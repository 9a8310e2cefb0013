#include "compare/probes.h"

#include <unistd.h>

#include <algorithm>
#include <set>

#include "base/quoting.h"
#include "base/strings.h"
#include "compare/reply.h"

namespace compare {
namespace {

using std::string_view_literals::operator""sv;

std::string ShowReply(const std::string& raw) {
  return raw.empty() ? "(connection closed)" : ParseReply(raw).Show();
}

std::string ShowSet(const std::set<std::string>& items) {
  std::string shown;
  for (const std::string& item : items) {
    if (!shown.empty()) shown += ' ';
    shown += base::Quoted(item);
  }
  return shown;
}

// Every key that requests name, so that what is expired is deleted.
Request TouchAll() {
  Request request = {"EXISTS"};
  const auto keys = Vocabulary::AllKeys();
  request.insert(request.end(), keys.begin(), keys.end());
  return request;
}

}  // namespace

Probes::Outcome Probes::Draw() {
  struct Entry {
    std::string_view name;
    Probe probe;
  };
  static constexpr Entry kProbes[] = {
      {"SCAN of everything", &Probes::ScanEverything  },
      {"RANDOMKEY",          &Probes::DrawRandomKeys  },
      {"DEBUG DIGEST",       &Probes::DigestEverything},
      {"DEBUG DIGEST",       &Probes::DigestEverything},
      {"keys that die",      &Probes::OutliveKeys     },
      {"raw bytes",          &Probes::SendRawBytes    },
      {"raw bytes",          &Probes::SendRawBytes    },
      {"counts of INFO",     &Probes::CountRequests   },
      {"what is new",        &Probes::AskWhatIsNew    },
      {"CLIENT REPLY",       &Probes::SilenceReplies  },
      {"requirepass",        &Probes::LockDoor        },
  };
  constexpr uint64_t kReloadOneIn = 40;
  base::Random& random = generator_.random();
  const Entry& entry = random.OneIn(kReloadOneIn)
                           ? Entry{"DEBUG RELOAD", &Probes::Reload}
                           : kProbes[random.Below(std::size(kProbes))];
  Outcome outcome;
  outcome.name = entry.name;
  (this->*entry.probe)(&outcome);
  return outcome;
}

std::array<Answers, 2> Probes::Ask(const std::vector<Request>& requests,
                                   Outcome* outcome) {
  ClientPair& prober = stage_.prober();
  std::array<Answers, 2> answers = prober.Ask(requests);
  Judge(prober, requests, answers, outcome);
  return answers;
}

void Probes::AskAnew(std::vector<Request> requests, Outcome* outcome) {
  // The connection is gone when the next one looks at the others.
  requests.push_back({"QUIT"});
  ClientPair pair(stage_.ports());
  Judge(pair, requests, pair.Ask(requests), outcome);
}

void Probes::Judge(ClientPair& pair, const std::vector<Request>& requests,
                   const std::array<Answers, 2>& answers, Outcome* outcome) {
  outcome->commands += requests.size();
  outcome->asked.insert(outcome->asked.end(), requests.begin(), requests.end());
  for (auto& one : pair.Judge(requests, answers, stage_.slack())) {
    std::move(one.findings.begin(), one.findings.end(),
              std::back_inserter(outcome->findings));
  }
}

void Probes::SelectAny(Outcome* outcome) {
  const uint64_t db = generator_.random().Below(kDatabases);
  Ask(ParseRequests(base::StrCat("SELECT ", db)), outcome);
}

void Probes::ScanEverything(Outcome* outcome) {
  base::Random& random = generator_.random();
  Request options;
  if (random.OneIn(2)) {
    options.push_back("MATCH");
    generator_.vocabulary().Fill("pattern", &options);
  }
  if (random.OneIn(2)) {
    options.push_back("COUNT");
    options.push_back(base::StrCat(1 + random.Below(20)));
  }
  if (random.OneIn(4)) {
    options.push_back("TYPE");
    options.push_back(random.OneIn(2) ? "string" : "hash");
  }
  SelectAny(outcome);
  std::array<std::set<std::string>, 2> seen;
  for (const Side side : kSides) {
    for (std::string& key : Scan(side, options, outcome)) {
      seen[side].insert(std::move(key));
    }
  }
  if (seen[kRedis] == seen[kRedbed]) return;
  outcome->findings.push_back({"SCAN from 0 to 0 " + Show(options),
                               ShowSet(seen[kRedis]), ShowSet(seen[kRedbed])});
}

std::vector<std::string> Probes::Scan(Side side, const Request& options,
                                      Outcome* outcome) {
  constexpr int kPagesMax = 10'000;
  std::vector<std::string> keys;
  std::string cursor = "0";
  for (int page = 0; page < kPagesMax; ++page) {
    Request request = {"SCAN", cursor};
    request.insert(request.end(), options.begin(), options.end());
    const std::string raw = stage_.prober().AskOne(side, request);
    ++outcome->commands;
    if (raw.empty()) return {"(connection closed)"};
    const Reply reply = ParseReply(raw);
    if (reply.items.size() != 2) return {reply.Show()};
    for (const Reply& key : reply.items[1].items) keys.emplace_back(key.text);
    cursor = reply.items[0].text;
    if (cursor == "0") return keys;
  }
  return {"(no end)"};
}

void Probes::DrawRandomKeys(Outcome* outcome) {
  SelectAny(outcome);
  const auto answers = Ask(ParseRequests("RANDOMKEY; RANDOMKEY"), outcome);
  for (const Side side : kSides) {
    for (const std::string& raw : answers[side].replies) {
      const Reply reply = ParseReply(raw);
      if (reply.null) continue;
      const std::string exists =
          stage_.prober().AskOne(side, {"EXISTS", std::string(reply.text)});
      if (exists == ":1\r\n") continue;
      outcome->findings.push_back({side == kRedis
                                       ? "redis: EXISTS of RANDOMKEY"
                                       : "redbed: EXISTS of RANDOMKEY",
                                   ":1", ShowReply(exists)});
    }
  }
}

void Probes::DigestEverything(Outcome* outcome) {
  std::vector<Request> requests;
  for (int db = 0; db < 16; ++db) {
    requests.push_back({"SELECT", base::StrCat(db)});
    requests.push_back(TouchAll());
    requests.push_back({"DBSIZE"});
  }
  requests.push_back({"SELECT", "0"});
  requests.push_back({"DEBUG", "DIGEST"});
  stage_.slack().expired_keys = 0;
  // What was asked before matters more to a reader than these.
  const std::vector<Request> asked = outcome->asked;
  Ask(requests, outcome);
  outcome->asked = asked;
}

void Probes::OutliveKeys(Outcome* outcome) {
  constexpr int64_t kLifeMs = 30;
  constexpr useconds_t kPastTheirTimeUs = 45'000;
  Vocabulary& words = generator_.vocabulary();
  base::Random& random = generator_.random();
  SelectAny(outcome);
  std::vector<Request> births;
  Request keys;
  for (uint64_t i = 1 + random.Below(5); i > 0; --i) {
    const std::string key = words.Key();
    const std::string life = base::StrCat(1 + random.Below(kLifeMs));
    keys.push_back(key);
    switch (random.Below(4)) {
      case 0:
        births.push_back({"SET", key, words.Value(), "PX", life});
        break;
      case 1:
        births.push_back({"PSETEX", key, life, words.Value()});
        break;
      case 2:
        births.push_back({"MSET", key, words.Value()});
        births.push_back({"PEXPIRE", key, life});
        break;
      default:
        births.push_back({"MSET", key, words.Value()});
        births.push_back({"GETEX", key, "PX", life});
        break;
    }
  }
  // Whether a key is still there for a later birth is a matter of speed.
  ClientPair& prober = stage_.prober();
  const bool watched = random.OneIn(3);
  Request watch = {"WATCH"};
  watch.insert(watch.end(), keys.begin(), keys.end());
  prober.Ask(births);
  if (watched) prober.Ask({watch});
  usleep(kPastTheirTimeUs);
  // A SWAPDB may take them out of reach.
  stage_.slack().expired_keys += static_cast<int64_t>(keys.size());

  static constexpr std::string_view kForms[] = {
      "GET ?",
      "TTL ?; PTTL ?",
      "EXPIRETIME ?",
      "STRLEN ?; TYPE ?",
      "INCR ?; DEL ?",
      "APPEND ? x; TTL ?; DEL ?",
      "SET ? v KEEPTTL; TTL ?",
      "SET ? v XX",
      "SET ? v NX GET",
      "EXPIRE ? 1000 GT",
      "PERSIST ?",
      "GETEX ? PERSIST",
      "GETDEL ?",
      "RENAME ? key:0",
      "RENAMENX key:0 ?",
      "COPY ? key:1",
      "COPY key:1 ?",
      "MOVE ? 3",
      "DEL ?",
      "EXISTS ? ?",
      "KEYS *",
      "SCAN 0 COUNT 1000",
      "MSETNX ? 1",
      "GETRANGE ? 0 -1",
      "SETRANGE ? 2 x",
      "OBJECT ENCODING ?",
      "MULTI; GET ?; EXEC",
      "SWAPDB 0 1; GET ?",
  };
  std::vector<Request> afterwards;
  for (int i = 0; i < 6; ++i) {
    const std::string& key = keys[random.Below(keys.size())];
    for (Request request :
         ParseRequests(kForms[random.Below(std::size(kForms))])) {
      std::replace(request.begin(), request.end(), std::string("?"), key);
      afterwards.push_back(std::move(request));
    }
  }
  afterwards.push_back({"UNWATCH"});
  afterwards.push_back(TouchAll());
  Ask(afterwards, outcome);
}

void Probes::CountRequests(Outcome* outcome) {
  Ask(ParseRequests("CONFIG RESETSTAT"), outcome);
  std::vector<Request> requests;
  for (int i = 0; i < 30; ++i) {
    Request request = generator_.DrawData();
    // How many keys it looks at depends on their order.
    if (!base::EqualsIgnoreCase(request[0], "SCAN")) {
      requests.push_back(std::move(request));
    }
  }
  requests.push_back({"DISCARD"});
  Ask(requests, outcome);
  stage_.slack().counts_agree = true;
  Ask(ParseRequests("INFO stats errorstats commandstats"), outcome);
  stage_.slack().counts_agree = false;
  // What is expired may have stayed.
  DigestEverything(outcome);
}

Probes::Outcome Probes::AfterRestart() {
  Outcome outcome;
  outcome.name = "after a restart";
  Ask(ParseRequests("CONFIG SET maxmemory 0 maxmemory-policy noeviction "
                    "timeout 0 hz 10 slowlog-log-slower-than 10000 "
                    "loglevel notice lazyfree-lazy-user-flush no "
                    "hash-max-listpack-entries 128 "
                    "hash-max-listpack-value 64; "
                    "DEBUG SET-ACTIVE-EXPIRE 1; SAVE"),
      &outcome);
  Ask(
      {
          {"CONFIG", "SET", "notify-keyspace-events", ""}
  },
      &outcome);
  if (generator_.random().OneIn(2)) AskForEverything(&outcome);
  return outcome;
}

void Probes::AskForEverything(Outcome* outcome) {
  DigestEverything(outcome);
  for (int db = 0; db < kDatabases; ++db) {
    std::vector<Request> requests =
        ParseRequests(base::StrCat("SELECT ", db, "; KEYS *; DBSIZE"));
    for (const std::string& key : Vocabulary::AllKeys()) {
      requests.push_back({"GET", key});
      requests.push_back({"PTTL", key});
    }
    Ask(requests, outcome);
  }
}

void Probes::Reload(Outcome* outcome) {
  DigestEverything(outcome);
  Ask(ParseRequests("DEBUG RELOAD"), outcome);
  AskForEverything(outcome);
  // Redis may keep what it has loaded in another encoding than before.
  Ask(ParseRequests("FLUSHALL"), outcome);
  outcome->emptied = outcome->findings.empty();
}

}  // namespace compare
