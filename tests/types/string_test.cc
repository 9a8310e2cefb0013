#include "types/string.h"

#include <gtest/gtest.h>

#include <string>

#include "types/store.h"

namespace types {
namespace {

constexpr uint64_t kBytesMax = 1000;

TEST(Strings, AreKeptAsTheirTextAsksFor) {
  EXPECT_EQ(EncodingFor("0"), Encoding::kInt);
  EXPECT_EQ(EncodingFor("-9223372036854775808"), Encoding::kInt);
  EXPECT_EQ(EncodingFor("9223372036854775808"), Encoding::kEmbedded);
  EXPECT_EQ(EncodingFor("01"), Encoding::kEmbedded);
  EXPECT_EQ(EncodingFor(""), Encoding::kEmbedded);
  EXPECT_EQ(EncodingFor(std::string(44, 'a')), Encoding::kEmbedded);
  EXPECT_EQ(EncodingFor(std::string(45, 'a')), Encoding::kRaw);
}

TEST(Strings, RefuseAKeyOfAnotherType) {
  Store store;
  Txn& txn = store.Begin();
  Keyspace keys(txn);
  Slot slot = keys.Open("h").value();
  ASSERT_TRUE(keys.Put(slot, {Type::kHash, Encoding::kRaw, 0, "x"}).ok());
  const std::string_view kWrong =
      "WRONGTYPE Operation against a key holding the wrong kind of value";
  EXPECT_EQ(Get(txn, "h").status().message(), kWrong);
  EXPECT_EQ(Append(txn, "h", "x", kBytesMax).status().message(), kWrong);
  EXPECT_EQ(SetRange(txn, "h", 0, "x", kBytesMax).status().message(), kWrong);
  EXPECT_EQ(Increment(txn, "h", 1).status().message(), kWrong);
  EXPECT_EQ(IncrementFloat(txn, "h", "1").status().message(), kWrong);
  EXPECT_FALSE(GetIfString(txn, "h").value().has_value());
  SetOptions options;
  options.want_old = true;
  EXPECT_EQ(Set(txn, "h", "v", options).status().message(), kWrong);
  // A plain SET replaces whatever is there.
  EXPECT_TRUE(Set(txn, "h", "v", {}).value().written);
  EXPECT_EQ(Get(txn, "h").value(), "v");
}

TEST(Strings, GrowToTheLimitAndNoFurther) {
  Store store;
  Txn& txn = store.Begin();
  const std::string half(kBytesMax / 2, 'a');
  EXPECT_EQ(Append(txn, "k", half, kBytesMax).value(), 500);
  EXPECT_EQ(Append(txn, "k", half, kBytesMax).value(), 1000);
  EXPECT_FALSE(Append(txn, "k", "a", kBytesMax).ok());
  EXPECT_EQ(SetRange(txn, "k", 999, "b", kBytesMax).value(), 1000);
  EXPECT_FALSE(SetRange(txn, "k", 1000, "b", kBytesMax).ok());
  EXPECT_FALSE(SetRange(txn, "k", INT64_MAX, "b", kBytesMax).ok());
  EXPECT_EQ(SetRange(txn, "z", 3, "b", kBytesMax).value(), 4);
  EXPECT_EQ(Get(txn, "z").value(), std::string_view("\0\0\0b", 4));
}

TEST(Strings, AreCutFromEitherEnd) {
  EXPECT_EQ(Slice("abcdef", 0, -1), "abcdef");
  EXPECT_EQ(Slice("abcdef", -3, -2), "de");
  EXPECT_EQ(Slice("abcdef", 4, 100), "ef");
  EXPECT_EQ(Slice("abcdef", -100, 1), "ab");
  EXPECT_EQ(Slice("abcdef", 3, 2), "");
  EXPECT_EQ(Slice("abcdef", -1, -3), "");
  EXPECT_EQ(Slice("", 0, -1), "");
  EXPECT_EQ(Slice("abc", INT64_MIN, INT64_MAX), "abc");
}

}  // namespace
}  // namespace types
