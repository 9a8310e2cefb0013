// What the allocator really hands out, so that memory can be accounted in
// true bytes and not in what was asked for.
//
// Threads: any.

#pragma once

#include <cstddef>
#include <string>

namespace base {

// The bytes that malloc(size) occupies.
size_t AllocatedBytes(size_t size);

// What the allocator holds for the whole process, in bytes. Costs some tens of
// microseconds.
struct AllocatorStats {
  std::string name;
  size_t allocated = 0;  // handed out
  size_t active = 0;     // in pages that hold something
  size_t resident = 0;   // in memory, its own records included
};
AllocatorStats ReadAllocatorStats();

// From now on a thread of the allocator's own gives freed pages back to the
// system, instead of whoever happens to free something: that takes milliseconds
// now and then. False where the allocator has no such thread.
bool PurgeInBackground();

}  // namespace base
