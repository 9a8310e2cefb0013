#include "base/coding.h"

#include <gtest/gtest.h>

#include <vector>

#include "base/random.h"

namespace base {
namespace {

std::vector<uint64_t> Interesting() {
  std::vector<uint64_t> values = {0, UINT64_MAX};
  for (int bit = 0; bit < 64; ++bit) {
    const uint64_t power = uint64_t{1} << bit;
    values.insert(values.end(), {power - 1, power, power + 1});
  }
  return values;
}

TEST(Coding, ReadsBackVarints) {
  std::string bytes;
  for (const uint64_t value : Interesting()) PutVarint(&bytes, value);
  std::string_view input = bytes;
  for (const uint64_t expected : Interesting()) {
    uint64_t value = 0;
    ASSERT_TRUE(GetVarint(&input, &value));
    EXPECT_EQ(value, expected);
  }
  EXPECT_TRUE(input.empty());
}

TEST(Coding, RefusesVarintsThatDoNotEnd) {
  for (const uint64_t expected : Interesting()) {
    std::string bytes;
    PutVarint(&bytes, expected);
    bytes.pop_back();
    std::string_view input = bytes;
    uint64_t value = 42;
    EXPECT_FALSE(GetVarint(&input, &value));
    EXPECT_EQ(input.size(), bytes.size());
    EXPECT_EQ(value, 42u);
  }
  std::string_view endless = "\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff";
  uint64_t value = 0;
  EXPECT_FALSE(GetVarint(&endless, &value));
}

TEST(Coding, SortsBigEndianAsNumbers) {
  std::string last;
  for (uint64_t value = 1; value != 0; value <<= 1) {
    std::string bytes;
    PutBig<uint64_t>(&bytes, value);
    EXPECT_LT(last, bytes);
    EXPECT_EQ(LoadBig<uint64_t>(bytes.data()), value);
    last = bytes;
  }
  char four[4];
  StoreBig<uint32_t>(four, 0x01020304);
  EXPECT_EQ(std::string_view(four, 4), "\x01\x02\x03\x04");
}

TEST(Coding, ReadsLittleEndianOffTheFront) {
  std::string bytes;
  PutLittle<uint16_t>(&bytes, 0x0201);
  PutLittle<uint32_t>(&bytes, 7);
  EXPECT_EQ(bytes.substr(0, 2), "\x01\x02");
  std::string_view input = bytes;
  uint16_t first = 0;
  uint32_t second = 0;
  uint64_t third = 0;
  ASSERT_TRUE(GetLittle(&input, &first));
  ASSERT_TRUE(GetLittle(&input, &second));
  EXPECT_FALSE(GetLittle(&input, &third));
  EXPECT_EQ(first, 0x0201);
  EXPECT_EQ(second, 7u);
}

TEST(Coding, FoldsSignsIntoSmallNumbers) {
  EXPECT_EQ(ZigZag(0), 0u);
  EXPECT_EQ(ZigZag(-1), 1u);
  EXPECT_EQ(ZigZag(1), 2u);
  for (const int64_t value : {INT64_MIN, int64_t{-12345}, INT64_MAX}) {
    EXPECT_EQ(UnZigZag(ZigZag(value)), value);
  }
}

TEST(Coding, RefusesALengthBeyondTheInput) {
  std::string bytes;
  PutLengthPrefixed(&bytes, "hello");
  std::string_view input = bytes;
  std::string_view value;
  ASSERT_TRUE(GetLengthPrefixed(&input, &value));
  EXPECT_EQ(value, "hello");
  EXPECT_TRUE(input.empty());
  for (size_t size = 0; size < bytes.size(); ++size) {
    input = std::string_view(bytes).substr(0, size);
    EXPECT_FALSE(GetLengthPrefixed(&input, &value));
    EXPECT_EQ(input.size(), size);
  }
  std::string huge;
  PutVarint(&huge, UINT64_MAX);
  input = huge;
  EXPECT_FALSE(GetLengthPrefixed(&input, &value));
}

TEST(Coding, SurvivesRandomBytes) {
  Random random(1);
  for (int i = 0; i < 2000; ++i) {
    SCOPED_TRACE(i);
    std::string bytes(random.Below(24), '\0');
    for (char& c : bytes) c = static_cast<char>(random.Next());
    std::string_view input = bytes;
    std::string_view value;
    while (GetLengthPrefixed(&input, &value)) {
      ASSERT_LE(value.data() + value.size(), bytes.data() + bytes.size());
    }
  }
}

}  // namespace
}  // namespace base
