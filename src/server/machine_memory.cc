#include "server/machine_memory.h"

#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <optional>
#include <string>

#include "base/strings.h"

namespace server {
namespace {

// A limit of control groups: a number of bytes, or "max".
std::optional<uint64_t> ReadLimit(const std::string& path) {
  std::ifstream file(path);
  std::string word;
  if (!(file >> word)) return std::nullopt;
  const std::optional<int64_t> bytes = base::ParseInt(word);
  if (!bytes || *bytes <= 0) return std::nullopt;
  return static_cast<uint64_t>(*bytes);
}

// A group and those around it, outwards; each may have a limit.
void LowerToGroups(const std::string& mount, std::string group,
                   const std::string& file, uint64_t* bytes) {
  while (true) {
    const auto limit = ReadLimit(base::StrCat(mount, group, "/", file));
    if (limit) *bytes = std::min(*bytes, *limit);
    if (group.empty()) return;
    group.resize(group.rfind('/'));
  }
}

}  // namespace

// Lines of /proc/self/cgroup: "0::/group" under version 2, and
// "9:memory:/group" under version 1. Within a container the group is often not
// to be seen, and its limits are those of the mount itself.
uint64_t MachineMemoryBytes(const std::string& root) {
  uint64_t bytes = static_cast<uint64_t>(sysconf(_SC_PHYS_PAGES)) *
                   static_cast<uint64_t>(sysconf(_SC_PAGESIZE));
  const std::string mount = root + "/sys/fs/cgroup";
  std::ifstream groups(root + "/proc/self/cgroup");
  std::string group_2;
  std::string group_1;
  for (std::string line; std::getline(groups, line);) {
    const size_t controllers = line.find(':') + 1;
    const size_t end = line.find(':', controllers);
    if (end == std::string::npos || line.find('/', end) != end + 1) continue;
    std::string group = line.substr(end + 1);
    if (group == "/") group.clear();
    if (end == controllers) group_2 = group;
    if (line.substr(controllers, end - controllers) == "memory") {
      group_1 = group;
    }
  }
  LowerToGroups(mount, group_2, "memory.max", &bytes);
  LowerToGroups(mount + "/memory", group_1, "memory.limit_in_bytes", &bytes);
  return bytes;
}

}  // namespace server
