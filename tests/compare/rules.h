// Rules say when two replies to one request are the same: byte for byte, unless
// the command's answer depends on chance, on time, on an order that nobody
// promises, or on which process gives it.
//
// Threads: any.

#pragma once

#include <cstdint>
#include <functional>
#include <set>
#include <string>
#include <string_view>

#include "compare/finding.h"
#include "compare/reply.h"
#include "compare/request.h"

namespace compare {

// How far apart two replies may be for reasons that are not the servers'.
struct Slack {
  // The longest time, so far, in which both were busy with one pipeline.
  int64_t ms = 0;
  // Keys of a database that may be past their time and not yet deleted.
  int64_t expired_keys = 0;
  // INFO's counts of hits, errors and calls follow from what clients did, and
  // not also from the order of a SCAN or the speed of a BGSAVE.
  bool counts_agree = false;
  // All commands that redbed has, by full name; redis-server has more.
  std::set<std::string, std::less<>> commands;
};

// Where `redis` and `redbed`, whole replies to `request`, disagree.
Findings CompareReplies(const Request& request, std::string_view redis,
                        std::string_view redbed, const Slack& slack);

// As CompareReplies, of replies that are part of others.
void CompareParts(const Request& request, const Reply& redis,
                  const Reply& redbed, const Slack& slack, Findings* findings);

// The sum of which keys and in which order is nobody's promise.
bool SameItems(const Reply& redis, const Reply& redbed);

}  // namespace compare
