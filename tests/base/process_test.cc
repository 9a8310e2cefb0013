#include "base/process.h"

#include <gtest/gtest.h>

#include <vector>

namespace base {
namespace {

TEST(Process, UsesMemoryOfTheMachine) {
  EXPECT_GT(ResidentBytes(), 100'000u);
  EXPECT_LT(ResidentBytes(), SystemMemoryBytes());
}

TEST(Process, SpendsTimeByComputing) {
  const double before = ThreadCpuTime().user + ThreadCpuTime().system;
  uint64_t sum = 1;
  while (ThreadCpuTime().user + ThreadCpuTime().system <= before) {
    for (uint64_t i = 0; i < 1'000'000; ++i) sum = sum * 31 + i;
  }
  EXPECT_NE(sum, 0u);
  EXPECT_GT(ProcessCpuTime().user + ProcessCpuTime().system, 0);
  EXPECT_GE(ChildrenCpuTime().user, 0);
}

TEST(Process, KnowsItsSystem) {
  EXPECT_EQ(SystemName().substr(0, 6), "Linux ");
}

}  // namespace
}  // namespace base
