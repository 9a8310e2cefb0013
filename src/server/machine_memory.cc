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

// The group this process is in, under version 2: "0::/path".
std::string OwnGroup() {
  std::ifstream file("/proc/self/cgroup");
  std::string line;
  while (std::getline(file, line)) {
    if (line.starts_with("0::")) return line.substr(3);
  }
  return "/";
}

}  // namespace

uint64_t MachineMemoryBytes() {
  uint64_t bytes = static_cast<uint64_t>(sysconf(_SC_PHYS_PAGES)) *
                   static_cast<uint64_t>(sysconf(_SC_PAGESIZE));
  for (const std::string& path :
       {std::string("/sys/fs/cgroup/memory.max"),
        "/sys/fs/cgroup" + OwnGroup() + "/memory.max",
        std::string("/sys/fs/cgroup/memory/memory.limit_in_bytes")}) {
    if (const auto limit = ReadLimit(path)) bytes = std::min(bytes, *limit);
  }
  return bytes;
}

}  // namespace server
