#include "server/descriptors.h"

#include <gtest/gtest.h>

namespace server {
namespace {

TEST(Descriptors, GiveClientsWhatTheyWantWhereThereIsPlenty) {
  const DescriptorShares shares = ShareDescriptors(1 << 20, 10000);
  EXPECT_EQ(shares.clients, 10000u);
  EXPECT_EQ(shares.tables, 16384u);
}

TEST(Descriptors, AreNeverGivenTwice) {
  for (uint64_t limit : {0, 1, 64, 97, 100, 256, 1024, 4096, 16000, 65536}) {
    const DescriptorShares shares = ShareDescriptors(limit, 10000);
    EXPECT_GE(shares.clients, 1u);
    EXPECT_GE(shares.tables, 1u);
    if (limit >= 128) {
      EXPECT_LT(shares.clients + shares.tables, limit);
    }
  }
  EXPECT_EQ(ShareDescriptors(1024, 10000).clients, 1024 - 96 - 232u);
}

TEST(Descriptors, AreAsManyAsTheSystemGives) {
  EXPECT_EQ(RaiseDescriptorLimit(), DescriptorLimit());
  EXPECT_GT(DescriptorLimit(), 0u);
}

}  // namespace
}  // namespace server
