// Differences are the disagreements that we know and stand by, read from
// differences.txt: one a line, with its reason.
//
//   subject | redis-server's reply | redbed's reply | reason
//
// The first three are glob patterns; a subject that begins with "EXEC: " is for
// what a transaction answers only. A subject's letters are matched without
// case; a reply is written as Reply::Show writes it.
//
// Threads: one.

#pragma once

#include <string>
#include <vector>

#include "compare/finding.h"

namespace compare {

class Differences {
 public:
  // On a line that cannot be read says so on stderr and exits.
  explicit Differences(const std::string& path);

  // Whether a line allows it; the line then counts as used.
  bool Allow(const Finding& finding);
  // Lines that have allowed nothing so far, as "path:number: line".
  std::vector<std::string> Unused() const;

 private:
  struct Line {
    std::string place;
    std::string text;
    std::string subject;
    std::string redis;
    std::string redbed;
    bool used = false;
  };

  std::vector<Line> lines_;
};

}  // namespace compare
