// Usage is what the kernel says that this process has used so far, and what
// lies in a directory.
//
// Threads: any.

#pragma once

#include <cstdint>
#include <string>

namespace bench {

struct Usage {
  double cpu_seconds = 0;      // user and system, all threads
  uint64_t bytes_written = 0;  // handed to the disk or its cache
  uint64_t bytes_read = 0;     // from the disk
  uint64_t memory_bytes = 0;   // resident now

  static Usage Now();
};

// What the files of the directory occupy.
uint64_t BytesOnDisk(const std::string& directory);

// Returns when this process has written nothing for a second, or after a
// minute: what compactions are still to do belongs to the workload before.
void WaitForRest();

// Everything in the directory goes to the disk and out of the page cache.
void DropPageCache(const std::string& directory);

}  // namespace bench
