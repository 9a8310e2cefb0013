#include "lsm/table/filter.h"

#include <gtest/gtest.h>

#include <string>

#include "base/random.h"
#include "lsm/format.h"

namespace lsm {
namespace {

Filter Build(uint32_t bits_per_key, int keys) {
  FilterBuilder builder(bits_per_key);
  for (int i = 0; i < keys; ++i) {
    builder.Add(HashKey("key" + std::to_string(i)));
  }
  return Filter::Parse(builder.Finish()).value();
}

// In percent.
double FalsePositives(const Filter& filter, int asked) {
  int passed = 0;
  for (int i = 0; i < asked; ++i) {
    passed += filter.MayContain(HashKey("other" + std::to_string(i)));
  }
  return 100.0 * passed / asked;
}

TEST(Filter, LetsEveryKeyOfItsTablePass) {
  for (const uint32_t bits : {1, 8, 10, 16, 20}) {
    for (const int keys : {1, 2, 63, 1000}) {
      const Filter filter = Build(bits, keys);
      for (int i = 0; i < keys; ++i) {
        EXPECT_TRUE(filter.MayContain(HashKey("key" + std::to_string(i))));
      }
    }
  }
}

TEST(Filter, LetsOneInAHundredOthersPassAtTenBits) {
  const double percent = FalsePositives(Build(10, 200'000), 400'000);
  RecordProperty("percent", std::to_string(percent));
  EXPECT_LT(percent, 1.05);
  EXPECT_GT(percent, 0.85);
}

TEST(Filter, LetsFewerPassWithMoreBits) {
  EXPECT_LT(FalsePositives(Build(16, 50'000), 100'000), 0.15);
  EXPECT_LT(FalsePositives(Build(8, 50'000), 100'000), 2.7);
}

TEST(Filter, IsNotMadeWithoutBits) {
  FilterBuilder builder(0);
  builder.Add(1);
  EXPECT_EQ(builder.Finish(), "");
  EXPECT_EQ(builder.EstimatedBytes(), 0u);
  EXPECT_TRUE(Filter().MayContain(99));
}

TEST(Filter, ForetellsItsSize) {
  FilterBuilder builder(10);
  for (uint64_t i = 0; i < 12'345; ++i) builder.Add(i);
  EXPECT_EQ(builder.EstimatedBytes(), builder.Finish().size());
}

TEST(Filter, RefusesAnImpossibleOutline) {
  FilterBuilder builder(10);
  builder.Add(1);
  const std::string good = builder.Finish();
  EXPECT_TRUE(Filter::Parse(good).ok());
  EXPECT_FALSE(Filter::Parse("").ok());
  EXPECT_FALSE(Filter::Parse(good.substr(0, 2)).ok());
  EXPECT_FALSE(Filter::Parse(good + "x").ok());
  EXPECT_FALSE(Filter::Parse(std::string("\2") + good.substr(1)).ok());
  EXPECT_FALSE(Filter::Parse(good.substr(0, 1) + "\x0f" + good.substr(2)).ok());
}

}  // namespace
}  // namespace lsm
