// The digest of a data set, of a key's value, as DEBUG DIGEST and DEBUG
// DIGEST-VALUE give it: equal to Redis's for the same data, whatever the order
// in which either walks the keys.
//
//   Mix  digest = SHA1(digest xor SHA1(bytes))     the order counts
//   Xor  digest = digest xor SHA1(bytes)           the order does not
//
//   value  Mix type u32 | Mix the string | Xor "!!expire!!" if it expires
//   key    Mix key, then the value
//   all    for each database that is not empty: Mix its number u32, then Xor
//          the digest of each of its keys
//
// Numbers are big endian.
//
// Threads: any.

#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "types/head.h"

namespace commands {

class DataDigest {
 public:
  void Mix(std::string_view bytes);
  void MixNumber(uint32_t number);
  void Xor(std::string_view bytes);
  void Xor(const DataDigest& other);
  // A value of any type that is kept in its head row.
  void AddValue(const types::Head& head);

  // 40 hex digits.
  std::string Hex() const;

 private:
  std::array<char, 20> bytes_ = {};
};

}  // namespace commands
