// Row keys: where a thing of Redis lies in the ordered map below.
//
//   head row   'M' | physical database u32 | user key
//   setting    'K' | name
//
// All numbers are big endian, so memcmp order is (database, key) and a prefix
// of user keys is a range of rows. Elements of large collections will live
// under 'E', 'N' and 'X', each followed by the physical database.
//
// A RowKey is hashed once and handed around; its bytes belong to whoever built
// it, usually the arena of a Txn.
//
// Threads: any; values.

#pragma once

#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>

#include "base/coding.h"
#include "lsm/format.h"

namespace types {

// Leading bytes of row keys. On disk; never change.
inline constexpr char kHeadSpace = 'M';
inline constexpr char kElementSpace = 'E';
inline constexpr char kNodeSpace = 'N';
inline constexpr char kStreamSpace = 'X';
inline constexpr char kSettingSpace = 'K';

// Number of a database on disk; never used twice (see databases.h).
using PhysicalId = uint32_t;

// space | physical database: everything before the user key.
inline constexpr size_t kPrefixBytes = 1 + sizeof(PhysicalId);

struct RowKey {
  std::string_view bytes;
  uint64_t hash = 0;
};

inline RowKey HashedRowKey(std::string_view bytes) {
  return {bytes, lsm::HashKey(bytes)};
}

// Writes space and database; returns one past them.
inline char* StorePrefix(char* p, char space, PhysicalId physical) {
  *p = space;
  base::StoreBig<uint32_t>(p + 1, physical);
  return p + kPrefixBytes;
}

// Writes the head row's key at `p`, which has room for kPrefixBytes and `key`.
inline RowKey StoreHeadKey(char* p, PhysicalId physical, std::string_view key) {
  char* rest = StorePrefix(p, kHeadSpace, physical);
  if (!key.empty()) std::memcpy(rest, key.data(), key.size());
  return HashedRowKey({p, kPrefixBytes + key.size()});
}

std::string HeadKey(PhysicalId physical, std::string_view key);
std::string Prefix(char space, PhysicalId physical);
// The smallest string above every string that begins with `prefix`; empty
// when there is none.
std::string AfterPrefix(std::string_view prefix);

// REQUIRES: `row` is the key of a head row.
inline std::string_view UserKey(std::string_view row) {
  return row.substr(kPrefixBytes);
}
inline PhysicalId PhysicalIdOf(std::string_view row) {
  return base::LoadBig<uint32_t>(row.data() + 1);
}

}  // namespace types
