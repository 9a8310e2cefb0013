// Finding is one place where the two servers disagree.
//
// Threads: values.

#pragma once

#include <string>
#include <vector>

namespace compare {

struct Finding {
  // The command, or a part of its reply that has a name of its own, such as
  // "INFO memory used_memory".
  std::string subject;
  std::string redis;
  std::string redbed;
  // The reply is part of what an EXEC answers.
  bool in_exec = false;
};

using Findings = std::vector<Finding>;

// What stands for something that one of them does not have.
inline constexpr char kAbsent[] = "(absent)";

}  // namespace compare
