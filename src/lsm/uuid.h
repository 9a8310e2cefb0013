// Uuid names one data directory for good; every file in it carries it, so
// that a file of another database is never taken for one's own.
//
// Threads: a value.

#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

namespace lsm {

struct Uuid {
  std::array<char, 16> bytes = {};

  bool operator==(const Uuid&) const = default;
  std::string_view view() const { return {bytes.data(), bytes.size()}; }
};

}  // namespace lsm
