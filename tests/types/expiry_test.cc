#include "types/expiry.h"

#include <gtest/gtest.h>

#include <map>
#include <string>
#include <vector>

#include "base/random.h"
#include "base/strings.h"

namespace types {
namespace {

constexpr int64_t kNow = 1'700'000'000'000;
constexpr int64_t kTwoSlots = 2 * 128;

TEST(Expiry, HandsOutRowsSoonAfterTheirTimeAndNotBefore) {
  const uint64_t seed = 99;
  SCOPED_TRACE(seed);
  base::Random random(seed);
  Expiry expiry;
  std::multimap<int64_t, std::string> model;
  int64_t now = kNow;
  for (int i = 0; i < 3000; ++i) {
    // From a moment to some days: every ring.
    const int64_t ahead =
        static_cast<int64_t>(random.Below(uint64_t{1} << random.Below(30)));
    const std::string row = base::StrCat("row", i);
    expiry.Add(row, now + ahead);
    model.emplace(now + ahead, row);
    if (i % 3 == 0) now += static_cast<int64_t>(random.Below(500));
    for (const std::string& due : expiry.TakeDue(now, 1000)) {
      bool known = false;
      for (auto at = model.begin(); at != model.end() && at->first < now;
           ++at) {
        if (at->second != due) continue;
        model.erase(at);
        known = true;
        break;
      }
      ASSERT_TRUE(known) << due;
    }
    ASSERT_TRUE(model.empty() || model.begin()->first + kTwoSlots >= now);
  }
  while (!model.empty()) {
    now += 60'000;
    for (const std::string& due : expiry.TakeDue(now, 100'000)) {
      bool known = false;
      for (auto at = model.begin(); at != model.end(); ++at) {
        if (at->second != due) continue;
        ASSERT_LT(at->first, now);
        model.erase(at);
        known = true;
        break;
      }
      ASSERT_TRUE(known) << due;
    }
    ASSERT_TRUE(model.empty() || model.begin()->first + kTwoSlots >= now);
  }
  EXPECT_EQ(expiry.size(), 0u);
}

TEST(Expiry, KeepsOneEntryForARowThatIsProlonged) {
  Expiry expiry;
  for (int i = 0; i < 1000; ++i) expiry.Add("k", kNow + 1000 + i);
  EXPECT_EQ(expiry.size(), 1u);
  EXPECT_EQ(expiry.TakeDue(kNow + 5000, 10), std::vector<std::string>{"k"});
  EXPECT_TRUE(expiry.TakeDue(kNow + 10'000, 10).empty());
}

TEST(Expiry, LetsThoseThatDieLastGoWhenItIsFull) {
  Expiry expiry;
  expiry.TakeDue(kNow, 1);
  expiry.SetBytesMax(100'000);
  constexpr int64_t kHour = 3'600'000;
  for (int i = 0; i < 10'000; ++i) {
    expiry.Add(base::StrCat("a row that is long enough ", i), kNow + kHour);
  }
  const size_t full = expiry.size();
  EXPECT_LT(full, 1000u);
  EXPECT_GT(full, 300u);
  EXPECT_LT(expiry.memory_bytes(), 200'000u);
  // Nobody makes room for one that dies later still.
  expiry.Add("late", kNow + 100 * kHour);
  EXPECT_EQ(expiry.size(), full);
  for (int i = 0; i < 100; ++i) {
    expiry.Add(base::StrCat("another row that is long ", i), kNow + 1000);
  }
  EXPECT_LE(expiry.size(), full);
  EXPECT_EQ(expiry.TakeDue(kNow + 2000, 1000).size(), 100u);
}

// The walk reports a row once.
TEST(Expiry, KeepsWhatTheWalkReportsHoweverFullItIs) {
  Expiry expiry;
  expiry.TakeDue(kNow, 1);
  expiry.SetBytesMax(0);
  expiry.Add("written", kNow + 1000);
  EXPECT_EQ(expiry.size(), 0u);
  const lsm::ExpiringRow reported[] = {
      {"k", 1, kNow + 60'000}
  };
  expiry.Add(reported);
  expiry.Add("written", kNow + 1000);
  EXPECT_EQ(expiry.TakeDue(kNow + 61'000, 10), std::vector<std::string>{"k"});
}

TEST(Expiry, HasRoomForTheWalkHoweverMuchIsWritten) {
  Expiry expiry;
  expiry.TakeDue(kNow, 1);
  expiry.SetBytesMax(1'000'000);
  for (int i = 0; i < 20'000; ++i) {
    expiry.Add(base::StrCat("a row that is long enough ", i), kNow + 1000);
  }
  EXPECT_LT(expiry.size(), 10'000u);
  const size_t room = expiry.room();
  EXPECT_GT(room, 1000u);
  for (size_t i = 0; i < room; ++i) {
    const std::string row = base::StrCat("a row that was on the disk ", i);
    const lsm::ExpiringRow reported[] = {
        {row, 1, kNow + 1000}
    };
    expiry.Add(reported);
  }
  EXPECT_LT(expiry.room(), room / 4);
  EXPECT_LT(expiry.memory_bytes(), 2'000'000u);
}

TEST(Expiry, CountsWhatItHolds) {
  Expiry expiry;
  const size_t empty = expiry.memory_bytes();
  for (int i = 0; i < 1000; ++i) {
    expiry.Add(base::StrCat("a row that is long enough ", i), kNow + i * 1000);
  }
  EXPECT_GT(expiry.memory_bytes(), empty + 100'000);
  EXPECT_EQ(expiry.TakeDue(kNow + 2'000'000, 2000).size(), 1000u);
  EXPECT_LT(expiry.memory_bytes(), empty + 50'000);
  expiry.Clear();
  EXPECT_LT(expiry.memory_bytes(), empty + 50'000);
}

TEST(Expiry, LooksEarlierWhereTheTimeComesEarlier) {
  Expiry expiry;
  expiry.TakeDue(kNow, 1);
  expiry.Add("k", kNow + 60'000);
  expiry.Add("k", kNow + 1000);
  EXPECT_EQ(expiry.TakeDue(kNow + 2000, 10), std::vector<std::string>{"k"});
  // The later entry has nothing to say any more.
  EXPECT_TRUE(expiry.TakeDue(kNow + 61'000, 10).empty());
  // Unless somebody asks for it anew.
  expiry.Add("k", kNow + 62'000);
  EXPECT_EQ(expiry.TakeDue(kNow + 63'000, 10), std::vector<std::string>{"k"});
}

TEST(Expiry, KeepsToItsBudget) {
  Expiry expiry;
  for (int i = 0; i < 100; ++i) expiry.Add(base::StrCat("k", i), kNow);
  size_t all = 0;
  for (int round = 0; round < 10; ++round) {
    const size_t some = expiry.TakeDue(kNow + 1000, 10).size();
    EXPECT_EQ(some, 10u);
    all += some;
  }
  EXPECT_EQ(all, 100u);
  EXPECT_TRUE(expiry.TakeDue(kNow + 1000, 10).empty());
}

TEST(Expiry, GivesWhatCommandsFoundThoughItIsOff) {
  Expiry expiry;
  expiry.set_active(false);
  expiry.Add("k", kNow);
  expiry.AddFound("found");
  EXPECT_EQ(expiry.TakeDue(kNow + 1000, 10), std::vector<std::string>{"found"});
  expiry.set_active(true);
  EXPECT_EQ(expiry.TakeDue(kNow + 1000, 10), std::vector<std::string>{"k"});
}

// While nothing may be deleted, whoever asks for a dead row finds it again.
TEST(Expiry, RemembersSomeOfWhatCommandsFind) {
  Expiry expiry;
  for (int i = 0; i < 100'000; ++i) expiry.AddFound("found");
  EXPECT_LT(expiry.TakeDue(kNow, 100'000).size(), 10'000u);
}

TEST(Expiry, SurvivesAClockThatJumps) {
  constexpr int64_t kYear = int64_t{365} * 24 * 3600 * 1000;
  Expiry expiry;
  expiry.TakeDue(kNow, 1);
  expiry.Add("soon", kNow + 1000);
  expiry.Add("later", kNow + 2 * kYear);
  // Back: nothing is due for a year.
  EXPECT_TRUE(expiry.TakeDue(kNow - kYear, 10).empty());
  // Forward: what has died meanwhile, and only that.
  EXPECT_EQ(expiry.TakeDue(kNow + kYear, 10), std::vector<std::string>{"soon"});
  EXPECT_EQ(expiry.TakeDue(kNow + 3 * kYear, 10),
            std::vector<std::string>{"later"});
}

}  // namespace
}  // namespace types
