#include "types/arena.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace types {
namespace {

TEST(Arena, KeepsEveryPieceApart) {
  Arena arena;
  std::vector<std::string_view> pieces;
  std::vector<std::string> expected;
  for (size_t size : {0, 1, 100, 20'000, 300'000, 5, 70'000, 3}) {
    expected.push_back(std::string(size, static_cast<char>('a' + size % 26)));
    pieces.push_back(arena.Copy(expected.back()));
  }
  for (size_t i = 0; i < pieces.size(); ++i) EXPECT_EQ(pieces[i], expected[i]);
}

TEST(Arena, GivesLargeBlocksBackAtReset) {
  Arena arena;
  arena.Allocate(1 << 20);
  EXPECT_GE(arena.block_bytes(), size_t{1} << 20);
  arena.Reset();
  EXPECT_EQ(arena.block_bytes(), 0u);
  EXPECT_EQ(arena.Copy("again"), "again");
}

}  // namespace
}  // namespace types
