#include "base/allocator.h"

#include <cstdint>
#include <cstdlib>

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

// One part in so many of a kind's regions may be free: fewer, and what moving
// gains is not worth the copies.
constexpr size_t kHolesShare = 16;

// Where mallctl finds what it knows of one allocation.
struct Utilization {
  size_t mib[3] = {};
  size_t depth = 3;
  bool known = false;

  Utilization() {
    known =
        mallctlnametomib("experimental.utilization.query", mib, &depth) == 0;
  }
};

const Utilization& HowUtilized() {
  static const Utilization utilization;
  return utilization;
}

// As jemalloc 5.3 answers (inspect.h there).
struct SlabUse {
  void* current_slab;  // where the next of this size goes
  size_t free_regions;
  size_t regions;
  size_t bytes;
  // Of all slabs of the same size class and arena.
  size_t bin_free_regions;
  size_t bin_regions;
};

bool ReadSlabUse(const void* memory, SlabUse* use) {
  const Utilization& utilization = HowUtilized();
  size_t size = sizeof *use;
  return utilization.known &&
         mallctlbymib(utilization.mib, utilization.depth, use, &size, &memory,
                      sizeof memory) == 0;
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

void Purge() {
  const std::string name =
      "arena." + std::to_string(MALLCTL_ARENAS_ALL) + ".purge";
  (void)mallctl(name.c_str(), nullptr, nullptr, nullptr, 0);
}

bool CanDefragment() {
  if (!HowUtilized().known) return false;
  // A jemalloc that answers something else is left alone.
  void* const probe = std::malloc(1);
  SlabUse use;
  const bool told = ReadSlabUse(probe, &use) && use.regions > 1 &&
                    use.bin_regions >= use.regions;
  std::free(probe);
  return told;
}

bool LiesSparse(const void* memory) {
  SlabUse use;
  if (!ReadSlabUse(memory, &use)) return false;
  // What fills its pages alone leaves no hole.
  if (use.regions <= 1 || use.free_regions == 0) return false;
  const auto at = reinterpret_cast<uintptr_t>(memory);
  const auto current = reinterpret_cast<uintptr_t>(use.current_slab);
  if (at - current < use.bytes) return false;
  if (use.bin_free_regions < use.bin_regions / kHolesShare + 2 * use.regions) {
    return false;
  }
  return use.free_regions * use.bin_regions >=
         use.bin_free_regions * use.regions;
}

void* AllocateDense(size_t size) { return mallocx(size, MALLOCX_TCACHE_NONE); }
void FreeDense(void* memory) { dallocx(memory, MALLOCX_TCACHE_NONE); }

#else

AllocatorStats ReadAllocatorStats() {
  const struct mallinfo2 info = mallinfo2();
  const size_t held = info.arena + info.hblkhd;
  return {"libc", info.uordblks + info.hblkhd, held, held};
}

bool PurgeInBackground() { return false; }
void Purge() { (void)malloc_trim(0); }

bool CanDefragment() { return false; }
bool LiesSparse(const void*) { return false; }
void* AllocateDense(size_t size) { return std::malloc(size); }
void FreeDense(void* memory) { std::free(memory); }

#endif

}  // namespace base
