#include "base/digest.h"

#include <gtest/gtest.h>

namespace base {
namespace {

// The examples of FIPS 180.
TEST(Digest, KnowsThePublishedExamples) {
  EXPECT_EQ(Hex(Sha1("abc")), "a9993e364706816aba3e25717850c26c9cd0d89d");
  EXPECT_EQ(Hex(Sha1("")), "da39a3ee5e6b4b0d3255bfef95601890afd80709");
  EXPECT_EQ(Hex(Sha256("abc")),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

TEST(Digest, DoesNotCareHowBytesAreCut) {
  Digest digest(Digest::Kind::kSha256);
  digest.Add("a");
  digest.Add("");
  digest.Add("bc");
  EXPECT_EQ(digest.Finish(), Sha256("abc"));
}

TEST(Digest, WritesBytesInHex) {
  EXPECT_EQ(Hex(std::string_view("\x00\x7f\xff", 3)), "007fff");
}

}  // namespace
}  // namespace base
