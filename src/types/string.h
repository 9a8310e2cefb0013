// Strings: what SET, APPEND, INCR and their like do to a key.
//
// Each function is one command's thought on one Txn, in the database the Txn is
// in. A key of another type is Invalid ("WRONGTYPE ..."); absence is optional.
//
// Views that are returned live until Commit or Restart.
//
// Threads: loop-bound.

#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/status.h"
#include "types/keyspace.h"
#include "types/txn.h"

namespace types {

// What the value itself asks for: "12" is an int, what fits Redis's 44 bytes is
// embedded, the rest raw.
Encoding EncodingFor(std::string_view value);

// A string's slot; Invalid when the key is of another type.
base::Result<Slot> OpenString(Txn& txn, std::string_view key);

base::Result<std::optional<std::string_view>> Get(Txn& txn,
                                                  std::string_view key);
// As MGET: a key of another type is absent.
base::Result<std::optional<std::string_view>> GetIfString(Txn& txn,
                                                          std::string_view key);

enum class Require : uint8_t { kAbsent, kPresent };

struct SetOptions {
  std::optional<Require> require;
  bool want_old = false;
  bool keep_expiry = false;
  int64_t expires_ms = 0;  // 0: never
};
struct SetOutcome {
  bool written = false;
  std::optional<std::string_view> old;  // if wanted
};
base::Result<SetOutcome> Set(Txn& txn, std::string_view key,
                             std::string_view value, const SetOptions& options);

// The new length. `bytes_max` is the longest string allowed.
base::Result<int64_t> Append(Txn& txn, std::string_view key,
                             std::string_view tail, uint64_t bytes_max);
base::Result<int64_t> SetRange(Txn& txn, std::string_view key, int64_t offset,
                               std::string_view patch, uint64_t bytes_max);
// Bytes `first` to `last`, both included; negative ones count from the end.
std::string_view Slice(std::string_view value, int64_t first, int64_t last);

// The new number.
base::Result<int64_t> Increment(Txn& txn, std::string_view key, int64_t by);
// The new number's text. Both numbers are read as Redis reads a long double.
base::Result<std::string> IncrementFloat(Txn& txn, std::string_view key,
                                         std::string_view by);

}  // namespace types
