#include "types/row_overlay.h"

#include <gtest/gtest.h>

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/random.h"
#include "base/strings.h"

namespace types {
namespace {

using State = RowOverlay::State;

RowOverlay::Entry Entry(const std::string& key, std::string_view value,
                        State state = State::kPut) {
  RowOverlay::Entry entry;
  entry.key = HashedRowKey(key);
  entry.value = value;
  entry.state = state;
  return entry;
}

TEST(RowOverlay, KeepsTheNewestStateAndTheOldestFacts) {
  RowOverlay rows;
  const std::string key = "k";
  RowOverlay::Entry first = Entry(key, "1");
  first.existed = true;
  first.nothing_below = true;
  rows.Set(first);
  rows.Set(Entry(key, "", State::kDeleted));
  ASSERT_NE(rows.Find(HashedRowKey(key)), nullptr);
  EXPECT_EQ(rows.Find(HashedRowKey(key))->state, State::kDeleted);
  EXPECT_TRUE(rows.Find(HashedRowKey(key))->existed);
  EXPECT_TRUE(rows.Find(HashedRowKey(key))->nothing_below);
  EXPECT_EQ(rows.entries().size(), 1u);
}

TEST(RowOverlay, TellsKeysOfTheSameHashApart) {
  RowOverlay rows;
  std::vector<std::string> keys;
  for (int i = 0; i < 40; ++i) keys.push_back(base::StrCat("key", i));
  for (const std::string& key : keys) {
    RowOverlay::Entry entry = Entry(key, key);
    entry.key.hash = 7;
    rows.Set(entry);
  }
  for (const std::string& key : keys) {
    ASSERT_NE(rows.Find({key, 7}), nullptr);
    EXPECT_EQ(rows.Find({key, 7})->value, key);
  }
  EXPECT_EQ(rows.Find({"nobody", 7}), nullptr);
}

TEST(RowOverlay, AgreesWithAMapAcrossRollBacks) {
  const uint64_t seed = 4711;
  SCOPED_TRACE(seed);
  base::Random random(seed);
  std::vector<std::string> keys;
  for (int i = 0; i < 30; ++i) {
    keys.push_back(base::StrCat(i < 15 ? "a" : "b", i));
  }
  using Model = std::map<std::string, std::pair<State, std::string>>;
  for (int round = 0; round < 200; ++round) {
    RowOverlay rows;
    std::vector<std::string> values;
    values.reserve(1000);
    Model model;
    std::vector<std::pair<RowOverlay::Mark, Model>> marks;
    for (int step = 0; step < 60; ++step) {
      const uint64_t dice = random.Below(20);
      if (dice == 0) {
        marks.push_back({rows.mark(), model});
      } else if (dice == 1 && !marks.empty()) {
        rows.RollBack(marks.back().first);
        model = marks.back().second;
        marks.pop_back();
      } else if (dice == 2) {
        rows.Forget("b");
        for (auto& [key, state] : model) {
          if (key[0] == 'b') state.first = State::kForgotten;
        }
      } else {
        const std::string& key = keys[random.Below(keys.size())];
        const State state = dice < 8 ? State::kDeleted : State::kPut;
        values.push_back(base::StrCat("v", step));
        rows.Set(Entry(key, values.back(), state));
        model[key] = {state, values.back()};
      }
      ASSERT_EQ(rows.entries().size(), model.size());
      for (const std::string& key : keys) {
        const RowOverlay::Entry* entry = rows.Find(HashedRowKey(key));
        const auto expected = model.find(key);
        ASSERT_EQ(entry != nullptr, expected != model.end());
        if (entry == nullptr) continue;
        ASSERT_EQ(entry->state, expected->second.first);
        ASSERT_EQ(entry->value, expected->second.second);
      }
    }
  }
}

}  // namespace
}  // namespace types
