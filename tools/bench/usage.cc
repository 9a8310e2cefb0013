#include "bench/usage.h"

#include <fcntl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <thread>

namespace bench {
namespace {

// The number after this word in a file of /proc.
uint64_t NumberAfter(const std::string& path, const std::string& word) {
  std::ifstream file(path);
  for (std::string token; file >> token;) {
    uint64_t number = 0;
    if (token == word && file >> number) return number;
  }
  return 0;
}

double Seconds(const timeval& time) {
  return static_cast<double>(time.tv_sec) +
         static_cast<double>(time.tv_usec) / 1e6;
}

}  // namespace

Usage Usage::Now() {
  Usage usage;
  rusage times = {};
  getrusage(RUSAGE_SELF, &times);
  usage.cpu_seconds = Seconds(times.ru_utime) + Seconds(times.ru_stime);
  usage.bytes_written = NumberAfter("/proc/self/io", "write_bytes:");
  usage.bytes_read = NumberAfter("/proc/self/io", "read_bytes:");
  usage.memory_bytes = NumberAfter("/proc/self/status", "VmRSS:") * 1024;
  return usage;
}

uint64_t BytesOnDisk(const std::string& directory) {
  uint64_t bytes = 0;
  std::error_code error;  // Files come and go meanwhile.
  for (const auto& entry :
       std::filesystem::directory_iterator(directory, error)) {
    struct stat found = {};
    if (stat(entry.path().c_str(), &found) == 0) {
      bytes += static_cast<uint64_t>(found.st_blocks) * 512;
    }
  }
  return bytes;
}

void WaitForRest() {
  using std::chrono::milliseconds;
  uint64_t before = Usage::Now().bytes_written;
  int quiet = 0;
  for (int i = 0; i < 240 && quiet < 4; ++i) {
    std::this_thread::sleep_for(milliseconds(250));
    const uint64_t now = Usage::Now().bytes_written;
    // The witness frame of an idle log is no work.
    quiet = now - before < 64 << 10 ? quiet + 1 : 0;
    before = now;
  }
}

void DropPageCache(const std::string& directory) {
  for (const auto& entry : std::filesystem::directory_iterator(directory)) {
    const int fd = open(entry.path().c_str(), O_RDONLY | O_CLOEXEC);
    if (fd < 0) continue;
    (void)fdatasync(fd);
    (void)posix_fadvise(fd, 0, 0, POSIX_FADV_DONTNEED);
    close(fd);
  }
}

}  // namespace bench
