#include "compare/listings.h"

#include <algorithm>
#include <cstdlib>
#include <map>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "base/glob.h"
#include "base/strings.h"

namespace compare {
namespace {

using Fields = std::vector<std::pair<std::string, std::string>>;

std::vector<std::string_view> Split(std::string_view text, char mark) {
  std::vector<std::string_view> parts;
  while (true) {
    const size_t at = text.find(mark);
    parts.push_back(text.substr(0, at));
    if (at == std::string_view::npos) return parts;
    text.remove_prefix(at + 1);
  }
}

std::pair<std::string, std::string> SplitField(std::string_view text,
                                               char mark) {
  const size_t at = std::min(text.find(mark), text.size());
  const std::string_view value =
      at < text.size() ? text.substr(at + 1) : std::string_view();
  return {std::string(text.substr(0, at)), std::string(value)};
}

bool MatchesAny(std::span<const std::string_view> patterns,
                std::string_view name) {
  return std::any_of(
      patterns.begin(), patterns.end(),
      [&](std::string_view pattern) { return base::GlobMatch(pattern, name); });
}

// By name: what only one has, and values of which `same` says no.
template <typename Same>
void CompareFields(std::string_view subject, const Fields& redis,
                   const Fields& redbed, Same same, Findings* findings) {
  const std::map<std::string, std::string> ours(redbed.begin(), redbed.end());
  const std::map<std::string, std::string> theirs(redis.begin(), redis.end());
  for (const auto& [name, value] : redis) {
    const auto found = ours.find(name);
    const std::string other = found == ours.end() ? kAbsent : found->second;
    if (found != ours.end() && (value == other || same(name, value, other))) {
      continue;
    }
    findings->push_back({base::StrCat(subject, " ", name), value, other});
  }
  for (const auto& [name, value] : redbed) {
    if (theirs.contains(name)) continue;
    findings->push_back({base::StrCat(subject, " ", name), kAbsent, value});
  }
}

Fields MapFields(const Reply& map) {
  Fields fields;
  for (size_t i = 0; i + 1 < map.items.size(); i += 2) {
    fields.emplace_back(map.items[i].text, map.items[i + 1].Show());
  }
  return fields;
}

const Reply* FindValue(const Reply& map, std::string_view name) {
  for (size_t i = 0; i + 1 < map.items.size(); i += 2) {
    if (map.items[i].text == name) return &map.items[i + 1];
  }
  return nullptr;
}

// --- INFO.

// "<section> <field>": those whose values follow from what clients did.
constexpr std::string_view kInfoFieldsThatAgree[] = {
    "Server redis_mode",
    "Server arch_bits",
    "Clients connected_clients",
    "Clients cluster_connections",
    "Clients maxclients",
    "Clients blocked_clients",
    "Clients tracking_clients",
    "Memory maxmemory*",
    "Persistence loading",
    "Stats evicted_keys",
    "Stats pubsub*",
    "Stats rejected_connections",
    "Replication role",
    "Replication connected_slaves",
    "Replication master_failover_state",
    "Replication master_repl*id2",
    "Replication second_repl_offset",
    "Cluster *",
    "Keyspace *",
};

// Those that also do when Slack::counts_agree.
constexpr std::string_view kInfoCounts[] = {
    "Stats keyspace_*",
    "Stats total_error_replies",
    "Stats unexpected_error_replies",
    "Errorstats *",
    "Commandstats *",
};

// Sections whose fields are those that have something to count.
constexpr std::string_view kInfoSectionsOfCounts[] = {
    "Errorstats", "Commandstats", "Latencystats"};

std::map<std::string, Fields> Sections(std::string_view text) {
  std::map<std::string, Fields> sections;
  std::string section;
  for (std::string_view line : Split(text, '\n')) {
    if (line.ends_with('\r')) line.remove_suffix(1);
    if (line.starts_with("# ")) {
      section = line.substr(2);
      sections[section];
    } else if (!line.empty()) {
      sections[section].push_back(SplitField(line, ':'));
    }
  }
  return sections;
}

// Of "keys=1,expires=0,avg_ttl=0", "calls=1,usec=7,...": those parts that do
// not depend on speed.
bool SameParts(std::string_view redis, std::string_view redbed,
               int64_t expired_keys) {
  static constexpr std::string_view kCounts[] = {"keys", "expires"};
  static constexpr std::string_view kOfSpeed[] = {"usec*", "avg_ttl"};
  const auto theirs = Split(redis, ',');
  const auto ours = Split(redbed, ',');
  if (theirs.size() != ours.size()) return false;
  for (size_t i = 0; i < theirs.size(); ++i) {
    const auto [name, a] = SplitField(theirs[i], '=');
    const auto [other_name, b] = SplitField(ours[i], '=');
    if (name != other_name) return false;
    if (a == b || MatchesAny(kOfSpeed, name)) continue;
    const auto count_a = base::ParseInt(a);
    const auto count_b = base::ParseInt(b);
    if (!count_a || !count_b || !MatchesAny(kCounts, name) ||
        std::abs(*count_a - *count_b) > expired_keys) {
      return false;
    }
  }
  return true;
}

// --- CLIENT LIST.

constexpr std::string_view kClientFieldsThatAgree[] = {
    "name", "db",   "sub",   "psub", "ssub", "multi",
    "cmd",  "user", "redir", "resp", "flags"};

// Lines in the order of their ids.
std::vector<Fields> ClientLines(std::string_view text) {
  std::vector<std::pair<int64_t, Fields>> lines;
  for (const std::string_view line : Split(text, '\n')) {
    if (line.empty()) continue;
    Fields fields;
    for (const std::string_view field : Split(line, ' ')) {
      fields.push_back(SplitField(field, '='));
    }
    lines.emplace_back(base::ParseInt(fields[0].second).value_or(0),
                       std::move(fields));
  }
  std::sort(lines.begin(), lines.end());
  std::vector<Fields> sorted;
  for (auto& [id, fields] : lines) sorted.push_back(std::move(fields));
  return sorted;
}

// --- COMMAND INFO, DOCS and LIST.

using ByName = std::map<std::string_view, const Reply*>;

ByName RowsByName(const Reply& rows) {
  ByName all;
  for (const Reply& row : rows.items) {
    if (!row.items.empty()) all[row.items[0].text] = &row;
  }
  return all;
}

// What both have goes to `compare`; what one has, to the findings.
template <typename Compare>
void CompareByName(std::string_view subject, const ByName& redis,
                   const ByName& redbed, const Slack& slack, Compare compare,
                   Findings* findings) {
  for (const auto& [name, ours] : redbed) {
    const auto theirs = redis.find(name);
    if (theirs != redis.end()) {
      compare(name, *theirs->second, *ours);
    } else {
      findings->push_back({base::StrCat(subject, name), kAbsent, ours->Show()});
    }
  }
  for (const auto& [name, theirs] : redis) {
    if (redbed.contains(name) || !slack.commands.contains(name)) continue;
    findings->push_back({base::StrCat(subject, name), theirs->Show(), kAbsent});
  }
}

void CompareCommandRow(const Reply& redis, const Reply& redbed,
                       const Slack& slack, Findings* findings) {
  static constexpr std::string_view kColumns[] = {
      "name", "arity",      "flags", "first key", "last key",
      "step", "categories", "tips",  "key specs", "subcommands"};
  constexpr size_t kSubcommands = std::size(kColumns) - 1;
  if (redis.raw == redbed.raw) return;
  if (redis.items.size() != std::size(kColumns) ||
      redbed.items.size() != std::size(kColumns)) {
    findings->push_back({"COMMAND INFO", redis.Show(), redbed.Show()});
    return;
  }
  const std::string subject =
      base::StrCat("COMMAND INFO ", redis.items[0].text, " ");
  for (size_t i = 0; i < kSubcommands; ++i) {
    const Reply& a = redis.items[i];
    const Reply& b = redbed.items[i];
    if (a.raw == b.raw || (a.type == '~' && SameItems(a, b))) continue;
    findings->push_back(
        {base::StrCat(subject, kColumns[i]), a.Show(), b.Show()});
  }
  // Rows again.
  CompareCommandRows(redis.items[kSubcommands], redbed.items[kSubcommands],
                     slack, findings);
}

}  // namespace

void CompareMaps(std::string_view subject, const Reply& redis,
                 const Reply& redbed, Findings* findings) {
  CompareFields(
      subject, MapFields(redis), MapFields(redbed),
      [](const auto&, const auto&, const auto&) { return false; }, findings);
}

void CompareInfo(const Reply& redis, const Reply& redbed, const Slack& slack,
                 Findings* findings) {
  const auto theirs = Sections(redis.text);
  auto ours = Sections(redbed.text);
  for (const auto& [section, fields] : theirs) {
    const std::string subject = base::StrCat("INFO ", section);
    if (!ours.contains(section)) {
      findings->push_back({subject, "present", kAbsent});
      continue;
    }
    if (!slack.counts_agree && MatchesAny(kInfoSectionsOfCounts, section)) {
      continue;
    }
    CompareFields(
        subject, fields, ours[section],
        [&, section = std::string_view(section)](const std::string& name,
                                                 const std::string& a,
                                                 const std::string& b) {
          const std::string field = base::StrCat(section, " ", name);
          const bool agrees =
              MatchesAny(kInfoFieldsThatAgree, field) ||
              (slack.counts_agree && MatchesAny(kInfoCounts, field));
          return !agrees || SameParts(a, b, slack.expired_keys);
        },
        findings);
  }
  for (const auto& [section, fields] : ours) {
    if (theirs.contains(section)) continue;
    findings->push_back({base::StrCat("INFO ", section), kAbsent, "present"});
  }
}

void CompareClients(const Reply& redis, const Reply& redbed,
                    Findings* findings) {
  const auto theirs = ClientLines(redis.text);
  const auto ours = ClientLines(redbed.text);
  if (theirs.size() != ours.size()) {
    findings->push_back({"CLIENT LIST", redis.Show(), redbed.Show()});
    return;
  }
  for (size_t i = 0; i < theirs.size(); ++i) {
    CompareFields(
        "CLIENT LIST", theirs[i], ours[i],
        [](const std::string& name, const std::string&, const std::string&) {
          return !MatchesAny(kClientFieldsThatAgree, name);
        },
        findings);
  }
}

void CompareCommandRows(const Reply& redis, const Reply& redbed,
                        const Slack& slack, Findings* findings) {
  const auto unknown = [](const Reply& reply) {
    return std::count_if(reply.items.begin(), reply.items.end(),
                         [](const Reply& row) { return row.null; });
  };
  if (unknown(redis) != unknown(redbed)) {
    findings->push_back({"COMMAND INFO", redis.Show(), redbed.Show()});
  }
  CompareByName(
      "COMMAND INFO ", RowsByName(redis), RowsByName(redbed), slack,
      [&](std::string_view, const Reply& theirs, const Reply& ours) {
        CompareCommandRow(theirs, ours, slack, findings);
      },
      findings);
}

void CompareCommandDocs(const Reply& redis, const Reply& redbed,
                        const Slack& slack, Findings* findings) {
  const auto by_name = [](const Reply& map) {
    ByName docs;
    for (size_t i = 0; i + 1 < map.items.size(); i += 2) {
      docs[map.items[i].text] = &map.items[i + 1];
    }
    return docs;
  };
  CompareByName(
      "COMMAND DOCS ", by_name(redis), by_name(redbed), slack,
      [&](std::string_view name, const Reply& theirs, const Reply& ours) {
        CompareFields(
            base::StrCat("COMMAND DOCS ", name), MapFields(theirs),
            MapFields(ours),
            [](const std::string& field, const auto&, const auto&) {
              return field == "subcommands";
            },
            findings);
        const Reply* const their_parts = FindValue(theirs, "subcommands");
        const Reply* const our_parts = FindValue(ours, "subcommands");
        if (their_parts == nullptr || our_parts == nullptr) return;
        CompareCommandDocs(*their_parts, *our_parts, slack, findings);
      },
      findings);
}

void CompareCommandNames(const Reply& redis, const Reply& redbed,
                         const Slack& slack, Findings* findings) {
  const auto by_name = [](const Reply& names) {
    ByName all;
    for (const Reply& name : names.items) all[name.text] = &name;
    return all;
  };
  CompareByName(
      "COMMAND LIST ", by_name(redis), by_name(redbed), slack,
      [](std::string_view, const Reply&, const Reply&) {}, findings);
}

void CompareDebugObject(const Reply& redis, const Reply& redbed,
                        Findings* findings) {
  const auto fields = [](const Reply& reply) {
    Fields all;
    for (const std::string_view field : Split(reply.text, ' ')) {
      all.push_back(SplitField(field, ':'));
    }
    return all;
  };
  CompareFields(
      "DEBUG OBJECT", fields(redis), fields(redbed),
      [](const std::string& name, const std::string&, const std::string&) {
        return name != "refcount" && name != "encoding";
      },
      findings);
}

}  // namespace compare
