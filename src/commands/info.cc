#include "commands/info.h"

#include <algorithm>
#include <bitset>

#include "base/check.h"

namespace commands {
namespace {

struct Section {
  std::string_view name;
  // Part of INFO without arguments.
  bool usual;
  void (*write)(const InfoSource& source, InfoText& text);
};

constexpr Section kSections[] = {
    {"server",       true,  WriteServerSection      },
    {"clients",      true,  WriteClientsSection     },
    {"memory",       true,  WriteMemorySection      },
    {"persistence",  true,  WritePersistenceSection },
    {"stats",        true,  WriteStatsSection       },
    {"replication",  true,  WriteReplicationSection },
    {"cpu",          true,  WriteCpuSection         },
    {"modules",      true,  WriteModulesSection     },
    {"commandstats", false, WriteCommandStatsSection},
    {"errorstats",   true,  WriteErrorStatsSection  },
    {"latencystats", false, WriteLatencyStatsSection},
    {"cluster",      true,  WriteClusterSection     },
    {"keyspace",     true,  WriteKeyspaceSection    },
    {"redbed",       true,  WriteRedbedSection      },
};
using Chosen = std::bitset<std::size(kSections)>;

Chosen ChooseSections(ArgReader& args) {
  Chosen chosen;
  const auto choose = [&](auto matches) {
    for (size_t i = 0; i < std::size(kSections); ++i) {
      if (matches(kSections[i])) chosen.set(i);
    }
  };
  const auto is_usual = [](const Section& section) { return section.usual; };
  if (!args.More()) choose(is_usual);
  while (args.More()) {
    const std::string_view word = args.Next();
    if (base::EqualsIgnoreCase(word, "default")) {
      choose(is_usual);
    } else if (base::EqualsIgnoreCase(word, "all") ||
               base::EqualsIgnoreCase(word, "everything")) {
      chosen.set();
    } else {
      choose([&](const Section& section) {
        return base::EqualsIgnoreCase(word, section.name);
      });
    }
  }
  return chosen;
}

}  // namespace

std::string WriteInfo(Call& call) {
  Server& server = call.server;
  CHECK(server.settings != nullptr);
  const InfoSource source{
      call, server, *server.settings, server.data.stats(),
      server.host == nullptr ? Traffic() : server.host->traffic()};
  const Chosen chosen = ChooseSections(call.args);
  InfoText text;
  for (size_t i = 0; i < std::size(kSections); ++i) {
    if (chosen[i]) kSections[i].write(source, text);
  }
  return text.Take();
}

}  // namespace commands
