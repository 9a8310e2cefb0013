// Says the same to a real redis-server and to redbed, and tells where they
// answer differently. kUsage below says how it is called.
//
// Exit code 0: no difference that is not listed. 1: there was one, printed
// with all that is needed to see it again. 2: it could not be tried.

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <string>

#include "base/strings.h"
#include "compare/match.h"

namespace compare {
namespace {

struct Arguments {
  MatchOptions match;
  std::string redis = "/usr/bin/redis-server";
  std::string redbed;
  std::string differences = REDBED_DIFFERENCES;
};

constexpr char kUsage[] =
    "compare_test --redbed build/redbed --commands 1000000 --seed 7\n"
    "compare_test --against-self      redis-server on both sides\n"
    "\n"
    "  --redbed PATH     the server to test ($REDBED_BINARY, or ../redbed)\n"
    "  --redis PATH      the server to follow (/usr/bin/redis-server)\n"
    "  --seed N          where requests come from; the same N, the same ones\n"
    "  --commands N      about how many (100000)\n"
    "  --seconds N       not longer than this\n"
    "  --reports N       go on until so many kinds of difference were met (1)\n"
    "  --no-shrink       do not look for the fewest requests that show one\n"
    "  --differences F   what may differ (tests/compare/differences.txt)\n";

[[noreturn]] void Refuse(std::string_view word) {
  std::fprintf(stderr, "compare_test: what is %.*s?\n",
               static_cast<int>(word.size()), word.data());
  std::exit(2);
}

int64_t ReadNumber(std::string_view word) {
  const std::optional<int64_t> number = base::ParseInt(word);
  if (!number || *number < 0) Refuse(word);
  return *number;
}

Arguments ReadArguments(int argc, char** argv) {
  Arguments arguments;
  if (const char* const path = std::getenv("REDBED_BINARY")) {
    arguments.redbed = path;
  } else {
    const std::filesystem::path own(argv[0]);
    arguments.redbed = (own.parent_path() / "redbed").string();
  }
  MatchOptions& match = arguments.match;
  for (int i = 1; i < argc; ++i) {
    const std::string_view word = argv[i];
    const auto value = [&]() -> std::string_view {
      if (i + 1 == argc) Refuse(word);
      return argv[++i];
    };
    if (word == "--help") {
      std::fputs(kUsage, stdout);
      std::exit(0);
    } else if (word == "--against-self") {
      match.against_self = true;
    } else if (word == "--no-shrink") {
      match.shrink = false;
    } else if (word == "--redbed") {
      arguments.redbed = value();
    } else if (word == "--redis") {
      arguments.redis = value();
    } else if (word == "--differences") {
      arguments.differences = value();
    } else if (word == "--seed") {
      match.seed = static_cast<uint64_t>(ReadNumber(value()));
    } else if (word == "--commands") {
      match.commands = static_cast<uint64_t>(ReadNumber(value()));
    } else if (word == "--seconds") {
      match.seconds_max = ReadNumber(value());
    } else if (word == "--reports") {
      match.reports_max = static_cast<int>(ReadNumber(value()));
    } else {
      Refuse(word);
    }
  }
  return arguments;
}

int Main(int argc, char** argv) {
  const Arguments arguments = ReadArguments(argc, argv);
  const MatchOptions& options = arguments.match;
  const std::vector<std::string> as_redis = {
      "--save", "", "--appendonly", "no", "--enable-debug-command", "yes"};
  const std::vector<std::string> as_redbed = {"--save",
                                              "",
                                              "--enable-debug-command",
                                              "yes",
                                              "--redbed-generation-bytes",
                                              "64kb",
                                              "--redbed-blob-bytes-min",
                                              "100",
                                              "--redbed-log-segment-bytes",
                                              "64kb",
                                              "--redbed-table-bytes",
                                              "64kb"};
  ServerProcess redis("redis-server", arguments.redis, as_redis);
  ServerProcess redbed(
      options.against_self ? "the second redis-server" : "redbed",
      options.against_self ? arguments.redis : arguments.redbed,
      options.against_self ? as_redis : as_redbed);
  Differences differences(arguments.differences);
  Match match(options, redis, redbed, differences);
  bool same = match.Run();
  for (ServerProcess* const server : {&redis, &redbed}) {
    same = server->Stop() && same;
  }
  std::printf("%s: seed %llu, %llu commands, slack %lld ms\n",
              same ? "no unlisted difference" : "DIFFERENCES",
              static_cast<unsigned long long>(options.seed),
              static_cast<unsigned long long>(match.commands()),
              static_cast<long long>(match.slack().ms));
  if (!options.against_self) {
    for (const std::string& name : match.NeverAsked()) {
      std::printf("never asked: %s\n", name.c_str());
    }
    for (const std::string& line : differences.Unused()) {
      std::printf("not needed this time: %s\n", line.c_str());
    }
  }
  return same ? 0 : 1;
}

}  // namespace
}  // namespace compare

int main(int argc, char** argv) { return compare::Main(argc, argv); }
