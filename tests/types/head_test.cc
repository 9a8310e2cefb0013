#include "types/head.h"

#include <gtest/gtest.h>

#include <string>

#include "types/row_key.h"

namespace types {
namespace {

std::string Encode(const Head& head) {
  std::string bytes(HeadBytes(head).view());
  bytes.append(head.payload);
  return bytes;
}

TEST(Head, ReadsBackWhatItWrote) {
  for (const int64_t expires_ms : {int64_t{0}, int64_t{1}, INT64_MAX}) {
    Head head;
    head.type = Type::kHash;
    head.encoding = Encoding::kEmbedded;
    head.expires_ms = expires_ms;
    head.payload = "value";
    const std::string bytes = Encode(head);
    EXPECT_EQ(bytes.size(), (expires_ms == 0 ? 2u : 10u) + 5);
    const auto read = ParseHead(bytes);
    ASSERT_TRUE(read.ok());
    EXPECT_EQ(read.value().type, Type::kHash);
    EXPECT_EQ(read.value().encoding, Encoding::kEmbedded);
    EXPECT_EQ(read.value().expires_ms, expires_ms);
    EXPECT_EQ(read.value().payload, "value");
    EXPECT_EQ(ExpiryOfRow(HeadKey(0, "k"), bytes), expires_ms);
  }
}

TEST(Head, RefusesWhatIsNoHead) {
  Head head;
  head.expires_ms = 5;
  const std::string whole = Encode(head);
  for (size_t size = 0; size < whole.size(); ++size) {
    EXPECT_FALSE(ParseHead(whole.substr(0, size)).ok()) << size;
  }
  EXPECT_FALSE(ParseHead(std::string("\x40\x00", 2)).ok());  // unknown bit
  EXPECT_FALSE(ParseHead(std::string("\x09\x00", 2)).ok());  // unknown type
  EXPECT_FALSE(ParseHead(std::string("\x00\x77", 2)).ok());
}

TEST(Head, LivesThroughTheMillisecondOfItsDeath) {
  Head head;
  EXPECT_FALSE(head.ExpiredAt(INT64_MAX));
  head.expires_ms = 1000;
  EXPECT_FALSE(head.ExpiredAt(1000));
  EXPECT_TRUE(head.ExpiredAt(1001));
}

TEST(Head, OnlyHeadRowsDie) {
  Head head;
  head.expires_ms = 1000;
  EXPECT_EQ(ExpiryOfRow("Kdatabases", Encode(head)), 0);
  EXPECT_EQ(ExpiryOfRow("", Encode(head)), 0);
  EXPECT_EQ(ExpiryOfRow(HeadKey(0, "k"), "\x10"), 0);
}

}  // namespace
}  // namespace types
