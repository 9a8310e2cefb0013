// Keys that find mistakes: empty, prefixes of each other, extreme bytes, and
// long shared beginnings.
//
// Threads: any.

#pragma once

#include <string>

#include "base/random.h"

namespace lsm {

// One of some thousands of keys, short and long ones mixed.
inline std::string HostileKey(base::Random& random) {
  static constexpr char kBytes[] = {'\x00', '\x01', 'a',
                                    '\x7f', '\x80', '\xff'};
  std::string key;
  if (random.OneIn(2)) key.assign("\x01\x00\x00\x00\x07", 5);
  if (random.OneIn(4)) key.append(random.Below(20), '\xff');
  if (random.OneIn(4)) key.append(random.Below(20), '\x00');
  for (uint64_t left = random.Below(5); left > 0; --left) {
    key.push_back(kBytes[random.Below(sizeof kBytes)]);
  }
  return key;
}

}  // namespace lsm
