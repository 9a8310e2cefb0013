// A history is some lives of one store, each ended by a crash.
//
// Threads: any.

#pragma once

#include <cstdint>
#include <string>

#include "lsm/engine_model.h"

namespace lsm {

// A store's whole history: a life that ends at operation `crash_at` of the
// disk (or soon after its last step), a recovery that is cut short, another
// life, and a third opening. Returns the first violation, or "".
std::string LiveThrice(uint64_t seed, uint64_t crash_at, int steps,
                       const ModelOptions& options);

}  // namespace lsm
