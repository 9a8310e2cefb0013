// Recipes are what the generator draws from: one row for each way of using a
// command, with how often. A new command needs its rows here and no more,
// unless its replies may differ (rules.h).
//
// Threads: immutable.

#pragma once

#include <span>
#include <string_view>

namespace compare {

// Whether a drawn request may be spoiled: words lost, doubled, replaced.
enum class Spoiling { kAllowed, kNever };

struct Recipe {
  int weight;
  std::string_view grammar;  // grammar.h
  Spoiling spoiling = Spoiling::kAllowed;
};

std::span<const Recipe> DataRecipes();
std::span<const Recipe> ServiceRecipes();

}  // namespace compare
