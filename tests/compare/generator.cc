#include "compare/generator.h"

#include <algorithm>
#include <iterator>
#include <optional>
#include <utility>

#include "base/strings.h"

namespace compare {
namespace {

constexpr uint64_t kServiceOneIn = 12;
constexpr uint64_t kSpoiledOneIn = 20;
// Connections that begin in RESP3.
constexpr uint64_t kNewerProtocolOneIn = 2;

// Whether replies would depend on speed: a key lives for a while that passes
// during the test, or is past its time from the start and not among those that
// are touched now and then.
bool DependsOnSpeed(const Request& request) {
  constexpr int64_t kSoon = 500'000;
  static constexpr std::string_view kTimeIsThirdWord[] = {"expire", "pexpire",
                                                          "setex", "psetex"};
  const auto is_soon = [&](size_t at) {
    if (at >= request.size()) return false;
    const std::optional<int64_t> number = base::ParseInt(request[at]);
    return number && *number > 0 && *number < kSoon;
  };
  const auto is_name = [&](std::string_view name) {
    return base::EqualsIgnoreCase(request[0], name);
  };
  if (std::any_of(std::begin(kTimeIsThirdWord), std::end(kTimeIsThirdWord),
                  is_name)) {
    return is_soon(2);
  }
  const auto keys = Vocabulary::AllKeys();
  const bool known = request.size() > 1 && std::find(keys.begin(), keys.end(),
                                                     request[1]) != keys.end();
  for (size_t i = 1; i < request.size(); ++i) {
    const std::string word = base::AsciiLower(request[i]);
    if ((word == "ex" || word == "px") && is_soon(i + 1)) return true;
    if ((word == "exat" || word == "pxat") && !known) return true;
  }
  return false;
}

}  // namespace

void Generator::Menu::Add(std::span<const Recipe> recipes) {
  for (const Recipe& recipe : recipes) {
    const uint64_t sum = sums.empty() ? 0 : sums.back();
    sums.push_back(sum + static_cast<uint64_t>(recipe.weight));
    entries.push_back({Grammar(recipe.grammar), recipe.spoiling});
  }
}

Generator::Generator(uint64_t seed) : random_(seed) {
  data_.Add(DataRecipes());
  service_.Add(ServiceRecipes());
}

std::vector<Request> Generator::DrawPipeline(int client) {
  constexpr uint64_t kLong = 100;
  constexpr uint64_t kShort = 12;
  const uint64_t count = 1 + random_.Below(random_.OneIn(8) ? kLong : kShort);
  bool& in_multi = in_multi_[client];
  std::vector<Request> pipeline;
  if (is_new_[client] && random_.OneIn(kNewerProtocolOneIn)) {
    pipeline.push_back({"HELLO", "3"});
  }
  is_new_[client] = false;
  for (uint64_t i = 0; i < count; ++i) {
    Request request;
    if (in_multi && random_.OneIn(6)) {
      request = {random_.OneIn(8) ? "DISCARD" : "EXEC"};
    } else {
      request = DrawAny();
    }
    if (!request.empty()) {
      const std::string name = base::AsciiLower(request[0]);
      if (name == "multi" && request.size() == 1) in_multi = true;
      if (name == "exec" || name == "discard" || name == "reset") {
        in_multi = false;
      }
    }
    pipeline.push_back(std::move(request));
  }
  return pipeline;
}

Request Generator::DrawAny() {
  return Draw(random_.OneIn(kServiceOneIn) ? service_ : data_);
}

Request Generator::Draw(const Menu& menu) {
  const uint64_t at = random_.Below(menu.sums.back());
  const auto found = std::upper_bound(menu.sums.begin(), menu.sums.end(), at);
  const Entry& entry =
      menu.entries[static_cast<size_t>(found - menu.sums.begin())];
  Request request =
      entry.grammar.Draw(random_, [&](std::string_view slot, Request* words) {
        if (slot != "request") return vocabulary_.Fill(slot, words);
        const Request inner = Draw(data_);
        words->insert(words->end(), inner.begin(), inner.end());
      });
  if (entry.spoiling == Spoiling::kAllowed && random_.OneIn(kSpoiledOneIn)) {
    Request spoiled = request;
    Spoil(&spoiled);
    if (!DependsOnSpeed(spoiled)) return spoiled;
  }
  return request;
}

void Generator::Spoil(Request* request) {
  const size_t at = random_.Below(request->size());
  const auto word = request->begin() + static_cast<ptrdiff_t>(at);
  switch (random_.Below(7)) {
    case 0:
      if (request->size() > 1) request->pop_back();
      return;
    case 1:
      request->push_back(vocabulary_.Junk());
      return;
    case 2:
      if (at > 0) request->erase(word);
      return;
    case 3:
      if (at > 0) request->insert(word, *word);
      return;
    case 4:
      if (at > 0) *word = vocabulary_.Junk();
      return;
    case 5:
      if (at > 0) *word = vocabulary_.Integer();
      return;
    default:
      if (at > 1) std::swap((*request)[at], (*request)[at - 1]);
      return;
  }
}

}  // namespace compare
