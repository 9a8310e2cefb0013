// XXH3, the one checksum and hash of every format and index here.
//
// Threads: any.

#pragma once

#include <cstdint>
#include <string_view>

namespace base {

uint64_t Xxh3(std::string_view bytes, uint64_t seed);

}  // namespace base
