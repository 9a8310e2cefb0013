#include "base/float_text.h"

#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <limits>

#include "base/random.h"

namespace base {
namespace {

TEST(DoubleText, WritesIntegersPlainly) {
  EXPECT_EQ(DoubleText(0.0), "0");
  EXPECT_EQ(DoubleText(-0.0), "-0");
  EXPECT_EQ(DoubleText(3), "3");
  EXPECT_EQ(DoubleText(-17), "-17");
  EXPECT_EQ(DoubleText(1e17), "100000000000000000");
  EXPECT_EQ(DoubleText(1e18), "1000000000000000000");
}

TEST(DoubleText, IsTheShortestThatReadsBack) {
  EXPECT_EQ(DoubleText(0.1), "0.1");
  EXPECT_EQ(DoubleText(3.141), "3.141");
  EXPECT_EQ(DoubleText(-1234.5678), "-1234.5678");
  EXPECT_EQ(DoubleText(0.30000000000000004), "0.30000000000000004");
}

TEST(DoubleText, TurnsScientificWhereItIsLong) {
  EXPECT_EQ(DoubleText(1e20), "1e+20");
  EXPECT_EQ(DoubleText(1.5e300), "1.5e+300");
  EXPECT_EQ(DoubleText(0.000001), "0.000001");
  EXPECT_EQ(DoubleText(0.0000001), "1e-7");
  EXPECT_EQ(DoubleText(1.25e-7), "1.25e-7");
  EXPECT_EQ(DoubleText(5e-324), "5e-324");
}

TEST(DoubleText, NamesWhatIsNotANumber) {
  const double infinity = std::numeric_limits<double>::infinity();
  EXPECT_EQ(DoubleText(infinity), "inf");
  EXPECT_EQ(DoubleText(-infinity), "-inf");
  EXPECT_EQ(DoubleText(std::nan("")), "nan");
}

TEST(DoubleText, ReadsBackForAnyBits) {
  Random random(1);
  for (int i = 0; i < 20000; ++i) {
    const double value = std::bit_cast<double>(random.Next());
    if (std::isnan(value)) continue;
    const std::string text = DoubleText(value);
    EXPECT_EQ(std::strtod(text.c_str(), nullptr), value) << text;
  }
}

TEST(LongDoubleText, HasNoTrailingZeros) {
  EXPECT_EQ(LongDoubleText(10.5L), "10.5");
  EXPECT_EQ(LongDoubleText(3), "3");
  EXPECT_EQ(LongDoubleText(100), "100");
  EXPECT_EQ(LongDoubleText(0), "0");
  EXPECT_EQ(LongDoubleText(0.1L), "0.1");
  EXPECT_EQ(LongDoubleText(5e3L + 0.00000000000000001L), "5000");
}

TEST(LongDoubleText, IsNeverMinusZero) {
  EXPECT_EQ(LongDoubleText(-0.0L), "0");
  EXPECT_EQ(LongDoubleText(-1e-30L), "0");
}

TEST(LongDoubleText, FitsTheLargestNumber) {
  const long double largest = std::numeric_limits<long double>::max();
  EXPECT_EQ(LongDoubleText(largest).size(), 4933u);
  EXPECT_EQ(LongDoubleText(-INFINITY), "-inf");
}

}  // namespace
}  // namespace base
