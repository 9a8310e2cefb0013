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
// All of them at once, and now. Takes milliseconds; others may allocate
// meanwhile.
void Purge();

// Defragmentation: small allocations share slabs, runs of pages that go back to
// the system only when nothing is left in them. Whoever can move what it holds
// moves it out of the sparse ones:
//
//   if (LiesSparse(old)) { now = AllocateDense(...); copy; FreeDense(old); }

// False where the allocator cannot tell what is sparse: then nothing is.
bool CanDefragment();
// Whether the slab of this allocation is emptier than others of its kind, and
// there are enough of them that one could go. Some 20 ns and what the cache
// misses cost.
bool LiesSparse(const void* memory);
// As malloc and free, but past the thread's cache: from the fullest part of the
// heap, and so that a hole just left is not the next one filled.
void* AllocateDense(size_t size);
void FreeDense(void* memory);

}  // namespace base
