// Head is the head row of a key, taken apart: what type it is, when it dies,
// and its value or what stands for it.
//
//   kind u8 | encoding u8 | [dies at, ms since 1970, u64 little endian] | rest
//
//   kind      bits 0 to 3: type; bit 4: the time of death follows
//   encoding  what OBJECT ENCODING answers
//   rest      a string's bytes as they are
//
// Threads: values.

#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "base/status.h"

namespace types {

// On disk; never renumber.
enum class Type : uint8_t {
  kString = 0,
  kList = 1,
  kSet = 2,
  kSortedSet = 3,
  kHash = 4,
  kStream = 5,
};

// On disk; never renumber.
enum class Encoding : uint8_t {
  kRaw = 0,
  kInt = 1,
  kEmbedded = 2,
};

struct Head {
  Type type = Type::kString;
  Encoding encoding = Encoding::kRaw;
  // Milliseconds since 1970; 0: never.
  int64_t expires_ms = 0;
  std::string_view payload;

  // Redis keeps a key during the very millisecond of its death.
  bool ExpiredAt(int64_t now_ms) const {
    return expires_ms != 0 && expires_ms < now_ms;
  }
};

// As TYPE and OBJECT ENCODING answer.
std::string_view TypeName(Type type);
std::string_view EncodingName(Encoding encoding);

// Everything before the payload: at most so much.
inline constexpr size_t kHeadBytesMax = 10;

class HeadBytes {
 public:
  explicit HeadBytes(const Head& head);
  std::string_view view() const { return {bytes_, size_}; }

 private:
  char bytes_[kHeadBytesMax];
  uint8_t size_ = 2;
};

// Corruption when these bytes are no head row.
base::Result<Head> ParseHead(std::string_view value);

// The time of death of any row, or 0: what the engine asks.
int64_t ExpiryOfRow(std::string_view row, std::string_view value);

}  // namespace types
