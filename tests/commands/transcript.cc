#include "commands/transcript.h"

#include <algorithm>
#include <filesystem>
#include <fstream>

#include "base/check.h"

namespace commands {
namespace {

bool TakePrefix(const std::string& line, const std::string& prefix,
                std::string* rest) {
  if (!line.starts_with(prefix)) return false;
  *rest = line.substr(prefix.size());
  return true;
}

}  // namespace

std::vector<std::string> TranscriptFiles() {
  std::vector<std::string> files;
  const auto folder = std::filesystem::path(__FILE__).parent_path();
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    if (entry.path().extension() == ".txt") files.push_back(entry.path());
  }
  std::sort(files.begin(), files.end());
  return files;
}

std::vector<TranscriptCase> ReadTranscript(const std::string& path) {
  std::ifstream file(path);
  CHECK(file.is_open());
  std::vector<TranscriptCase> cases;
  std::string line;
  std::string rest;
  bool in_title = false;
  for (int number = 1; std::getline(file, line); ++number) {
    if (line.starts_with("#")) {
      if (!in_title) cases.push_back({number, line, {}});
      in_title = true;
      continue;
    }
    in_title = false;
    if (line.empty()) continue;
    CHECK(!cases.empty());
    std::vector<TranscriptStep>& steps = cases.back().steps;
    if (TakePrefix(line, "> ", &rest)) {
      steps.push_back({number, rest, "", ""});
    } else if (TakePrefix(line, "~ ", &rest)) {
      steps.push_back({number, "", rest, ""});
    } else {
      CHECK(!steps.empty());
      std::string& reply = steps.back().reply;
      if (!reply.empty()) reply += '\n';
      reply += line;
    }
  }
  return cases;
}

}  // namespace commands
