// The rules of the house that a machine can keep: who may include whom, how
// long a file may grow, what every header says first, and that every noun has
// its test. A failure names the file and the rule.

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <map>
#include <set>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

namespace {

namespace fs = std::filesystem;

const fs::path kRoot = REDBED_SOURCE_DIR;

using Names = std::set<std::string_view>;

// What a floor may include of this project; server and tests: everything.
const std::map<std::string_view, Names> kFloors = {
    {"base",     {"base"}                             },
    {"lsm",      {"lsm", "base"}                      },
    {"resp",     {"resp", "base"}                     },
    {"types",    {"types", "lsm", "base"}             },
    {"commands", {"commands", "types", "resp", "base"}},
    {"net",      {"net", "commands", "resp", "base"}  },
    {"admin",    {"admin", "net", "base"}             },
};

// Who may include a library, by how its headers begin.
const std::map<std::string_view, Names> kLibraries = {
    {"jemalloc/", {"base"}         },
    {"llhttp.h",  {"admin"}        },
    {"lua",       {"commands"}     },
    {"lz4",       {"lsm"}          },
    {"openssl/",  {"base", "net"}  },
    {"spdlog/",   {"base"}         },
    {"uv.h",      {"net", "server"}},
    {"xxhash.h",  {"base"}         },
    {"zstd",      {"lsm"}          },
};

// Tables of data: as long as what they list.
const Names kDataTables = {
    "src/commands/command_docs.cc",
};

// Nouns that another noun's test covers, because they are two sides of one.
const std::map<std::string_view, std::string_view> kCoveredBy = {
    {"lsm/compaction/table_writer", "lsm/compaction/merge_job_test.cc"},
    {"lsm/table/block_builder",     "lsm/table/block_test.cc"         },
    {"lsm/table/compression",       "lsm/table/block_format_test.cc"  },
    {"lsm/table/properties",        "lsm/table/footer_test.cc"        },
    {"lsm/table/table_builder",     "lsm/table/table_test.cc"         },
    {"lsm/table/table_survey",      "lsm/table/table_check_test.cc"   },
    {"lsm/table/whole_rows",        "lsm/table/table_check_test.cc"   },
    {"types/overlay_cursor",        "types/row_overlay_test.cc"       },
};

struct Source {
  std::string path;  // from the root, such as "src/lsm/wal/frame.h"
  std::string text;

  bool IsHeader() const { return path.ends_with(".h"); }
  // "src/lsm/wal/frame.h" -> "lsm"
  std::string_view floor() const {
    const std::string_view rest = std::string_view(path).substr(4);
    return rest.substr(0, rest.find('/'));
  }
  // "src/lsm/wal/frame.h" -> "lsm/wal/frame"
  std::string_view noun() const {
    const std::string_view rest = std::string_view(path).substr(4);
    return rest.substr(0, rest.rfind('.'));
  }
};

std::vector<Source> Sources(std::string_view folder) {
  std::vector<Source> sources;
  for (const auto& entry : fs::recursive_directory_iterator(kRoot / folder)) {
    const std::string extension = entry.path().extension();
    if (extension != ".h" && extension != ".cc") continue;
    std::ostringstream text;
    text << std::ifstream(entry.path()).rdbuf();
    sources.push_back({fs::relative(entry.path(), kRoot).string(), text.str()});
  }
  std::sort(sources.begin(), sources.end(),
            [](const Source& a, const Source& b) { return a.path < b.path; });
  return sources;
}

std::vector<Source> AllSources() {
  std::vector<Source> all;
  for (const std::string_view folder : {"src", "tests", "tools"}) {
    std::vector<Source> some = Sources(folder);
    std::move(some.begin(), some.end(), std::back_inserter(all));
  }
  return all;
}

// What stands between `open` and `close` in each #include.
std::vector<std::string> Includes(const Source& source, char open, char close) {
  const std::string start = std::string("#include ") + open;
  std::vector<std::string> includes;
  std::istringstream lines(source.text);
  for (std::string line; std::getline(lines, line);) {
    if (!line.starts_with(start)) continue;
    const size_t end = line.find(close, start.size());
    includes.push_back(line.substr(start.size(), end - start.size()));
  }
  return includes;
}

TEST(Tidy, FindsTheSources) { EXPECT_GT(AllSources().size(), 200u); }

TEST(Tidy, IncludesGoDownward) {
  for (const Source& source : Sources("src")) {
    if (source.floor() == "server") continue;
    const auto floor = kFloors.find(source.floor());
    ASSERT_NE(floor, kFloors.end()) << source.path << ": an unknown floor";
    for (const std::string& include : Includes(source, '"', '"')) {
      const std::string top = include.substr(0, include.find('/'));
      EXPECT_TRUE(floor->second.contains(top))
          << source.path << " includes " << include;
    }
  }
}

TEST(Tidy, EachLibraryHasItsPlace) {
  for (const Source& source : Sources("src")) {
    for (const std::string& include : Includes(source, '<', '>')) {
      for (const auto& [library, floors] : kLibraries) {
        if (!include.starts_with(library)) continue;
        EXPECT_TRUE(floors.contains(source.floor()))
            << source.path << " includes " << include;
      }
    }
  }
}

TEST(Tidy, AFileIsOneIdeaAndAtMost500Lines) {
  for (const Source& source : AllSources()) {
    if (kDataTables.contains(source.path)) continue;
    EXPECT_LE(std::count(source.text.begin(), source.text.end(), '\n'), 500)
        << source.path;
  }
}

TEST(Tidy, EachHeaderBeginsWithWhatItIsFor) {
  for (const Source& source : AllSources()) {
    if (!source.IsHeader()) continue;
    EXPECT_TRUE(source.text.starts_with("// ")) << source.path;
    EXPECT_NE(source.text.find("\n#pragma once\n"), std::string::npos)
        << source.path;
  }
}

TEST(Tidy, EachHeaderOfTheEngineSaysWhoMayTouchIt) {
  for (const Source& source : Sources("src")) {
    const bool asked = source.floor() == "lsm" || source.floor() == "types";
    if (!source.IsHeader() || !asked) continue;
    EXPECT_NE(source.text.find("Threads:"), std::string::npos) << source.path;
  }
}

TEST(Tidy, NothingIsLeftForLaterWithoutAnIssue) {
  const std::string word = std::string("TO") + "DO";
  for (const Source& source : AllSources()) {
    for (size_t at = source.text.find(word); at != std::string::npos;
         at = source.text.find(word, at + 1)) {
      EXPECT_EQ(source.text.substr(at + word.size(), 2), "(#") << source.path;
    }
  }
}

// A noun is a header and its .cc; a header alone only declares.
TEST(Tidy, EachNounHasItsTest) {
  constexpr std::string_view kTested[] = {"base", "lsm", "resp", "types"};
  for (const Source& source : Sources("src")) {
    const bool tested = std::find(std::begin(kTested), std::end(kTested),
                                  source.floor()) != std::end(kTested);
    if (!tested || !source.IsHeader()) continue;
    const std::string code = std::string(source.noun()) + ".cc";
    if (!fs::exists(kRoot / "src" / code)) continue;
    const auto covered = kCoveredBy.find(source.noun());
    const std::string test = covered != kCoveredBy.end()
                                 ? std::string(covered->second)
                                 : std::string(source.noun()) + "_test.cc";
    EXPECT_TRUE(fs::exists(kRoot / "tests" / test))
        << source.path << " has no tests/" << test;
  }
}

}  // namespace
