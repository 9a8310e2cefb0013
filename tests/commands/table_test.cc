#include "commands/table.h"

#include <gtest/gtest.h>

#include <string>

#include "commands/house.h"

namespace commands {
namespace {

TEST(Table, FindsEveryRowInAnyCase) {
  Table table(AllFamilies());
  EXPECT_GT(table.count(), 50u);
  for (CommandEntry& entry : table.entries()) {
    std::string upper = entry.full_name;
    for (char& c : upper) c = static_cast<char>(std::toupper(c));
    EXPECT_EQ(table.FindFullName(entry.full_name), &entry);
    EXPECT_EQ(table.FindFullName(upper), &entry);
  }
}

TEST(Table, DoesNotFindWhatIsOnlyNear) {
  Table table(AllFamilies());
  for (const char* name : {"", "ge", "gett", "g\x45T", "encoding", "object|",
                           "object|x", "x|get", "get|x", "GE\x14"}) {
    if (std::string(name) == "g\x45T") continue;
    EXPECT_EQ(table.FindFullName(name), nullptr) << name;
  }
  EXPECT_EQ(table.Find(std::string(100'000, 'a')), nullptr);
  EXPECT_EQ(table.Find(std::string_view("get\0", 4)), nullptr);
}

TEST(Table, ForgetsStatistics) {
  Table table(AllFamilies());
  table.Find("get")->statistics.calls = 5;
  table.ResetStatistics();
  EXPECT_EQ(table.Find("get")->statistics.calls, 0u);
}

TEST(Keys, AreFoundWhereTheRowSays) {
  const auto positions = [](const Keys& keys, size_t words) {
    std::string found;
    ForEachKey(keys, words, [&](size_t at) {
      if (!found.empty()) found += ' ';
      found += std::to_string(at);
    });
    return found;
  };
  EXPECT_EQ(positions(Keys::None(), 3), "");
  EXPECT_EQ(positions(Keys::One(kRO), 3), "1");
  EXPECT_EQ(positions(Keys::At(2, kRO), 3), "2");
  EXPECT_EQ(positions(Keys::All(kRO), 4), "1 2 3");
  EXPECT_EQ(positions(Keys::All(kOW, 2), 5), "1 3");
  EXPECT_EQ(positions(Keys::All(kOW, 2), 4), "1 3");
  EXPECT_EQ(positions(Keys::Two(kRO, kOW), 5), "1 2");
  EXPECT_EQ(positions(Keys::Range(1, 2, kRO), 6), "1 2");
}

TEST(Keys, ShowAsCommandInfoDoes) {
  const auto shown = [](const Keys& keys) {
    return std::vector<int>{keys.first(), keys.last(), keys.step()};
  };
  EXPECT_EQ(shown(Keys::None()), (std::vector<int>{0, 0, 0}));
  EXPECT_EQ(shown(Keys::One(kRO)), (std::vector<int>{1, 1, 1}));
  EXPECT_EQ(shown(Keys::All(kRO)), (std::vector<int>{1, -1, 1}));
  EXPECT_EQ(shown(Keys::All(kRO, 2)), (std::vector<int>{1, -1, 2}));
  EXPECT_EQ(shown(Keys::Two(kRO, kOW)), (std::vector<int>{1, 2, 1}));
  EXPECT_EQ(shown(Keys::Range(1, 2, kRO)), (std::vector<int>{1, 2, 1}));
  EXPECT_EQ(shown(Keys::At(2, kRO)), (std::vector<int>{2, 2, 1}));
}

}  // namespace
}  // namespace commands
