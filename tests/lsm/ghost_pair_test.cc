#include "lsm/ghost_pair.h"

#include <gtest/gtest.h>

namespace lsm {
namespace {

TEST(GhostPair, RemembersTheLastTwo) {
  GhostPair pair{};
  EXPECT_FALSE(pair.Take(7));
  pair.Add(7);
  pair.Add(8);
  pair.Add(9);
  EXPECT_FALSE(pair.Take(7));
  EXPECT_TRUE(pair.Take(8));
  EXPECT_FALSE(pair.Take(8));
  EXPECT_TRUE(pair.Take(9));
  EXPECT_FALSE(pair.Take(9));
}

TEST(GhostPair, KeepsTheElderWhenTheYoungerGoes) {
  GhostPair pair{};
  pair.Add(7);
  pair.Add(8);
  EXPECT_TRUE(pair.Take(8));
  pair.Add(9);
  EXPECT_TRUE(pair.Take(7));
  EXPECT_TRUE(pair.Take(9));
}

}  // namespace
}  // namespace lsm
