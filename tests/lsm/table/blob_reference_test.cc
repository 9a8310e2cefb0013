#include "lsm/table/blob_reference.h"

#include <gtest/gtest.h>

#include "lsm/format.h"

namespace lsm {
namespace {

BlobReference Sample() {
  BlobReference reference;
  reference.file = 300;
  reference.record = {70'000, 9'000};
  reference.value_bytes = 16'384;
  reference.expires_ms = 1'700'000'000'000;
  reference.head = "the first bytes";
  return reference;
}

TEST(BlobReference, ComesBackAsItWas) {
  const std::string bytes = Sample().Encode();
  const BlobReference reference = BlobReference::Decode(bytes).value();
  EXPECT_EQ(reference.file, 300u);
  EXPECT_EQ(reference.record, (Extent{70'000, 9'000}));
  EXPECT_EQ(reference.value_bytes, 16'384u);
  EXPECT_EQ(reference.expires_ms, 1'700'000'000'000);
  EXPECT_EQ(reference.head, "the first bytes");
  EXPECT_EQ(reference.stored_bytes(), 9'009u);
}

TEST(BlobReference, BytesOfTheFormatStayAsTheyAre) {
  BlobReference reference;
  reference.file = 7;
  reference.record = {300, 40};
  reference.value_bytes = 50;
  reference.head = "ab";
  EXPECT_EQ(reference.Encode(), std::string("\x07\xac\x02\x28\x32\x00"
                                            "ab",
                                            8));
}

TEST(BlobReference, SaysWhetherItsHeadIsEnough) {
  BlobReference reference = Sample();
  EXPECT_TRUE(reference.Suffices(15));
  EXPECT_FALSE(reference.Suffices(16));
  reference.value_bytes = 15;
  EXPECT_TRUE(reference.Suffices(SIZE_MAX));
}

TEST(BlobReference, NoticesThatItEndsEarly) {
  const std::string bytes = Sample().Encode();
  const size_t numbers = bytes.size() - Sample().head.size();
  for (size_t size = 0; size < numbers; ++size) {
    EXPECT_FALSE(BlobReference::Decode(bytes.substr(0, size)).ok()) << size;
  }
  BlobReference reference = Sample();
  reference.value_bytes = 3;
  EXPECT_FALSE(BlobReference::Decode(reference.Encode()).ok());
}

TEST(BlobReference, HasTheBeginningOfTheValue) {
  const std::string bytes = Sample().Encode();
  EXPECT_EQ(HeadOfValue(Pack(5, Kind::kBlobValue), bytes), "the first bytes");
  EXPECT_EQ(HeadOfValue(Pack(5, Kind::kBlobValue), "x"), "");
  EXPECT_EQ(HeadOfValue(Pack(5, Kind::kValue), "whole"), "whole");
}

}  // namespace
}  // namespace lsm
