// History remembers what was sent since both servers were last empty, to tell
// how a difference came about: which requests touched the same keys, and the
// fewest of them that show it again.
//
// Threads: one.

#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <vector>

#include "compare/finding.h"
#include "compare/request.h"
#include "compare/stage.h"

namespace compare {

struct Step {
  uint64_t number;
  int client;
  Request request;
};

class History {
 public:
  void Add(Step step);
  void Clear() { steps_.clear(); }

  // The last requests, at most `count`, that share a key with the last one, or
  // come from its client and shape its state.
  std::vector<Step> Related(size_t count) const;

  // A short run of requests, ending with the last one, to which the servers
  // behind `ports` still answer differently (as `differs` judges); empty when
  // even all of them do not show it, or it takes too long.
  using Differs = std::function<bool(const Findings&)>;
  std::vector<Step> Shrunk(const Ports& ports, const Differs& differs) const;

 private:
  static constexpr size_t kStepsMax = 3000;

  std::deque<Step> steps_;
};

}  // namespace compare
