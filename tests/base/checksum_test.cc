#include "base/checksum.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>

namespace base {
namespace {

// These are on disks and must never change.
TEST(Checksum, IsTheOneThatTheFormatsWereWrittenWith) {
  EXPECT_EQ(Xxh3("", 0), 0x2d06800538d394c2u);
  EXPECT_EQ(Xxh3("redbed", 0), 0x9974a647cc6195d4u);
  EXPECT_EQ(Xxh3("redbed", 7), 0x1fc4bd6795273435u);
  EXPECT_EQ(Xxh3(std::string(1000, 'x'), 7), 0xa6b046c257309584u);
}

TEST(Checksum, DependsOnEveryByteAndTheSeed) {
  for (const size_t size : {1, 16, 100, 240, 241, 5000}) {
    const std::string bytes(size, 'x');
    const uint64_t sum = Xxh3(bytes, 1);
    EXPECT_NE(sum, Xxh3(bytes, 2));
    for (size_t i = 0; i < size; i += 1 + size / 50) {
      std::string other = bytes;
      other[i] ^= 1;
      EXPECT_NE(Xxh3(other, 1), sum);
    }
  }
}

TEST(Checksum, IsTheSameWhenTheBytesComeInPieces) {
  std::string bytes(3000, 'x');
  for (size_t i = 0; i < bytes.size(); ++i) bytes[i] = static_cast<char>(i * i);
  Xxh3Stream stream(7);
  for (size_t size = 0; size < bytes.size();) {
    ASSERT_EQ(stream.Sum(), Xxh3(bytes.substr(0, size), 7)) << size;
    const size_t piece = std::min(bytes.size() - size, 1 + size % 97);
    stream.Add(std::string_view(bytes).substr(size, piece));
    size += piece;
  }
}

}  // namespace
}  // namespace base
