#include "compare/history.h"

#include <algorithm>
#include <chrono>
#include <set>
#include <string>
#include <string_view>

#include "base/strings.h"

namespace compare {
namespace {

bool IsKey(const std::string& word) {
  const auto keys = Vocabulary::AllKeys();
  return std::find(keys.begin(), keys.end(), word) != keys.end();
}

// Commands that decide what later ones of the same client mean.
bool ShapesClient(const Request& request) {
  static constexpr std::string_view kNames[] = {
      "select", "multi", "exec",    "discard", "reset",
      "hello",  "watch", "unwatch", "quit",    "client"};
  return !request.empty() &&
         std::any_of(std::begin(kNames), std::end(kNames),
                     [&](std::string_view name) {
                       return base::EqualsIgnoreCase(request[0], name);
                     });
}

// Plays the steps on empty servers, neighbours of one client as one pipeline;
// whether the last one shows a difference.
bool Reproduces(const Ports& ports, const std::vector<Step>& steps,
                const History::Differs& differs) {
  Stage stage(ports);
  stage.Clear();
  bool reproduced = false;
  for (size_t from = 0; from < steps.size();) {
    size_t to = from;
    std::vector<Request> requests;
    while (to < steps.size() && steps[to].client == steps[from].client) {
      requests.push_back(steps[to++].request);
    }
    const auto disagreements = stage.Play(steps[from].client, requests);
    reproduced = to == steps.size() &&
                 std::any_of(disagreements.begin(), disagreements.end(),
                             [&](const ClientPair::Disagreement& one) {
                               return one.index + 1 == requests.size() &&
                                      differs(one.findings);
                             });
    from = to;
  }
  stage.Clear();
  return reproduced;
}

}  // namespace

void History::Add(Step step) {
  steps_.push_back(std::move(step));
  if (steps_.size() > kStepsMax) steps_.pop_front();
}

std::vector<Step> History::Related(size_t count) const {
  std::vector<Step> related;
  if (steps_.empty()) return related;
  const Step& last = steps_.back();
  std::set<std::string> keys;
  for (const std::string& word : last.request) {
    if (IsKey(word)) keys.insert(word);
  }
  for (auto step = steps_.rbegin();
       step != steps_.rend() && related.size() < count; ++step) {
    const bool touches = std::any_of(
        step->request.begin(), step->request.end(),
        [&](const std::string& word) { return keys.contains(word); });
    if (touches ||
        (step->client == last.client && ShapesClient(step->request))) {
      related.push_back(*step);
    }
  }
  std::reverse(related.begin(), related.end());
  return related;
}

std::vector<Step> History::Shrunk(const Ports& ports,
                                  const Differs& differs) const {
  using std::chrono::steady_clock;
  constexpr auto kPatience = std::chrono::seconds(20);
  const auto deadline = steady_clock::now() + kPatience;
  std::vector<Step> steps(steps_.begin(), steps_.end());
  if (!Reproduces(ports, steps, differs)) return {};
  // Leaves out ever smaller pieces for as long as the difference stays.
  for (size_t piece = steps.size() / 2; piece > 0; piece /= 2) {
    for (size_t from = 0; from + 1 < steps.size();) {
      if (steady_clock::now() > deadline) return steps;
      const size_t to = std::min(from + piece, steps.size() - 1);
      std::vector<Step> fewer(steps.begin(),
                              steps.begin() + static_cast<ptrdiff_t>(from));
      fewer.insert(fewer.end(), steps.begin() + static_cast<ptrdiff_t>(to),
                   steps.end());
      if (Reproduces(ports, fewer, differs)) {
        steps = std::move(fewer);
      } else {
        from = to;
      }
    }
  }
  return steps;
}

}  // namespace compare
