#include "base/process.h"

#include <fcntl.h>
#include <sys/resource.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <cstdlib>

#include "base/strings.h"

namespace base {
namespace {

double Seconds(const timeval& time) {
  return static_cast<double>(time.tv_sec) +
         static_cast<double>(time.tv_usec) / 1e6;
}

CpuTime Usage(int who) {
  rusage usage;
  if (getrusage(who, &usage) != 0) return {};
  return {Seconds(usage.ru_utime), Seconds(usage.ru_stime)};
}

}  // namespace

CpuTime ProcessCpuTime() { return Usage(RUSAGE_SELF); }
CpuTime ChildrenCpuTime() { return Usage(RUSAGE_CHILDREN); }
CpuTime ThreadCpuTime() { return Usage(RUSAGE_THREAD); }

uint64_t ResidentBytes() {
  const int fd = open("/proc/self/statm", O_RDONLY | O_CLOEXEC);
  if (fd < 0) return 0;
  // Pages: all, resident, ...
  char text[128];
  const ssize_t size = read(fd, text, sizeof text - 1);
  close(fd);
  if (size <= 0) return 0;
  text[size] = '\0';
  char* end = text;
  (void)std::strtoull(text, &end, 10);
  const uint64_t pages = std::strtoull(end, nullptr, 10);
  return pages * static_cast<uint64_t>(sysconf(_SC_PAGESIZE));
}

uint64_t SystemMemoryBytes() {
  return static_cast<uint64_t>(sysconf(_SC_PHYS_PAGES)) *
         static_cast<uint64_t>(sysconf(_SC_PAGESIZE));
}

std::string SystemName() {
  utsname name;
  if (uname(&name) != 0) return "";
  return StrCat(static_cast<const char*>(name.sysname), " ",
                static_cast<const char*>(name.release), " ",
                static_cast<const char*>(name.machine));
}

}  // namespace base
