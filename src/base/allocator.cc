#include "base/allocator.h"

#include <cstdint>

#ifdef REDBED_JEMALLOC
#include <jemalloc/jemalloc.h>
#else
#include <malloc.h>
#endif

namespace base {

size_t AllocatedBytes(size_t size) {
#ifdef REDBED_JEMALLOC
  return size == 0 ? 0 : nallocx(size, 0);
#else
  return (size + 15) / 16 * 16;
#endif
}

#ifdef REDBED_JEMALLOC

namespace {

size_t ReadSize(const char* name) {
  size_t value = 0;
  size_t size = sizeof value;
  if (mallctl(name, &value, &size, nullptr, 0) != 0) return 0;
  return value;
}

}  // namespace

AllocatorStats ReadAllocatorStats() {
  // The numbers are those of the last epoch.
  uint64_t epoch = 1;
  size_t size = sizeof epoch;
  (void)mallctl("epoch", &epoch, &size, &epoch, size);
  const char* version = "";
  size = sizeof version;
  (void)mallctl("version", &version, &size, nullptr, 0);
  const std::string text = version;
  return {"jemalloc-" + text.substr(0, text.find('-')),
          ReadSize("stats.allocated"), ReadSize("stats.active"),
          ReadSize("stats.resident")};
}

bool PurgeInBackground() {
  bool on = true;
  size_t size = sizeof on;
  return mallctl("background_thread", nullptr, nullptr, &on, size) == 0 &&
         mallctl("background_thread", &on, &size, nullptr, 0) == 0 && on;
}

#else

AllocatorStats ReadAllocatorStats() {
  const struct mallinfo2 info = mallinfo2();
  const size_t held = info.arena + info.hblkhd;
  return {"libc", info.uordblks + info.hblkhd, held, held};
}

bool PurgeInBackground() { return false; }

#endif

}  // namespace base
