#include "compare/rules.h"

#include <algorithm>
#include <cstdlib>
#include <string>
#include <vector>

#include "base/strings.h"
#include "compare/listings.h"

namespace compare {
namespace {

// What a tolerance may look at, and where it leaves what it does not tolerate.
struct Pair {
  const Request& request;
  const Reply& redis;
  const Reply& redbed;
  const Slack& slack;
  Findings* findings;

  void Differ() const {
    findings->push_back({Show(request), redis.Show(), redbed.Show()});
  }
};

constexpr int64_t kTimeToleranceMs = 50;
constexpr int64_t kSaveToleranceSeconds = 5;

void NumbersWithin(const Pair& pair, int64_t distance) {
  const std::optional<int64_t> a = pair.redis.Number();
  const std::optional<int64_t> b = pair.redbed.Number();
  // -1 and -2 are answers of their own, not times.
  if (!a || !b || *a < 0 || *b < 0 || std::abs(*a - *b) > distance) {
    pair.Differ();
  }
}

int64_t SecondsTolerance(const Slack& slack) { return 1 + slack.ms / 1000; }

void Seconds(const Pair& pair) {
  NumbersWithin(pair, SecondsTolerance(pair.slack));
}

void Millis(const Pair& pair) {
  NumbersWithin(pair, kTimeToleranceMs + pair.slack.ms);
}

void SaveTime(const Pair& pair) {
  NumbersWithin(pair, kSaveToleranceSeconds + SecondsTolerance(pair.slack));
}

void KeyCount(const Pair& pair) {
  NumbersWithin(pair, pair.slack.expired_keys);
}

void AnyNumber(const Pair& pair) {
  if (!pair.redis.Number() || !pair.redbed.Number()) pair.Differ();
}

void AnyKeyOrNone(const Pair& pair) {
  if (pair.redis.null != pair.redbed.null) pair.Differ();
}

// What each has that the other has not.
void DifferInItems(const Pair& pair, const Reply& redis, const Reply& redbed) {
  const auto missing = [](const Reply& from, const Reply& other) {
    std::string shown = base::StrCat(from.items.size(), " items, alone:");
    for (const Reply& item : from.items) {
      const bool common = std::any_of(
          other.items.begin(), other.items.end(),
          [&](const Reply& theirs) { return theirs.raw == item.raw; });
      if (!common) shown += " " + item.Show();
    }
    return shown;
  };
  pair.findings->push_back(
      {Show(pair.request), missing(redis, redbed), missing(redbed, redis)});
}

void AnyOrder(const Pair& pair) {
  if (!SameItems(pair.redis, pair.redbed)) {
    DifferInItems(pair, pair.redis, pair.redbed);
  }
}

// A page says little by itself; where both give everything on one page, it is
// the same.
void ScanPage(const Pair& pair) {
  const auto is_page = [](const Reply& reply) {
    return reply.items.size() == 2 && reply.items[0].Number() &&
           reply.items[1].type == '*';
  };
  if (!is_page(pair.redis) || !is_page(pair.redbed)) return pair.Differ();
  const bool whole = pair.request.size() > 1 && pair.request[1] == "0" &&
                     pair.redis.items[0].text == "0" &&
                     pair.redbed.items[0].text == "0";
  if (whole && !SameItems(pair.redis.items[1], pair.redbed.items[1])) {
    DifferInItems(pair, pair.redis.items[1], pair.redbed.items[1]);
  }
}

void TimeOfDay(const Pair& pair) {
  const auto millis = [](const Reply& reply) -> std::optional<int64_t> {
    if (reply.items.size() != 2) return std::nullopt;
    const auto seconds = reply.items[0].Number();
    const auto micros = reply.items[1].Number();
    if (!seconds || !micros) return std::nullopt;
    return *seconds * 1000 + *micros / 1000;
  };
  const auto a = millis(pair.redis);
  const auto b = millis(pair.redbed);
  if (!a || !b || std::abs(*a - *b) > kTimeToleranceMs + pair.slack.ms) {
    pair.Differ();
  }
}

// It draws something, and ends with the version.
void Drawing(const Pair& pair) {
  constexpr std::string_view kSignature = "Redis ver. ";
  if (pair.redis.text.find(kSignature) == std::string_view::npos ||
      pair.redbed.text.find(kSignature) == std::string_view::npos) {
    pair.Differ();
  }
}

// Whether an earlier save is still going on is a matter of time.
void Save(const Pair& pair) {
  const auto plausible = [](const Reply& reply) {
    return reply.text == "OK" || reply.text.starts_with("Background sav") ||
           reply.text.starts_with("ERR Background save already in progress");
  };
  if (!plausible(pair.redis) || !plausible(pair.redbed)) pair.Differ();
}

// But for the number of the connection.
void Hello(const Pair& pair) {
  Findings findings;
  CompareMaps("HELLO", pair.redis, pair.redbed, &findings);
  for (Finding& finding : findings) {
    if (finding.subject != "HELLO id" || finding.redbed == kAbsent) {
      pair.findings->push_back(std::move(finding));
    }
  }
}

void Info(const Pair& pair) {
  CompareInfo(pair.redis, pair.redbed, pair.slack, pair.findings);
}

void Clients(const Pair& pair) {
  CompareClients(pair.redis, pair.redbed, pair.findings);
}

void Settings(const Pair& pair) {
  CompareMaps("CONFIG GET", pair.redis, pair.redbed, pair.findings);
}

void CommandRows(const Pair& pair) {
  CompareCommandRows(pair.redis, pair.redbed, pair.slack, pair.findings);
}

void CommandDocs(const Pair& pair) {
  CompareCommandDocs(pair.redis, pair.redbed, pair.slack, pair.findings);
}

void CommandNames(const Pair& pair) {
  CompareCommandNames(pair.redis, pair.redbed, pair.slack, pair.findings);
}

// In Redis it sees keys that are past their time and not yet deleted.
void DebugObject(const Pair& pair) {
  const bool redbed_missed = !pair.redis.IsError() && pair.redbed.IsError();
  if (redbed_missed && pair.slack.expired_keys > 0) return;
  if (redbed_missed || pair.redis.IsError()) return pair.Differ();
  CompareDebugObject(pair.redis, pair.redbed, pair.findings);
}

// So does this one.
void DebugDigests(const Pair& pair) {
  static const std::string kOfNothing(40, '0');
  const size_t count = pair.redis.items.size();
  bool same = pair.redbed.items.size() == count;
  for (size_t i = 0; same && i < count; ++i) {
    const Reply& ours = pair.redbed.items[i];
    same = pair.redis.items[i].raw == ours.raw ||
           (pair.slack.expired_keys > 0 && ours.text == kOfNothing);
  }
  if (!same) pair.Differ();
}

// Instead of a subcommand: nothing may follow the name.
constexpr std::string_view kAlone = "(alone)";

struct Rule {
  std::string_view name;
  // Empty: whatever follows.
  std::string_view subcommand;
  void (*compare)(const Pair&);
  // It judges errors too; otherwise they are compared byte for byte.
  bool judges_errors = false;
};

// (clang-format 14 fails on rows of unequal length.)
// clang-format off
constexpr Rule kRules[] = {
    {"bgsave",      "",             Save, true},
    {"client",      "id",           AnyNumber},
    {"client",      "info",         Clients},
    {"client",      "list",         Clients},
    {"command",     "count",        AnyNumber},
    {"command",     "docs",         CommandDocs},
    {"command",     "info",         CommandRows},
    {"command",     "list",         CommandNames},
    {"command",     kAlone,         CommandRows},
    {"config",      "get",          Settings},
    {"dbsize",      "",             KeyCount},
    {"debug",       "digest-value", DebugDigests},
    {"debug",       "object",       DebugObject, true},
    {"expiretime",  "",             Seconds},
    {"hello",       "",             Hello},
    {"info",        "",             Info},
    {"keys",        "",             AnyOrder},
    {"lastsave",    "",             SaveTime},
    {"lolwut",      "",             Drawing},
    {"object",      "freq",         AnyNumber},
    {"object",      "idletime",     Seconds},
    {"pexpiretime", "",             Millis},
    {"pttl",        "",             Millis},
    {"randomkey",   "",             AnyKeyOrNone},
    {"save",        "",             Save, true},
    {"scan",        "",             ScanPage},
    {"slowlog",     "len",          AnyNumber},
    {"time",        "",             TimeOfDay},
    {"ttl",         "",             Seconds},
};
// clang-format on

const Rule* FindRule(const Request& request) {
  if (request.empty()) return nullptr;
  for (const Rule& rule : kRules) {
    if (!base::EqualsIgnoreCase(request[0], rule.name)) continue;
    if (rule.subcommand.empty() ||
        (rule.subcommand == kAlone && request.size() == 1) ||
        (request.size() > 1 &&
         base::EqualsIgnoreCase(request[1], rule.subcommand))) {
      return &rule;
    }
  }
  return nullptr;
}

}  // namespace

bool SameItems(const Reply& redis, const Reply& redbed) {
  const auto sorted = [](const Reply& reply) {
    std::vector<std::string_view> items;
    for (const Reply& item : reply.items) items.push_back(item.raw);
    std::sort(items.begin(), items.end());
    return items;
  };
  return redis.type == redbed.type && sorted(redis) == sorted(redbed);
}

void CompareParts(const Request& request, const Reply& redis,
                  const Reply& redbed, const Slack& slack, Findings* findings) {
  if (redis.raw == redbed.raw) return;
  const Pair pair = {request, redis, redbed, slack, findings};
  const Rule* const rule = FindRule(request);
  const bool queued = redis.text == "QUEUED" || redbed.text == "QUEUED";
  const bool error = redis.IsError() || redbed.IsError();
  const bool same_type = redis.type == redbed.type;
  if (rule == nullptr || queued ||
      ((error || !same_type) && !rule->judges_errors)) {
    return pair.Differ();
  }
  rule->compare(pair);
}

Findings CompareReplies(const Request& request, std::string_view redis,
                        std::string_view redbed, const Slack& slack) {
  Findings findings;
  if (redis == redbed) return findings;
  CompareParts(request, ParseReply(redis), ParseReply(redbed), slack,
               &findings);
  return findings;
}

}  // namespace compare
