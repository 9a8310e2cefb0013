#include "compare/differences.h"

#include <cstdio>
#include <cstdlib>
#include <fstream>

#include "base/glob.h"
#include "base/strings.h"

namespace compare {
namespace {

std::string Trimmed(const std::string& text) {
  const size_t first = text.find_first_not_of(' ');
  if (first == std::string::npos) return "";
  return text.substr(first, text.find_last_not_of(' ') - first + 1);
}

std::vector<std::string> SplitColumns(const std::string& line) {
  constexpr char kMark[] = " | ";
  std::vector<std::string> columns;
  size_t from = 0;
  for (size_t at = line.find(kMark); at != std::string::npos;
       at = line.find(kMark, from)) {
    columns.push_back(Trimmed(line.substr(from, at - from)));
    from = at + sizeof(kMark) - 1;
  }
  columns.push_back(Trimmed(line.substr(from)));
  return columns;
}

// A star matches nothing too. (Not so in Redis's globs.)
bool Matches(const std::string& pattern, const std::string& text) {
  return pattern == "*" || base::GlobMatch(pattern, text);
}

bool MatchesSubject(std::string_view pattern, const Finding& finding) {
  constexpr std::string_view kInExec = "EXEC: ";
  if (pattern.starts_with(kInExec)) {
    if (!finding.in_exec) return false;
    pattern.remove_prefix(kInExec.size());
  }
  return base::GlobMatch(pattern, finding.subject, base::GlobCase::kIgnore);
}

}  // namespace

Differences::Differences(const std::string& path) {
  std::ifstream file(path);
  if (!file) {
    std::fprintf(stderr, "cannot read %s\n", path.c_str());
    std::exit(2);
  }
  std::string text;
  for (int number = 1; std::getline(file, text); ++number) {
    if (Trimmed(text).empty() || text[0] == '#') continue;
    const std::vector<std::string> columns = SplitColumns(text);
    const std::string place = base::StrCat(path, ":", number);
    if (columns.size() != 4 || columns[3].empty()) {
      std::fprintf(stderr, "%s: not 'subject | redis | redbed | reason'\n",
                   place.c_str());
      std::exit(2);
    }
    lines_.push_back({place, text, columns[0], columns[1], columns[2]});
  }
}

bool Differences::Allow(const Finding& finding) {
  for (Line& line : lines_) {
    if (MatchesSubject(line.subject, finding) &&
        Matches(line.redis, finding.redis) &&
        Matches(line.redbed, finding.redbed)) {
      line.used = true;
      return true;
    }
  }
  return false;
}

std::vector<std::string> Differences::Unused() const {
  std::vector<std::string> unused;
  for (const Line& line : lines_) {
    if (!line.used) unused.push_back(line.place + ": " + line.text);
  }
  return unused;
}

}  // namespace compare
