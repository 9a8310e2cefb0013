// What the system knows of this process: memory, processor time, the machine.
//
// Threads: any.

#pragma once

#include <cstdint>
#include <string>

namespace base {

// Seconds of processor time.
struct CpuTime {
  double user = 0;
  double system = 0;
};
CpuTime ProcessCpuTime();
CpuTime ChildrenCpuTime();
// Of the calling thread.
CpuTime ThreadCpuTime();

// Memory of this process that is in RAM; 0 if the system does not say.
uint64_t ResidentBytes();
// RAM of the machine.
uint64_t SystemMemoryBytes();
// "Linux 6.18.0 x86_64".
std::string SystemName();

}  // namespace base
