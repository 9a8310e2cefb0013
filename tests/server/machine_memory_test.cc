#include "server/machine_memory.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <string>

#include "support/temporary_directory.h"

namespace server {
namespace {

class MachineMemoryTest : public testing::Test {
 protected:
  void Write(const std::string& path, const std::string& text) {
    const std::string whole = directory_.path() + path;
    std::filesystem::create_directories(
        std::filesystem::path(whole).parent_path());
    std::ofstream(whole) << text << "\n";
  }
  uint64_t Bytes() { return MachineMemoryBytes(directory_.path()); }

  support::TemporaryDirectory directory_;
};

TEST_F(MachineMemoryTest, IsThatOfTheMachineWithoutGroups) {
  EXPECT_EQ(Bytes(), static_cast<uint64_t>(sysconf(_SC_PHYS_PAGES)) *
                         static_cast<uint64_t>(sysconf(_SC_PAGESIZE)));
}

TEST_F(MachineMemoryTest, IsWhatTheOwnGroupMayHave) {
  const uint64_t machine = Bytes();
  Write("/proc/self/cgroup", "0::/system.slice/redbed.service");
  const std::string groups = "/sys/fs/cgroup/system.slice";
  Write(groups + "/memory.max", "max");
  EXPECT_EQ(Bytes(), machine);
  Write(groups + "/redbed.service/memory.max", "1048576");
  EXPECT_EQ(Bytes(), 1048576u);
  Write(groups + "/redbed.service/memory.max", "max");
  EXPECT_EQ(Bytes(), machine);
}

TEST_F(MachineMemoryTest, IsLimitedByEveryGroupAround) {
  Write("/proc/self/cgroup", "0::/system.slice/redbed.service");
  Write("/sys/fs/cgroup/system.slice/redbed.service/memory.max", "2097152");
  Write("/sys/fs/cgroup/system.slice/memory.max", "1048576");
  EXPECT_EQ(Bytes(), 1048576u);
  // A container sees its own group as the mount.
  Write("/sys/fs/cgroup/memory.max", "524288");
  EXPECT_EQ(Bytes(), 524288u);
}

TEST_F(MachineMemoryTest, KnowsGroupsOfVersionOne) {
  Write("/proc/self/cgroup",
        "10:cpu,cpuacct:/other\n9:memory:/docker/abc\n0::/");
  Write("/sys/fs/cgroup/memory/docker/abc/memory.limit_in_bytes", "1048576");
  EXPECT_EQ(Bytes(), 1048576u);
  // What stands there for "none".
  Write("/sys/fs/cgroup/memory/docker/abc/memory.limit_in_bytes",
        "9223372036854771712");
  EXPECT_GT(Bytes(), 1048576u);
}

TEST_F(MachineMemoryTest, PassesOverWhatItCannotRead) {
  const uint64_t machine = Bytes();
  Write("/proc/self/cgroup", "\n:\n0::\n0::no-slash\n1:memory\nnonsense");
  Write("/sys/fs/cgroup/memory.max", "many");
  EXPECT_EQ(Bytes(), machine);
  Write("/sys/fs/cgroup/memory.max", "0");
  EXPECT_EQ(Bytes(), machine);
}

}  // namespace
}  // namespace server
