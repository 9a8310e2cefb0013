// LOLWUT's picture: a rock face of red beds, layer upon layer, with a fault
// running through it. No two are alike.
//
// Threads: any.

#pragma once

#include <string>

#include "base/random.h"

namespace commands {

// `rows` lines of `columns` characters.
std::string DrawRedBeds(int columns, int rows, base::Random& random);

}  // namespace commands
