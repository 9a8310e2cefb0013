// Floating point numbers as text, in the two ways that Redis writes them.
//
// Threads: any.

#pragma once

#include <string>

namespace base {

// The shortest text that reads back as the same double, laid out as Redis 7.2
// does in scores and RESP3 doubles: "3", "0.1", "1e+20", "-inf", "nan", "-0".
// (Redis 7.0 prints 17 digits instead: "0.10000000000000001".)
std::string DoubleText(double value);

// Fixed notation with at most 17 decimals and no trailing zeros, as
// INCRBYFLOAT stores: "10.5", "3", "inf". Never "-0".
std::string LongDoubleText(long double value);

}  // namespace base
